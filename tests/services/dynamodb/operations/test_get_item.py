"""https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_GetItem.html"""

from __future__ import annotations

from typing import Any


def test_an_item_or_nothing(events: Any) -> None:
    events.put("events", id={"S": "a"}, n={"N": "1"}, x={"BOOL": True})
    assert events("GetItem", TableName="events", Key={"id": {"S": "a"}, "n": {"N": "1.00"}}) == {
        "Item": {"id": {"S": "a"}, "n": {"N": "1"}, "x": {"BOOL": True}}
    }
    assert events("GetItem", TableName="events", Key={"id": {"S": "a"}, "n": {"N": "2"}}) == {}


def test_an_unprojected_item_is_the_kept_json(things: Any) -> None:
    things.put(id={"S": "a"})
    answer = things.caller("dynamodb", "GetItem", TableName="things", Key={"id": {"S": "a"}})
    assert answer == {"Item": b'{"id":{"S":"a"}}'}


def test_projections(things: Any) -> None:
    things.put(
        id={"S": "a"}, m={"M": {"x": {"N": "1"}, "y": {"N": "2"}}}, l={"L": [{"S": "0"}, {"S": "1"}, {"S": "2"}]}
    )

    def shown(text: str, **names: str) -> Any:
        request: dict[str, Any] = {"ProjectionExpression": text}
        if names:
            request["ExpressionAttributeNames"] = {f"#{key}": name for key, name in names.items()}
        return things("GetItem", TableName="things", Key={"id": {"S": "a"}}, **request)["Item"]

    assert shown("id") == {"id": {"S": "a"}}
    assert shown("m.x, #l[2], #l[0]", l="l") == {
        "m": {"M": {"x": {"N": "1"}}},
        "l": {"L": [{"S": "0"}, {"S": "2"}]},
    }
    assert shown("m.nothing, another, l[9], id[0]") == {}


def test_refusals(events: Any) -> None:
    def message(key: Any = None, **more: Any) -> Any:
        return events.message("GetItem", TableName="events", Key=key or {"id": {"S": "a"}, "n": {"N": "1"}}, **more)

    no_schema = "The provided key element does not match the schema"
    assert message({"id": {"S": "a"}}) == no_schema
    assert message({"id": {"S": "a"}, "n": {"S": "1"}}) == no_schema
    assert message({"id": {"S": "a"}, "other": {"N": "1"}}) == no_schema
    assert message({"id": {"S": "a"}, "n": {"N": "1"}, "x": {"N": "1"}}) == no_schema
    assert message(ProjectionExpression="!!! INVALID !!!") == (
        'Invalid ProjectionExpression: Syntax error; token: "!", near: "!!"'
    )
    assert message(ProjectionExpression="a, a.b") == (
        "Invalid ProjectionExpression: Two document paths overlap with each other; must remove or rewrite one of "
        "these paths; path one: [a], path two: [a, b]"
    )
    assert message(ProjectionExpression="a.b, a[1]") == (
        "Invalid ProjectionExpression: Two document paths conflict with each other; must remove or rewrite one of "
        "these paths; path one: [a, b], path two: [a, [1]]"
    )
    assert message(ProjectionExpression="status") == (
        "Invalid ProjectionExpression: Attribute name is a reserved keyword; reserved keyword: status"
    )
    assert message(ExpressionAttributeNames={"#a": "a"}) == (
        "ExpressionAttributeNames can only be specified when using expressions"
    )
    assert message(ProjectionExpression="a", ExpressionAttributeNames={"#b": "b"}) == (
        "Value provided in ExpressionAttributeNames unused in expressions: keys: {#b}"
    )
    assert message(ProjectionExpression="a", ExpressionAttributeNames={"b": "b"}) == (
        'ExpressionAttributeNames contains invalid key: Syntax error; key: "b"'
    )
    assert message(ProjectionExpression="a", AttributesToGet=["a"]) == (
        "Can not use both expression and non-expression parameters in the same request: "
        "Non-expression parameters: {AttributesToGet} Expression parameters: {ProjectionExpression}"
    )
    error = events.refusal("GetItem", TableName="none", Key={"id": {"S": "a"}})
    assert (error.code, error.message) == ("ResourceNotFoundException", "Requested resource not found")


def test_consumed_capacity(things: Any) -> None:
    things.put(id={"S": "a"}, pad={"S": "p" * 5000})
    request: dict[str, Any] = {"TableName": "things", "Key": {"id": {"S": "a"}}, "ReturnConsumedCapacity": "TOTAL"}
    assert things("GetItem", **request)["ConsumedCapacity"] == {"TableName": "things", "CapacityUnits": 1.0}
    assert things("GetItem", ConsistentRead=True, **request)["ConsumedCapacity"]["CapacityUnits"] == 2.0
    request["Key"] = {"id": {"S": "nothing"}}
    assert things("GetItem", **request) == {"ConsumedCapacity": {"TableName": "things", "CapacityUnits": 0.5}}
