"""GetItem."""

from conformance.case import operation
from conformance.lab import Lab

get_item = operation(
    "dynamodb.GetItem", "https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_GetItem.html"
)

ITEM = {
    "pk": {"S": "k"},
    "a": {"S": "1"},
    "b": {"M": {"c": {"L": [{"N": "1"}, {"N": "2"}]}, "d": {"S": "x"}}},
}
KEY = {"pk": {"S": "k"}}


@get_item.success
def whole(lab: Lab) -> None:
    """The item with all of its attributes."""
    table = lab.table("pk:S", items=[ITEM])
    lab.call("get", lab.dynamodb.get_item, TableName=table, Key=KEY, ConsistentRead=True)


@get_item.success
def nothing(lab: Lab) -> None:
    """Without an item the answer has no Item."""
    lab.call("get", lab.dynamodb.get_item, TableName=lab.table("pk:S"), Key=KEY)


@get_item.success
def projected(lab: Lab) -> None:
    """A projection names attributes, members and elements."""
    table = lab.table("pk:S", items=[ITEM])
    request = {"ProjectionExpression": "#a, b.c[1], gone", "ExpressionAttributeNames": {"#a": "a"}}
    lab.call("get", lab.dynamodb.get_item, TableName=table, Key=KEY, **request)


@get_item.success
def with_consumed_capacity(lab: Lab) -> None:
    """A strongly consistent read of up to 4 KB costs one unit, an eventually consistent one half."""
    table = lab.table("pk:S", items=[ITEM])
    request = {"TableName": table, "Key": KEY, "ReturnConsumedCapacity": "TOTAL"}
    lab.call("strong", lab.dynamodb.get_item, **request, ConsistentRead=True)
    lab.call("eventual", lab.dynamodb.get_item, **request)


@get_item.error
def from_a_missing_table(lab: Lab) -> None:
    """The table must exist."""
    lab.call("get", lab.dynamodb.get_item, TableName=lab.name("table"), Key=KEY)


@get_item.error
def with_a_key_that_does_not_fit(lab: Lab) -> None:
    """The key has exactly the schema's attributes."""
    table = lab.table("pk:S", "sk:N")
    half, full = {"pk": {"S": "k"}}, {"pk": {"S": "k"}, "sk": {"N": "1"}}
    lab.call("incomplete", lab.dynamodb.get_item, TableName=table, Key=half)
    lab.call("too much", lab.dynamodb.get_item, TableName=table, Key={**full, "a": {"S": "1"}})
    lab.call("wrong type", lab.dynamodb.get_item, TableName=table, Key={**full, "sk": {"S": "1"}})


@get_item.error
def with_a_bad_projection(lab: Lab) -> None:
    """Paths don't overlap; names are defined."""
    table = lab.table("pk:S")
    lab.call("overlap", lab.dynamodb.get_item, TableName=table, Key=KEY, ProjectionExpression="b, b.c")
    lab.call("undefined", lab.dynamodb.get_item, TableName=table, Key=KEY, ProjectionExpression="#n")
