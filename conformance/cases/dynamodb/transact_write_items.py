"""TransactWriteItems."""

from typing import Any

from conformance.case import operation
from conformance.lab import Lab

transact_write = operation(
    "dynamodb.TransactWriteItems",
    "https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html",
)

KEY = {"pk": {"S": "k"}}


@transact_write.success
def all_four_kinds(lab: Lab) -> None:
    """Put, Update, Delete and ConditionCheck, all or nothing."""
    table = lab.table("pk:S", items=[{"pk": {"S": name}, "n": {"N": "1"}} for name in ("u", "d", "c")])
    items = [
        {"Put": {"TableName": table, "Item": {"pk": {"S": "p"}}}},
        {
            "Update": {
                "TableName": table,
                "Key": {"pk": {"S": "u"}},
                "UpdateExpression": "SET n = n + :one",
                "ExpressionAttributeValues": {":one": {"N": "1"}},
            }
        },
        {"Delete": {"TableName": table, "Key": {"pk": {"S": "d"}}}},
        {
            "ConditionCheck": {
                "TableName": table,
                "Key": {"pk": {"S": "c"}},
                "ConditionExpression": "attribute_exists(pk)",
            }
        },
    ]
    lab.call("write", lab.dynamodb.transact_write_items, TransactItems=items)
    lab.call("scan", lab.dynamodb.scan, unordered=["Items"], TableName=table)


@transact_write.success
def again_with_the_same_token(lab: Lab) -> None:
    """The same token with the same request succeeds and writes nothing again."""
    table = lab.table("pk:S")
    update = {
        "TableName": table,
        "Key": KEY,
        "UpdateExpression": "ADD n :one",
        "ExpressionAttributeValues": {":one": {"N": "1"}},
    }
    request: dict[str, Any] = {
        "TransactItems": [{"Update": update}],
        "ClientRequestToken": lab.name("token"),
    }
    lab.dynamodb.transact_write_items(**request)
    lab.call("again", lab.dynamodb.transact_write_items, **request)
    lab.call("get", lab.dynamodb.get_item, TableName=table, Key=KEY)


@transact_write.error
def if_a_condition_fails(lab: Lab) -> None:
    """One failed condition cancels all; the reasons come in the order of the items."""
    table = lab.table("pk:S", items=[{**KEY, "n": {"N": "1"}}])
    check = {
        "TableName": table,
        "Key": KEY,
        "ConditionExpression": "attribute_not_exists(pk)",
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }
    items = [{"Put": {"TableName": table, "Item": {"pk": {"S": "p"}}}}, {"ConditionCheck": check}]
    lab.call("write", lab.dynamodb.transact_write_items, TransactItems=items)
    lab.note("count", lab.dynamodb.scan(TableName=table)["Count"])


@transact_write.error
def on_one_item_twice(lab: Lab) -> None:
    """An item occurs once in a transaction."""
    table = lab.table("pk:S")
    items = [{"Put": {"TableName": table, "Item": KEY}}, {"Delete": {"TableName": table, "Key": KEY}}]
    lab.call("write", lab.dynamodb.transact_write_items, TransactItems=items)


@transact_write.error
def another_request_with_the_same_token(lab: Lab) -> None:
    """A token stands for one request."""
    table = lab.table("pk:S")
    token = lab.name("token")
    for step, key in (("first", "a"), ("second", "b")):
        put = {"TableName": table, "Item": {"pk": {"S": key}}}
        request = [{"Put": put}]
        lab.call(step, lab.dynamodb.transact_write_items, TransactItems=request, ClientRequestToken=token)


@transact_write.error
def of_none(lab: Lab) -> None:
    """At least one item."""
    lab.call("write", lab.dynamodb.transact_write_items, TransactItems=[])


@transact_write.error
def into_a_missing_table(lab: Lab) -> None:
    """Every table must exist."""
    put = {"TableName": lab.name("table"), "Item": KEY}
    lab.call("write", lab.dynamodb.transact_write_items, TransactItems=[{"Put": put}])
