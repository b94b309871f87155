"""DynamoDB's expressions: from text to syntax tree (:mod:`.parser`), and from tree to what acts on items.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.html
"""
