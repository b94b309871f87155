"""BatchGetItem."""

from conformance.case import operation
from conformance.lab import Lab

batch_get_item = operation(
    "dynamodb.BatchGetItem", "https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html"
)

ITEMS = [{"pk": {"S": name}, "v": {"S": name.upper()}} for name in ("a", "b")]


@batch_get_item.success
def from_two_tables(lab: Lab) -> None:
    """Items come by table; keys without an item are simply absent; nothing is unprocessed."""
    first, second = lab.table("pk:S", items=ITEMS), lab.table("pk:S", items=ITEMS)
    wanted = [{"pk": {"S": name}} for name in ("a", "b", "missing")]
    request = {first: {"Keys": wanted}, second: {"Keys": wanted[:1], "ProjectionExpression": "v"}}
    lab.call("get", lab.dynamodb.batch_get_item, unordered=[first, second], RequestItems=request)


@batch_get_item.error
def of_duplicate_keys(lab: Lab) -> None:
    """A key occurs once."""
    table = lab.table("pk:S")
    keys = [{"pk": {"S": "a"}}] * 2
    lab.call("get", lab.dynamodb.batch_get_item, RequestItems={table: {"Keys": keys}})


@batch_get_item.error
def of_too_many(lab: Lab) -> None:
    """At most 100 keys in all."""
    table = lab.table("pk:S")
    keys = [{"pk": {"S": str(number)}} for number in range(101)]
    lab.call("101 keys", lab.dynamodb.batch_get_item, RequestItems={table: {"Keys": keys}})


@batch_get_item.error
def of_none(lab: Lab) -> None:
    """At least one key."""
    lab.call("get", lab.dynamodb.batch_get_item, RequestItems={})


@batch_get_item.error
def from_a_missing_table(lab: Lab) -> None:
    """Every table must exist."""
    request = {lab.name("table"): {"Keys": [{"pk": {"S": "a"}}]}}
    lab.call("get", lab.dynamodb.batch_get_item, RequestItems=request)
