"""https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html"""

from __future__ import annotations

from typing import Any


def keys(*names: str) -> list[Any]:
    return [{"id": {"S": name}} for name in names]


def test_several_tables(things: Any) -> None:
    things.create("others")
    things.put(id={"S": "a"}, x={"N": "1"}, y={"N": "2"})
    things.put("others", id={"S": "b"})
    answer = things(
        "BatchGetItem",
        RequestItems={
            "things": {"Keys": keys("a", "nothing"), "ProjectionExpression": "x"},
            "others": {"Keys": keys("b"), "ConsistentRead": True},
        },
        ReturnConsumedCapacity="TOTAL",
    )
    assert answer == {
        "Responses": {"things": [{"x": {"N": "1"}}], "others": [{"id": {"S": "b"}}]},
        "UnprocessedKeys": {},
        "ConsumedCapacity": [
            {"TableName": "things", "CapacityUnits": 1.0},
            {"TableName": "others", "CapacityUnits": 1.0},
        ],
    }


def test_at_most_16_megabytes_are_answered(things: Any) -> None:
    for number in range(45):
        things.put(id={"S": str(number)}, pad={"S": "p" * 400_000})
    answer = things("BatchGetItem", RequestItems={"things": {"Keys": keys(*map(str, range(45)))}})
    count = len(answer["Responses"]["things"])
    assert count == 16 * 1024 * 1024 // 400_006
    assert answer["UnprocessedKeys"] == {"things": {"Keys": keys(*map(str, range(count, 45)))}}


def test_refusals(things: Any) -> None:
    assert things.message("BatchGetItem", RequestItems={}) == (
        "1 validation error detected: Value at 'RequestItems' failed to satisfy constraint: "
        "Member must have length greater than or equal to 1"
    )
    assert things.message("BatchGetItem", RequestItems={"things": {"Keys": keys("a", "a")}}) == (
        "Provided list of item keys contains duplicates"
    )
    many = keys(*map(str, range(101)))
    assert things.message("BatchGetItem", RequestItems={"things": {"Keys": many}}) == (
        "1 validation error detected: Value at 'RequestItems.things.member.Keys' failed to satisfy constraint: "
        "Member must have length less than or equal to 100"
    )
    assert things.message("BatchGetItem", RequestItems={"things": {"Keys": many[:60]}, "x": {"Keys": many[60:]}}) == (
        "Too many items requested for the BatchGetItem call"
    )
    error = things.refusal("BatchGetItem", RequestItems={"nothing": {"Keys": keys("a")}})
    assert (error.code, error.message) == ("ResourceNotFoundException", "Requested resource not found")
    assert things.message("BatchGetItem", RequestItems={"things": {"Keys": [{"x": {"S": "a"}}]}}) == (
        "The provided key element does not match the schema"
    )
