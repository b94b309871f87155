"""Query."""

from typing import Any

from conformance.case import operation
from conformance.lab import Lab

query = operation("dynamodb.Query", "https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Query.html")

ITEMS = [
    *({"pk": {"S": "a"}, "sk": {"N": str(number)}, "v": {"S": f"v{number % 2}"}} for number in (10, 9, -1, 2)),
    {"pk": {"S": "b"}, "sk": {"N": "1"}},
]
INDEX = {
    "IndexName": "by-v",
    "KeySchema": [{"AttributeName": "v", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
    "Projection": {"ProjectionType": "KEYS_ONLY"},
}
LOCAL = {
    "IndexName": "local",
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "v", "KeyType": "RANGE"}],
    "Projection": {"ProjectionType": "ALL"},
}
SEVERAL = {
    "IndexName": "by-v-and-w",
    "KeySchema": [
        {"AttributeName": "v", "KeyType": "HASH"},
        {"AttributeName": "w", "KeyType": "HASH"},
        {"AttributeName": "sk", "KeyType": "RANGE"},
    ],
    "Projection": {"ProjectionType": "ALL"},
}
A = {":a": {"S": "a"}}


def numbers(lab: Lab) -> str:
    """A table with a number as its sort key."""
    return lab.table("pk:S", "sk:N", items=ITEMS)


def several(lab: Lab) -> str:
    """A table with an index whose partition key has two attributes."""
    items = [
        {"pk": {"S": text}, "sk": {"N": str(number)}, "v": {"S": "v"}, "w": {"S": text[0]}}
        for number, text in enumerate(("w1", "w2", "w3", "other"))
    ]
    return lab.table("pk:S", "sk:N", also=["v:S", "w:S"], items=items, GlobalSecondaryIndexes=[SEVERAL])


def ask(table: str, condition: str = "pk = :a", values: dict[str, Any] = A, **more: Any) -> dict[str, Any]:
    """A request for the items of a partition."""
    return {
        "TableName": table,
        "KeyConditionExpression": condition,
        "ExpressionAttributeValues": values,
        **more,
    }


@query.success
def in_the_order_of_the_sort_key(lab: Lab) -> None:
    """Numbers are ordered as numbers; ScanIndexForward turns the order round."""
    table = numbers(lab)
    lab.call("forward", lab.dynamodb.query, **ask(table))
    lab.call("backward", lab.dynamodb.query, **ask(table, ScanIndexForward=False))


@query.success
def with_a_sort_key_condition(lab: Lab) -> None:
    """Comparison and BETWEEN on a number, begins_with on a string."""
    table = numbers(lab)
    value = {**A, ":n": {"N": "9"}}
    lab.call("at least", lab.dynamodb.query, **ask(table, "pk = :a AND sk >= :n", value))
    between = {**A, ":l": {"N": "2"}, ":h": {"N": "9"}}
    lab.call("between", lab.dynamodb.query, **ask(table, "pk = :a AND sk BETWEEN :l AND :h", between))
    texts = [{"pk": {"S": "a"}, "sk": {"S": text}} for text in ("x1", "x2", "y")]
    strings = lab.table("pk:S", "sk:S", items=texts)
    prefix = {**A, ":p": {"S": "x"}}
    lab.call("begins with", lab.dynamodb.query, **ask(strings, "pk = :a AND begins_with(sk, :p)", prefix))


@query.success
def in_pages(lab: Lab) -> None:
    """Limit counts items before the filter; the last key leads on."""
    table = numbers(lab)
    first = lab.call("first", lab.dynamodb.query, **ask(table, Limit=3))
    start = first["LastEvaluatedKey"]
    lab.call("second", lab.dynamodb.query, **ask(table, Limit=3, ExclusiveStartKey=start))


@query.success
def filtered(lab: Lab) -> None:
    """A filter drops items after they were read: ScannedCount keeps them."""
    table = numbers(lab)
    values = {**A, ":v": {"S": "v1"}}
    lab.call("query", lab.dynamodb.query, **ask(table, values=values, FilterExpression="v = :v", Limit=3))


@query.success
def projected_and_counted(lab: Lab) -> None:
    """A projection chooses attributes; COUNT answers no items."""
    table = numbers(lab)
    lab.call("projected", lab.dynamodb.query, **ask(table, ProjectionExpression="sk"))
    lab.call("counted", lab.dynamodb.query, **ask(table, Select="COUNT"))


@query.success
def of_a_global_index(lab: Lab) -> None:
    """An index holds the items that have its keys, with what it projects."""
    table = lab.table("pk:S", "sk:N", also=["v:S"], items=ITEMS, GlobalSecondaryIndexes=[INDEX])
    request = ask(table, "v = :v", {":v": {"S": "v0"}}, IndexName="by-v")
    first = lab.call("first", lab.dynamodb.query, **request, Limit=1)
    lab.call("second", lab.dynamodb.query, **request, ExclusiveStartKey=first["LastEvaluatedKey"])


@query.success
def of_a_local_index(lab: Lab) -> None:
    """A local index orders a partition by another attribute."""
    items = [{"pk": {"S": "a"}, "sk": {"N": number}, "v": {"S": text}} for number, text in (("1", "z"), ("2", "y"))]
    table = lab.table("pk:S", "sk:N", also=["v:S"], items=items, LocalSecondaryIndexes=[LOCAL])
    lab.call("query", lab.dynamodb.query, **ask(table, IndexName="local", ConsistentRead=True))


@query.success
def of_a_sparse_index(lab: Lab) -> None:
    """Items without the index's keys aren't in the index."""
    items = [{"pk": {"S": "a"}, "sk": {"N": "1"}, "v": {"S": "v"}}, {"pk": {"S": "a"}, "sk": {"N": "2"}}]
    table = lab.table("pk:S", "sk:N", also=["v:S"], items=items, LocalSecondaryIndexes=[LOCAL])
    request = ask(table, IndexName="local", Select="COUNT")
    lab.call("query", lab.dynamodb.query, unordered=["Items"], **request)


@query.success
def of_an_index_by_several_attributes(lab: Lab) -> None:
    """All attributes of the partition key are named, those of the sort key from the left."""
    table = several(lab)
    condition = "v = :v AND w = :w AND sk > :n"
    request = ask(table, condition, {":v": {"S": "v"}, ":w": {"S": "w"}, ":n": {"N": "0"}}, IndexName="by-v-and-w")
    first = lab.call("first", lab.dynamodb.query, **request, Limit=1)
    lab.call("second", lab.dynamodb.query, **request, ExclusiveStartKey=first["LastEvaluatedKey"])


@query.success
def with_key_conditions(lab: Lab) -> None:
    """KeyConditions and QueryFilter are what expressions replaced."""
    conditions = {
        "pk": {"ComparisonOperator": "EQ", "AttributeValueList": [{"S": "a"}]},
        "sk": {"ComparisonOperator": "BETWEEN", "AttributeValueList": [{"N": "2"}, {"N": "9"}]},
    }
    table, only = numbers(lab), {"v": {"ComparisonOperator": "NE", "AttributeValueList": [{"S": "v0"}]}}
    request = {"TableName": table, "KeyConditions": conditions}
    lab.call("query", lab.dynamodb.query, unordered=["Items"], **request)
    lab.call("filtered", lab.dynamodb.query, unordered=["Items"], **request, QueryFilter=only)


@query.error
def without_a_partition_key(lab: Lab) -> None:
    """The key condition names one value of the partition key."""
    table = numbers(lab)
    lab.call("sort key alone", lab.dynamodb.query, **ask(table, "sk = :n", {":n": {"N": "1"}}))
    lab.call("not equal", lab.dynamodb.query, **ask(table, "pk > :a"))
    lab.call("no condition", lab.dynamodb.query, TableName=table)


@query.error
def filter_on_a_key(lab: Lab) -> None:
    """A filter can't name key attributes."""
    table = numbers(lab)
    values = {**A, ":n": {"N": "1"}}
    lab.call("query", lab.dynamodb.query, **ask(table, values=values, FilterExpression="sk > :n"))


@query.error
def of_an_index_that_is_not_there(lab: Lab) -> None:
    """The index must exist."""
    lab.call("query", lab.dynamodb.query, **ask(numbers(lab), IndexName="nowhere"))


@query.error
def consistently_from_a_global_index(lab: Lab) -> None:
    """Global indexes have no strongly consistent reads."""
    table = lab.table("pk:S", "sk:N", also=["v:S"], GlobalSecondaryIndexes=[INDEX])
    request = ask(table, "v = :v", {":v": {"S": "v0"}}, IndexName="by-v", ConsistentRead=True)
    lab.call("query", lab.dynamodb.query, **request)


@query.error
def of_a_missing_table(lab: Lab) -> None:
    """The table must exist."""
    lab.call("query", lab.dynamodb.query, **ask(lab.name("table")))


@query.error
def with_a_bad_limit_or_start(lab: Lab) -> None:
    """The limit is at least 1; the start key is a key of the table."""
    table = numbers(lab)
    lab.call("limit", lab.dynamodb.query, **ask(table, Limit=0))
    lab.call("start", lab.dynamodb.query, **ask(table, ExclusiveStartKey={"pk": {"S": "a"}}))


@query.error
def of_an_index_by_half_a_partition_key(lab: Lab) -> None:
    """No attribute of the partition key is left out."""
    table = several(lab)
    lab.call("query", lab.dynamodb.query, **ask(table, "v = :v", {":v": {"S": "v"}}, IndexName="by-v-and-w"))


@query.error
def with_bad_key_conditions(lab: Lab) -> None:
    """Each operator has its number of values, and NE is none for keys."""
    table = numbers(lab)
    for step, operator, values in (
        ("too many", "EQ", [{"S": "a"}, {"S": "b"}]),
        ("not for keys", "NE", [{"S": "a"}]),
        ("unknown", "LIKE", [{"S": "a"}]),
    ):
        conditions = {"pk": {"ComparisonOperator": operator, "AttributeValueList": values}}
        lab.call(step, lab.dynamodb.query, TableName=table, KeyConditions=conditions)


@query.error
def with_an_expression_and_conditions(lab: Lab) -> None:
    """Expressions and what they replaced don't go together."""
    conditions = {"pk": {"ComparisonOperator": "EQ", "AttributeValueList": [{"S": "a"}]}}
    lab.call("query", lab.dynamodb.query, **ask(numbers(lab), KeyConditions=conditions))
