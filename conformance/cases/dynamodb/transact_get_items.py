"""TransactGetItems."""

from conformance.case import operation
from conformance.lab import Lab

transact_get = operation(
    "dynamodb.TransactGetItems",
    "https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactGetItems.html",
)


@transact_get.success
def in_the_order_of_the_request(lab: Lab) -> None:
    """One response a request, empty where there is no item."""
    table = lab.table("pk:S", items=[{"pk": {"S": "a"}, "v": {"S": "1"}, "w": {"S": "2"}}])
    items = [
        {"Get": {"TableName": table, "Key": {"pk": {"S": "missing"}}}},
        {"Get": {"TableName": table, "Key": {"pk": {"S": "a"}}, "ProjectionExpression": "v"}},
    ]
    lab.call("get", lab.dynamodb.transact_get_items, TransactItems=items)


@transact_get.error
def from_a_missing_table(lab: Lab) -> None:
    """Every table must exist."""
    get = {"TableName": lab.name("table"), "Key": {"pk": {"S": "a"}}}
    lab.call("get", lab.dynamodb.transact_get_items, TransactItems=[{"Get": get}])


@transact_get.error
def of_none(lab: Lab) -> None:
    """At least one item."""
    lab.call("get", lab.dynamodb.transact_get_items, TransactItems=[])
