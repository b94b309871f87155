"""https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Scan.html"""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture
def filled(things: Any) -> Any:
    for number in range(40):
        things.put(id={"S": f"item-{number}"}, n={"N": str(number)})
    return things


def everything(dynamodb: Any, **request: Any) -> list[str]:
    """The ids of all pages."""
    found: list[str] = []
    start: dict[str, Any] = {}
    while True:
        answer = dynamodb("Scan", TableName="things", **request, **start)
        found += [item["id"]["S"] for item in answer["Items"]]
        if "LastEvaluatedKey" not in answer:
            return found
        start = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}


def test_pages_hold_each_item_once(filled: Any) -> None:
    whole = everything(filled)
    assert sorted(whole) == sorted(f"item-{number}" for number in range(40))
    assert everything(filled, Limit=7) == whole
    assert whole != sorted(whole), "the order is that of hashes"


@pytest.mark.parametrize("total", [1, 3, 64])
def test_parallel_segments_split_the_table(filled: Any, total: int) -> None:
    parts = [everything(filled, Segment=segment, TotalSegments=total, Limit=2) for segment in range(total)]
    assert [name for part in parts for name in part] == everything(filled)


def test_a_scan_goes_on_when_its_last_item_is_gone(filled: Any) -> None:
    whole = everything(filled)
    key = {"id": {"S": whole[9]}}
    filled("DeleteItem", TableName="things", Key=key)
    answer = filled("Scan", TableName="things", ExclusiveStartKey=key)
    assert [item["id"]["S"] for item in answer["Items"]] == whole[10:]


def test_filters_and_counts(filled: Any) -> None:
    answer = filled(
        "Scan",
        TableName="things",
        FilterExpression="n < :five",
        ExpressionAttributeValues={":five": {"N": "5"}},
        ProjectionExpression="n",
    )
    assert sorted(item["n"]["N"] for item in answer["Items"]) == ["0", "1", "2", "3", "4"]
    assert (answer["Count"], answer["ScannedCount"]) == (5, 40)
    answer = filled("Scan", TableName="things", Select="COUNT", Limit=3)
    assert (answer["Count"], "Items" in answer) == (3, False)


def test_an_index(dynamodb: Any, index: Any) -> None:
    dynamodb.create("things", "id:S", "r:N", "g:S", GlobalSecondaryIndexes=[index("by-g", "g")])
    for number in range(10):
        more = {"g": {"S": f"group-{number % 3}"}} if number % 2 else {}
        dynamodb.put("things", id={"S": f"item-{number}"}, r={"N": "1"}, **more)
    assert sorted(everything(dynamodb, IndexName="by-g", Limit=2)) == [f"item-{number}" for number in (1, 3, 5, 7, 9)]
    parts = [everything(dynamodb, IndexName="by-g", Segment=segment, TotalSegments=2) for segment in range(2)]
    assert [name for part in parts for name in part] == everything(dynamodb, IndexName="by-g")


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        (
            {"Segment": 0},
            "The TotalSegments parameter is required but was not present in the request "
            "when Segment parameter is present",
        ),
        (
            {"TotalSegments": 4},
            "The Segment parameter is required but was not present in the request "
            "when parameter TotalSegments is present",
        ),
        (
            {"Segment": 5, "TotalSegments": 5},
            "The Segment parameter is zero-based and must be less than parameter TotalSegments: "
            "Segment: 5 is not less than TotalSegments: 5",
        ),
        (
            {"Limit": 0},
            "1 validation error detected: Value '0' at 'limit' failed to satisfy constraint: "
            "Member must have value greater than or equal to 1",
        ),
        ({"IndexName": "nothing"}, "The table does not have the specified index: nothing"),
        (
            {"FilterExpression": "n = :v"},
            "Invalid FilterExpression: An expression attribute value used in expression is not defined; "
            "attribute value: :v",
        ),
        (
            {"ExpressionAttributeValues": {":v": {"S": "x"}}},
            "ExpressionAttributeValues can only be specified when using expressions: FilterExpression is null",
        ),
        (
            {"FilterExpression": "n = :v", "ExpressionAttributeValues": {":v": {"SS": []}}},
            "ExpressionAttributeValues contains invalid value: One or more parameter values were invalid: "
            "An string set  may not be empty for key :v",
        ),
    ],
)
def test_refusals(things: Any, request_: dict[str, Any], message: str) -> None:
    assert things.message("Scan", TableName="things", **request_) == message


def test_a_start_key_of_another_segment(filled: Any) -> None:
    last = everything(filled, Segment=1, TotalSegments=2)[-1]
    assert "Please use ExclusiveStartKey with correct Segment" in filled.message(
        "Scan", TableName="things", Segment=0, TotalSegments=2, ExclusiveStartKey={"id": {"S": last}}
    )
