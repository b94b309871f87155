"""Items: written, read, updated and deleted, through the client and through boto3's resource.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/WorkingWithItems.html
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import boto3
import pytest
from boto3.dynamodb.conditions import Attr, Key
from boto3.dynamodb.types import Binary

from emu.testing import Emulator
from tests.end_to_end.asking import refused

ITEM: dict[str, Any] = {
    "id": {"S": "a"},
    "text": {"S": "ä 🦊"},
    "empty": {"S": ""},
    "number": {"N": "-12345678901234567890.123456789"},
    "tiny": {"N": "1E-130"},
    "raw": {"B": b"\x00\xff"},
    "yes": {"BOOL": True},
    "nothing": {"NULL": True},
    "texts": {"SS": ["b", "a"]},
    "numbers": {"NS": ["3", "-1"]},
    "raws": {"BS": [b"\x02", b"\x01"]},
    "list": {"L": [{"N": "1"}, {"M": {}}, {"L": []}]},
    "map": {"M": {"deep": {"M": {"er": {"S": "x"}}}}},
}


def in_order(item: dict[str, Any]) -> dict[str, Any]:
    """The members of a set have no order."""
    return {
        name: {t: sorted(v) if t in ("SS", "NS", "BS") else v for t, v in each.items()} for name, each in item.items()
    }


@pytest.fixture
def resource(emulator: Emulator, table: str) -> Any:
    """boto3's own idea of the table."""
    session = boto3.session.Session()
    options = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": "us-east-1"}
    return session.resource("dynamodb", endpoint_url=emulator.endpoint_url, **options).Table(table)


def get(dynamodb: Any, table: str, key: str = "a", **options: Any) -> dict[str, Any] | None:
    item: dict[str, Any] | None = dynamodb.get_item(TableName=table, Key={"id": {"S": key}}, **options).get("Item")
    return item


def test_every_type_comes_back(dynamodb: Any, table: str) -> None:
    dynamodb.put_item(TableName=table, Item=ITEM)
    found = get(dynamodb, table, ConsistentRead=True) or {}
    assert Decimal(found.pop("tiny")["N"]) == Decimal("1E-130")
    assert in_order(found) == in_order({name: value for name, value in ITEM.items() if name != "tiny"})


def test_a_put_replaces_and_returns_the_old(dynamodb: Any, table: str) -> None:
    old = {"id": {"S": "a"}, "x": {"N": "1"}}
    assert "Attributes" not in dynamodb.put_item(TableName=table, Item=old, ReturnValues="ALL_OLD")
    answer = dynamodb.put_item(TableName=table, Item={"id": {"S": "a"}}, ReturnValues="ALL_OLD")
    assert answer["Attributes"] == old
    assert get(dynamodb, table) == {"id": {"S": "a"}}


def test_a_deleted_item_is_gone(dynamodb: Any, table: str) -> None:
    dynamodb.put_item(TableName=table, Item=ITEM)
    answer = dynamodb.delete_item(TableName=table, Key={"id": {"S": "a"}}, ReturnValues="ALL_OLD")
    assert answer["Attributes"]["text"] == ITEM["text"]
    assert get(dynamodb, table) is None
    dynamodb.delete_item(TableName=table, Key={"id": {"S": "a"}})


def test_a_projection(dynamodb: Any, table: str) -> None:
    dynamodb.put_item(TableName=table, Item=ITEM)
    found = get(
        dynamodb,
        table,
        ProjectionExpression="#t, #m.deep.er, #l[1], nowhere",
        ExpressionAttributeNames={"#t": "text", "#l": "list", "#m": "map"},
    )
    assert found == {
        "text": ITEM["text"],
        "map": {"M": {"deep": {"M": {"er": {"S": "x"}}}}},
        "list": {"L": [{"M": {}}]},
    }


@pytest.mark.parametrize(
    ("expression", "values", "expected"),
    [
        ("SET n = n + :v", {":v": {"N": "0.1"}}, {"n": {"N": "1.1"}}),
        ("SET n = :v - n", {":v": {"N": "5"}}, {"n": {"N": "4"}}),
        ("SET m.k = :v", {":v": {"S": "x"}}, {"m": {"M": {"k": {"S": "x"}}}}),
        ("SET l[1] = :v", {":v": {"S": "x"}}, {"l": {"L": [{"N": "1"}, {"S": "x"}]}}),
        ("SET l[9] = :v", {":v": {"S": "x"}}, {"l": {"L": [{"N": "1"}, {"N": "2"}, {"S": "x"}]}}),
        ("SET l = list_append(:v, l)", {":v": {"L": [{"N": "0"}]}}, {"l": {"L": [{"N": "0"}, {"N": "1"}, {"N": "2"}]}}),
        ("SET f = if_not_exists(f, :v)", {":v": {"S": "new"}}, {"f": {"S": "new"}}),
        ("SET e = if_not_exists(n, :v)", {":v": {"S": "new"}}, {"e": {"N": "1"}}),
        ("REMOVE l[0], n", {}, {"l": {"L": [{"N": "2"}]}}),
        ("ADD n :v", {":v": {"N": "-3"}}, {"n": {"N": "-2"}}),
        ("ADD fresh :v", {":v": {"N": "7"}}, {"fresh": {"N": "7"}}),
        ("ADD s :v", {":v": {"SS": ["b", "c"]}}, {"s": {"SS": ["a", "b", "c"]}}),
        ("DELETE s :v", {":v": {"SS": ["a"]}}, {"s": {"SS": ["b"]}}),
        ("SET n = l[0], l[0] = n", {}, {"n": {"N": "1"}, "l": {"L": [{"N": "1"}, {"N": "2"}]}}),
    ],
)
def test_update_expressions(
    dynamodb: Any, table: str, expression: str, values: dict[str, Any], expected: dict[str, Any]
) -> None:
    """https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.UpdateExpressions.html"""
    start: dict[str, Any] = {
        "id": {"S": "a"},
        "n": {"N": "1"},
        "m": {"M": {}},
        "l": {"L": [{"N": "1"}, {"N": "2"}]},
        "s": {"SS": ["a", "b"]},
    }
    dynamodb.put_item(TableName=table, Item=start)
    values_of = {"ExpressionAttributeValues": values} if values else {}
    answer = dynamodb.update_item(
        TableName=table,
        Key={"id": {"S": "a"}},
        UpdateExpression=expression,
        ReturnValues="ALL_NEW",
        **values_of,
    )
    found = in_order(answer["Attributes"])
    assert {name: found[name] for name in expected} == expected
    assert found == in_order(get(dynamodb, table) or {})


def test_an_update_makes_an_item(dynamodb: Any, table: str) -> None:
    answer = dynamodb.update_item(
        TableName=table,
        Key={"id": {"S": "new"}},
        UpdateExpression="SET a = :v",
        ExpressionAttributeValues={":v": {"S": "x"}},
        ReturnValues="UPDATED_NEW",
    )
    assert answer["Attributes"] == {"a": {"S": "x"}}
    assert get(dynamodb, table, "new") == {"id": {"S": "new"}, "a": {"S": "x"}}


def test_a_condition_that_fails_changes_nothing(dynamodb: Any, table: str) -> None:
    """https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.ConditionExpressions.html"""
    item = {"id": {"S": "a"}, "version": {"N": "1"}}
    dynamodb.put_item(TableName=table, Item=item, ConditionExpression="attribute_not_exists(id)")
    with refused("ConditionalCheckFailedException", 400):
        dynamodb.put_item(TableName=table, Item={"id": {"S": "a"}}, ConditionExpression="attribute_not_exists(id)")
    with refused("ConditionalCheckFailedException", 400) as error:
        dynamodb.update_item(
            TableName=table,
            Key={"id": {"S": "a"}},
            UpdateExpression="SET version = version + :one",
            ConditionExpression="version = :expected",
            ExpressionAttributeValues={":one": {"N": "1"}, ":expected": {"N": "0"}},
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
    assert error["Item"] == item
    with refused("ConditionalCheckFailedException", 400):
        dynamodb.delete_item(
            TableName=table,
            Key={"id": {"S": "a"}},
            ConditionExpression="version > :v OR NOT begins_with(id, :a)",
            ExpressionAttributeValues={":v": {"N": "1"}, ":a": {"S": "a"}},
        )
    assert get(dynamodb, table) == item


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        ({"Key": {"id": {"N": "1"}}}, "does not match the schema"),
        ({"Key": {"other": {"S": "a"}}}, "does not match the schema"),
        ({"Key": {"id": {"S": "a"}}, "ProjectionExpression": "size"}, "reserved keyword: size"),
        ({"Key": {"id": {"S": "a"}}, "ProjectionExpression": "a,,b"}, "Syntax error"),
        ({"Key": {"id": {"S": "a"}}, "ProjectionExpression": "#n"}, "#n"),
        ({"Key": {"id": {"S": ""}}}, "empty string value"),
    ],
)
def test_requests_that_cannot_be(dynamodb: Any, table: str, request_: dict[str, Any], words: str) -> None:
    with refused("ValidationException", 400) as error:
        dynamodb.get_item(TableName=table, **request_)
    assert words in error["Error"]["Message"]


def test_an_item_that_is_too_large(dynamodb: Any, table: str) -> None:
    with refused("ValidationException", 400) as error:
        dynamodb.put_item(TableName=table, Item={"id": {"S": "a"}, "v": {"S": "x" * 400 * 1024}})
    assert error["Error"]["Message"] == "Item size has exceeded the maximum allowed size"


def test_the_resource_converts_types(resource: Any) -> None:
    item = {"id": "a", "n": Decimal("1.5"), "raw": b"\x00", "set": {"x", "y"}, "list": [1, None, {"k": True}]}
    resource.put_item(Item=item)
    found = resource.get_item(Key={"id": "a"})["Item"]
    assert found == {**item, "raw": Binary(b"\x00"), "list": [Decimal(1), None, {"k": True}]}
    resource.update_item(
        Key={"id": "a"}, UpdateExpression="SET n = n + :v", ExpressionAttributeValues={":v": Decimal("0.25")}
    )
    (found,) = resource.query(KeyConditionExpression=Key("id").eq("a"))["Items"]
    assert found["n"] == Decimal("1.75")


def test_the_resources_batch_writer(resource: Any) -> None:
    """Sixty puts, of which ten for a key that comes again, and then deletions."""
    with resource.batch_writer(overwrite_by_pkeys=["id"]) as batch:
        for number in range(60):
            batch.put_item(Item={"id": f"{number % 50:02}", "n": number})
    found = resource.scan(FilterExpression=Attr("n").gte(50))
    assert (found["Count"], found["ScannedCount"]) == (10, 50)
    with resource.batch_writer() as batch:
        for number in range(50):
            batch.delete_item(Key={"id": f"{number:02}"})
    assert resource.scan()["Count"] == 0


def test_batches_of_the_client(dynamodb: Any, table: str) -> None:
    puts = [{"PutRequest": {"Item": {"id": {"S": str(number)}}}} for number in range(25)]
    answer = dynamodb.batch_write_item(RequestItems={table: puts})
    assert answer["UnprocessedItems"] == {}
    keys = [{"id": {"S": str(number)}} for number in range(20, 30)]
    answer = dynamodb.batch_get_item(RequestItems={table: {"Keys": keys}})
    assert sorted(item["id"]["S"] for item in answer["Responses"][table]) == [str(number) for number in range(20, 25)]
    assert answer["UnprocessedKeys"] == {}
    with refused("ValidationException", 400):
        dynamodb.batch_write_item(RequestItems={table: [*puts, {"PutRequest": {"Item": {"id": {"S": "x"}}}}]})
    with refused("ValidationException", 400):
        dynamodb.batch_write_item(RequestItems={table: [puts[0], puts[0]]})


def test_consumed_capacity(dynamodb: Any, table: str) -> None:
    """https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html"""
    item = {"id": {"S": "a"}, "v": {"S": "x" * 5000}}
    put = dynamodb.put_item(TableName=table, Item=item, ReturnConsumedCapacity="TOTAL")
    assert put["ConsumedCapacity"] == {"TableName": table, "CapacityUnits": 5.0}
    got = dynamodb.get_item(TableName=table, Key={"id": {"S": "a"}}, ReturnConsumedCapacity="TOTAL")
    assert got["ConsumedCapacity"]["CapacityUnits"] == 1.0
