"""https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateItem.html

What the expressions do is in ``expressions/test_updates.py``.
"""

from __future__ import annotations

from typing import Any

import pytest

KEY = {"id": {"S": "a"}}
PREFIX = "1 validation error detected: "


def update(dynamodb: Any, text: str, values: dict[str, Any] | None = None, **more: Any) -> Any:
    if values:
        more["ExpressionAttributeValues"] = {f":{name}": value for name, value in values.items()}
    return dynamodb("UpdateItem", TableName="things", Key=KEY, UpdateExpression=text, **more)


def test_an_item_is_made_where_there_is_none(things: Any) -> None:
    update(things, "SET v = :v", {"v": {"S": "x"}})
    assert things.get(**KEY) == {"id": {"S": "a"}, "v": {"S": "x"}}
    things("UpdateItem", TableName="things", Key={"id": {"S": "bare"}})
    assert things.get(id={"S": "bare"}) == {"id": {"S": "bare"}}


@pytest.mark.parametrize("text", ["REMOVE v", "REMOVE v.w, l[0]", "DELETE s :s"])
def test_no_item_is_made_where_something_is_only_taken_away(things: Any, text: str) -> None:
    values = {"s": {"SS": ["x"]}} if ":s" in text else None
    assert update(things, text, values, ReturnValues="ALL_NEW") == {}
    assert things.get(**KEY) is None


@pytest.mark.parametrize(
    ("return_values", "attributes"),
    [
        ("NONE", None),
        ("ALL_OLD", {"id": {"S": "a"}, "n": {"N": "1"}, "m": {"M": {"x": {"N": "1"}, "y": {"N": "2"}}}}),
        ("UPDATED_OLD", {"n": {"N": "1"}, "m": {"M": {"x": {"N": "1"}}}}),
        (
            "ALL_NEW",
            {"id": {"S": "a"}, "n": {"N": "2"}, "m": {"M": {"x": {"N": "5"}, "y": {"N": "2"}}}, "new": {"N": "5"}},
        ),
        ("UPDATED_NEW", {"n": {"N": "2"}, "m": {"M": {"x": {"N": "5"}}}, "new": {"N": "5"}}),
    ],
)
def test_return_values(things: Any, return_values: str, attributes: Any) -> None:
    things.put(id={"S": "a"}, n={"N": "1"}, m={"M": {"x": {"N": "1"}, "y": {"N": "2"}}})
    text = "SET m.x = :five, #new = :five ADD n :one"
    values = {"five": {"N": "5"}, "one": {"N": "1"}}
    answer = update(things, text, values, ReturnValues=return_values, ExpressionAttributeNames={"#new": "new"})
    assert answer.get("Attributes") == attributes


def test_return_values_of_a_new_item(things: Any) -> None:
    assert update(things, "SET n = :v", {"v": {"N": "1"}}, ReturnValues="UPDATED_OLD") == {}
    assert update(things, "REMOVE n", ReturnValues="UPDATED_NEW") == {}


def test_a_failed_update_changes_nothing(things: Any) -> None:
    things.put(id={"S": "a"}, n={"N": "1"}, s={"S": "x"})
    before = things.dump()
    error = things.refusal(
        "UpdateItem",
        TableName="things",
        Key=KEY,
        UpdateExpression="SET n = :v",
        ConditionExpression="n = :w",
        ExpressionAttributeValues={":v": {"N": "2"}, ":w": {"N": "3"}},
        ReturnValuesOnConditionCheckFailure="ALL_OLD",
    )
    assert error.code == "ConditionalCheckFailedException"
    assert error.members["Item"] == b'{"id":{"S":"a"},"n":{"N":"1"},"s":{"S":"x"}}'
    things.refusal(
        "UpdateItem",
        TableName="things",
        Key=KEY,
        UpdateExpression="SET n = :v, s = s + :v",
        ExpressionAttributeValues={":v": {"N": "2"}},
    )
    assert things.dump() == before


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        (
            {"UpdateExpression": "SET id = :v", "ExpressionAttributeValues": {":v": {"S": "b"}}},
            "One or more parameter values were invalid: Cannot update attribute id. This attribute is part of the key",
        ),
        (
            {"UpdateExpression": "INVALID SYNTAX HERE", "ExpressionAttributeValues": {":v": {"S": "b"}}},
            PREFIX + 'Invalid UpdateExpression: Syntax error; token: "INVALID", near: "INVALID SYNTAX"',
        ),
        ({"UpdateExpression": ""}, PREFIX + "Invalid UpdateExpression: The expression can not be empty;"),
        (
            {"UpdateExpression": "SET a = :v"},
            PREFIX + "Invalid UpdateExpression: An expression attribute value used in expression is not defined; "
            "attribute value: :v",
        ),
        (
            {
                "UpdateExpression": "SET a = :v",
                "ExpressionAttributeValues": {":v": {"S": "b"}, ":unused": {"S": "b"}},
            },
            PREFIX + "Value provided in ExpressionAttributeValues unused in expressions: keys: {:unused}",
        ),
        (
            {
                "UpdateExpression": "SET a = :v",
                "ExpressionAttributeValues": {":v": {"S": "b"}},
                "ExpressionAttributeNames": {"#unused": "b"},
            },
            PREFIX + "Value provided in ExpressionAttributeNames unused in expressions: keys: {#unused}",
        ),
        (
            {
                "UpdateExpression": "SET a = :v",
                "ExpressionAttributeValues": {":v": {"S": "b"}},
                "AttributeUpdates": {"a": {"Value": {"S": "b"}}},
            },
            PREFIX + "Can not use both expression and non-expression parameters in the same request: "
            "Non-expression parameters: {AttributeUpdates} Expression parameters: {UpdateExpression}",
        ),
        (
            {"ReturnValues": "X", "ReturnConsumedCapacity": "X"},
            PREFIX + "Failed to satisfy constraint: Member must satisfy enum value set: "
            "[ALL_OLD, UPDATED_OLD, ALL_NEW, UPDATE_NEW, NONE]",
        ),
        (
            {"UpdateExpression": "SET a = :v", "ExpressionAttributeValues": {":v": {"S": "y" * 409_600}}},
            "Item size to update has exceeded the maximum allowed size",
        ),
    ],
)
def test_refusals(things: Any, request_: dict[str, Any], message: str) -> None:
    assert things.message("UpdateItem", TableName="things", Key=KEY, **request_) == message


def test_an_index_follows(dynamodb: Any, index: Any) -> None:
    dynamodb.create("things", "id:S", "r:N", "g:S", GlobalSecondaryIndexes=[index("by-g", "g")])
    key = {"id": {"S": "a"}, "r": {"N": "1"}}

    def found(value: str) -> int:
        return int(
            dynamodb(
                "Query",
                TableName="things",
                IndexName="by-g",
                KeyConditionExpression="g = :g",
                ExpressionAttributeValues={":g": {"S": value}},
            )["Count"]
        )

    def change(text: str, **values: Any) -> None:
        more = {"ExpressionAttributeValues": {f":{name}": value for name, value in values.items()}} if values else {}
        dynamodb("UpdateItem", TableName="things", Key=key, UpdateExpression=text, **more)

    change("SET g = :g", g={"S": "x"})
    assert (found("x"), found("y")) == (1, 0)
    change("SET g = :g", g={"S": "y"})
    assert (found("x"), found("y")) == (0, 1)
    change("REMOVE g")
    assert (found("x"), found("y")) == (0, 0)
    assert "Type mismatch for Index Key g" in dynamodb.message(
        "UpdateItem",
        TableName="things",
        Key=key,
        UpdateExpression="SET g = :g",
        ExpressionAttributeValues={":g": {"N": "1"}},
    )
