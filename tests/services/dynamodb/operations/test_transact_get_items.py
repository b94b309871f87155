"""https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactGetItems.html"""

from __future__ import annotations

from typing import Any


def get(name: str, table: str = "things", **more: Any) -> dict[str, Any]:
    return {"Get": {"TableName": table, "Key": {"id": {"S": name}}, **more}}


def test_items_in_order(things: Any) -> None:
    things.put(id={"S": "a"}, x={"N": "1"})
    things.put(id={"S": "b"}, x={"N": "1"})
    answer = things(
        "TransactGetItems",
        TransactItems=[get("nothing"), get("a"), get("b", ProjectionExpression="x")],
        ReturnConsumedCapacity="TOTAL",
    )
    assert answer == {
        "Responses": [{}, {"Item": {"id": {"S": "a"}, "x": {"N": "1"}}}, {"Item": {"x": {"N": "1"}}}],
        "ConsumedCapacity": [{"TableName": "things", "CapacityUnits": 6.0, "ReadCapacityUnits": 6.0}],
    }


def test_refusals(things: Any) -> None:
    error = things.refusal(
        "TransactGetItems", TransactItems=[get("a"), {"Get": {"TableName": "things", "Key": {"x": {"S": "a"}}}}]
    )
    assert error.message == (
        "Transaction cancelled, please refer cancellation reasons for specific reasons [None, ValidationError]"
    )
    assert error.members["CancellationReasons"][1]["Message"] == "The provided key element does not match the schema"
    assert things.message("TransactGetItems", TransactItems=[get("a"), get("a", ProjectionExpression="x")]) == (
        "Transaction request cannot include multiple operations on one item"
    )
    assert things.refusal("TransactGetItems", TransactItems=[get("a", "nothing")]).message == (
        "Requested resource not found"
    )
    assert things.message("TransactGetItems", TransactItems=[get("a", ProjectionExpression="!!! INVALID !!!")]) == (
        'Invalid ProjectionExpression: Syntax error; token: "!", near: "!!"'
    )
