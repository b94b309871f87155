"""The grammars, for lark's LALR parser.

A condition serves ConditionExpression, FilterExpression and KeyConditionExpression; which of its forms a key
condition may have is decided when it is bound. What is an operand and what a condition is decided behind the
grammar too (``( size(a) )`` is the one, ``( attribute_exists(a) )`` the other), so that one rule for
parentheses suffices.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.UpdateExpressions.html
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.ProjectionExpressions.html
"""

from __future__ import annotations

_PATH = r"""
path: name (_DOT name | _OPEN INDEX _CLOSE)*
name: NAME | ALIAS

_DOT: "."
_OPEN: "["
_CLOSE: "]"
COMMA: ","
INDEX: /[0-9]+/
ALIAS: /#[A-Za-z0-9_]+/
NAME: /[A-Za-z][A-Za-z0-9_]*/
%import common.WS
%ignore WS
"""

_OPERANDS = r"""
value: VALUE
function: NAME LEFT operands RIGHT
LEFT: "("
RIGHT: ")"
VALUE: /:[A-Za-z0-9_]+/
"""

CONDITION = (
    r"""
start: or
?or: and | and (OR and)+ -> disjunction
?and: not | not (AND not)+ -> conjunction
?not: comparison | NOT not -> negation
?comparison: primary
    | primary COMPARATOR primary -> compared
    | primary BETWEEN primary AND primary -> between
    | primary IN LEFT primary (COMMA primary)* RIGHT -> within
?primary: path | value | function | LEFT or RIGHT -> group
operands: primary (COMMA primary)*

OR.2: /OR(?![A-Za-z0-9_])/i
AND.2: /AND(?![A-Za-z0-9_])/i
NOT.2: /NOT(?![A-Za-z0-9_])/i
BETWEEN.2: /BETWEEN(?![A-Za-z0-9_])/i
IN.2: /IN(?![A-Za-z0-9_])/i
COMPARATOR: "<>" | "<=" | ">=" | "=" | "<" | ">"
"""
    + _OPERANDS
    + _PATH
)

UPDATE = (
    r"""
start: section+
section: SET assignment (COMMA assignment)* -> set
    | REMOVE path (COMMA path)* -> remove
    | ADD pair (COMMA pair)* -> add
    | DELETE pair (COMMA pair)* -> delete
assignment: path EQUALS sum
pair: path primary
?sum: primary | primary SIGN primary -> arithmetic
?primary: path | value | function | LEFT sum RIGHT -> group
operands: primary (COMMA primary)*

SET.2: /SET(?![A-Za-z0-9_])/i
REMOVE.2: /REMOVE(?![A-Za-z0-9_])/i
ADD.2: /ADD(?![A-Za-z0-9_])/i
DELETE.2: /DELETE(?![A-Za-z0-9_])/i
EQUALS: "="
SIGN: "+" | "-"
"""
    + _OPERANDS
    + _PATH
)

PROJECTION = (
    r"""
start: path (COMMA path)*
"""
    + _PATH
)
