"""DeleteItem."""

from conformance.case import operation
from conformance.lab import Lab

delete_item = operation(
    "dynamodb.DeleteItem", "https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DeleteItem.html"
)

KEY = {"pk": {"S": "k"}}
ITEM = {**KEY, "a": {"S": "1"}}


@delete_item.success
def returns_the_old(lab: Lab) -> None:
    """ALL_OLD returns what was deleted."""
    table = lab.table("pk:S", items=[ITEM])
    lab.call("delete", lab.dynamodb.delete_item, TableName=table, Key=KEY, ReturnValues="ALL_OLD")
    lab.call("get", lab.dynamodb.get_item, TableName=table, Key=KEY)


@delete_item.success
def of_nothing(lab: Lab) -> None:
    """Deleting what isn't there succeeds."""
    table = lab.table("pk:S")
    lab.call("delete", lab.dynamodb.delete_item, TableName=table, Key=KEY, ReturnValues="ALL_OLD")


@delete_item.error
def if_a_condition_fails(lab: Lab) -> None:
    """A failed condition is refused and the item stays."""
    table = lab.table("pk:S", items=[ITEM])
    request = {"ConditionExpression": "a = :v", "ExpressionAttributeValues": {":v": {"S": "2"}}}
    lab.call("delete", lab.dynamodb.delete_item, TableName=table, Key=KEY, **request)
    lab.call("get", lab.dynamodb.get_item, TableName=table, Key=KEY)


@delete_item.error
def from_a_missing_table(lab: Lab) -> None:
    """The table must exist."""
    lab.call("delete", lab.dynamodb.delete_item, TableName=lab.name("table"), Key=KEY)


@delete_item.error
def with_a_key_that_does_not_fit(lab: Lab) -> None:
    """The key has exactly the schema's attributes."""
    lab.call("delete", lab.dynamodb.delete_item, TableName=lab.table("pk:S", "sk:S"), Key=KEY)
