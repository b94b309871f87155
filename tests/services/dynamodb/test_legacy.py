"""https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/LegacyConditionalParameters.html"""

from __future__ import annotations

from typing import Any

import pytest

KEY = {"id": {"S": "a"}, "n": {"N": "1"}}
INVALID = "One or more parameter values were invalid: "


@pytest.fixture
def filled(events: Any) -> Any:
    for number in range(5):
        events.put("events", id={"S": "a"}, n={"N": str(number)}, s={"S": f"text {number}"}, tags={"SS": ["x", "y"]})
    return events


def condition(operator: str, *values: Any) -> dict[str, Any]:
    return {"ComparisonOperator": operator} | ({"AttributeValueList": list(values)} if values else {})


@pytest.mark.parametrize(
    ("entry", "found"),
    [
        (condition("EQ", {"S": "text 1"}), [1]),
        (condition("NE", {"S": "text 1"}), [0, 2, 3, 4]),
        (condition("GT", {"S": "text 1"}), [2, 3, 4]),
        (condition("BETWEEN", {"S": "text 1"}, {"S": "text 2"}), [1, 2]),
        (condition("IN", {"S": "text 1"}, {"S": "text 4"}), [1, 4]),
        (condition("BEGINS_WITH", {"S": "text"}), [0, 1, 2, 3, 4]),
        (condition("CONTAINS", {"S": "3"}), [3]),
        (condition("NOT_CONTAINS", {"S": "3"}), [0, 1, 2, 4]),
        (condition("NULL"), []),
        (condition("NOT_NULL"), [0, 1, 2, 3, 4]),
    ],
)
def test_filters(filled: Any, entry: Any, found: list[int]) -> None:
    hash_is_a = {"id": condition("EQ", {"S": "a"})}
    answer = filled("Query", TableName="events", KeyConditions=hash_is_a, QueryFilter={"s": entry})
    assert [int(item["n"]["N"]) for item in answer["Items"]] == found
    answer = filled("Scan", TableName="events", ScanFilter={"s": entry})
    assert [int(item["n"]["N"]) for item in answer["Items"]] == found


def test_conditional_operator_and_attributes_to_get(filled: Any) -> None:
    both = {"s": condition("EQ", {"S": "text 1"}), "tags": condition("CONTAINS", {"S": "x"})}
    assert filled("Scan", TableName="events", ScanFilter=both)["Count"] == 1
    for few, message in ((both.keys() - {"s"}, "two or more elements"), ((), "cannot be used without Filter")):
        request = {"ScanFilter": {name: both[name] for name in few}, "ConditionalOperator": "OR"}
        assert message in filled.message("Scan", TableName="events", **request)
    answer = filled("Scan", TableName="events", ScanFilter=both, ConditionalOperator="OR", AttributesToGet=["n"])
    assert answer["Items"] == [{"n": {"N": str(number)}} for number in range(5)]


def test_what_is_not_there_neither_contains_nor_lacks(filled: Any) -> None:
    for operator in ("CONTAINS", "NOT_CONTAINS"):
        assert filled("Scan", TableName="events", ScanFilter={"z": condition(operator, {"S": "x"})})["Count"] == 0


def test_nothing_is_made_by_taking_away(events: Any) -> None:
    for taken in ({"Action": "DELETE"}, {"Action": "DELETE", "Value": {"SS": ["x"]}}):
        events("UpdateItem", TableName="events", Key=KEY, AttributeUpdates={"tags": taken})
        assert events.get("events", **KEY) is None


@pytest.mark.parametrize(
    "change",
    [
        {"tags": {"Action": "DELETE", "Value": {"NS": ["1"]}}},
        {"s": {"Action": "ADD", "Value": {"N": "1"}}},
        {"s": {"Action": "ADD", "Value": {"L": [{"N": "1"}]}}},
    ],
)
def test_an_attribute_of_another_type(filled: Any, change: dict[str, Any]) -> None:
    assert filled.message("UpdateItem", TableName="events", Key=KEY, AttributeUpdates=change) == (
        "Type mismatch for attribute to update"
    )


def test_key_conditions(filled: Any) -> None:
    keys = {"id": condition("EQ", {"S": "a"}), "n": condition("GE", {"N": "3"})}
    assert filled("Query", TableName="events", KeyConditions=keys)["Count"] == 2
    keys["n"] = condition("NE", {"N": "3"})
    assert filled.message("Query", TableName="events", KeyConditions=keys) == (
        "Attempted conditional constraint is not an indexable operation"
    )
    assert filled.message("Query", TableName="events", KeyConditions={}) == ("Conditions can be of length 1 or 2 only")


def test_expected(filled: Any) -> None:
    item = {**KEY, "s": {"S": "new"}}

    def put(expected: Any, **more: Any) -> dict[str, Any]:
        return {"TableName": "events", "Item": item, "Expected": expected, **more}

    def fails(request: dict[str, Any]) -> bool:
        return bool(filled.refusal("PutItem", **request).code == "ConditionalCheckFailedException")

    assert fails(put({"id": {"Exists": False}}))
    assert fails(put({"s": {"Value": {"S": "other"}}}))
    assert fails(put({"s": condition("BEGINS_WITH", {"S": "other"})}))
    assert fails(put({"s": {"Value": {"S": "text 1"}}, "z": {"Exists": True, "Value": {"S": "x"}}}))
    filled("PutItem", **put({"s": {"Value": {"S": "text 1"}}, "z": {"Exists": False}}))
    filled("PutItem", **put({"s": {"Value": {"S": "new"}}, "id": {"Exists": False}}, ConditionalOperator="OR"))
    filled(
        "DeleteItem", TableName="events", Key=KEY, Expected={"s": {"ComparisonOperator": "EQ", "Value": {"S": "new"}}}
    )
    assert filled.get("events", **KEY) is None


def test_attribute_updates(filled: Any) -> None:
    answer = filled(
        "UpdateItem",
        TableName="events",
        Key=KEY,
        AttributeUpdates={
            "s": {"Value": {"S": "new"}, "Action": "PUT"},
            "plain": {"Value": {"S": "put is the default"}},
            "count": {"Value": {"N": "2"}, "Action": "ADD"},
            "tags": {"Value": {"SS": ["y", "z"]}, "Action": "DELETE"},
            "list": {"Value": {"L": [{"N": "1"}]}, "Action": "ADD"},
            "nothing": {"Action": "DELETE"},
        },
        ReturnValues="UPDATED_NEW",
    )
    assert answer["Attributes"] == {
        "s": {"S": "new"},
        "plain": {"S": "put is the default"},
        "count": {"N": "2"},
        "tags": {"SS": ["x"]},
        "list": {"L": [{"N": "1"}]},
    }


@pytest.mark.parametrize(
    ("operation", "request_", "message"),
    [
        (
            "Scan",
            {"ScanFilter": {"s": condition("EQ")}},
            INVALID + "Invalid number of argument(s) for the EQ ComparisonOperator",
        ),
        (
            "Scan",
            {"ScanFilter": {"s": condition("LT", {"BOOL": True})}},
            INVALID + "ComparisonOperator LT is not valid for BOOL AttributeValue type",
        ),
        (
            "Scan",
            {"ScanFilter": {"s": condition("IN", {"S": "x"}, {"N": "1"})}},
            INVALID + "AttributeValues inside AttributeValueList must be of same type",
        ),
        (
            "Scan",
            {"ScanFilter": {"s": condition("BETWEEN", {"N": "2"}, {"N": "1"})}},
            "The BETWEEN condition was provided a range where the lower bound is greater than the upper bound",
        ),
        (
            "DeleteItem",
            {"Key": KEY, "Expected": {"s": {**condition("EQ", {"S": "x"}), "Value": {"S": "x"}}}},
            INVALID + "Value and AttributeValueList cannot be used together for Attribute: s",
        ),
        (
            "DeleteItem",
            {"Key": KEY, "Expected": {"s": condition("EQ")}},
            INVALID + "Value or AttributeValueList must be used with ComparisonOperator: EQ for Attribute: s",
        ),
        (
            "Scan",
            {"AttributesToGet": ["n", "n"]},
            INVALID + "Duplicate value in attribute name: n",
        ),
        (
            "PutItem",
            {"Item": KEY, "Expected": {"s": {"Exists": True}}},
            INVALID + "Value must be provided when Exists is true for Attribute: s",
        ),
        (
            "PutItem",
            {"Item": KEY, "Expected": {"s": {"Exists": False, "Value": {"S": "x"}}}},
            INVALID + "Value cannot be used when Exists is false for Attribute: s",
        ),
        (
            "UpdateItem",
            {"Key": KEY, "AttributeUpdates": {"s": {"Action": "ADD"}}},
            INVALID + "Only DELETE action is allowed when no attribute value is specified",
        ),
        (
            "UpdateItem",
            {"Key": KEY, "AttributeUpdates": {"s": {"Action": "ADD", "Value": {"S": "x"}}}},
            INVALID + "ADD action is not supported for the type S",
        ),
        (
            "UpdateItem",
            {"Key": KEY, "AttributeUpdates": {"n": {"Value": {"N": "5"}}}},
            INVALID + "Cannot update attribute n. This attribute is part of the key",
        ),
    ],
)
def test_refusals(events: Any, operation: str, request_: dict[str, Any], message: str) -> None:
    assert events.message(operation, TableName="events", **request_) == message
