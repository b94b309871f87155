"""https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DeleteItem.html"""

from __future__ import annotations

from typing import Any

KEY = {"id": {"S": "a"}}


def test_deleting(things: Any) -> None:
    things.put(id={"S": "a"}, v={"N": "1"})
    answer = things("DeleteItem", TableName="things", Key=KEY, ReturnValues="ALL_OLD")
    assert answer == {"Attributes": {"id": {"S": "a"}, "v": {"N": "1"}}}
    assert things.get(**KEY) is None
    lsn = things.caller.world.store.lsn
    assert things("DeleteItem", TableName="things", Key=KEY, ReturnValues="ALL_OLD") == {}
    assert things.caller.world.store.lsn == lsn, "nothing happened, so nothing is recorded"


def test_conditions(things: Any) -> None:
    things.put(id={"S": "a"}, v={"N": "1"})
    request = {"TableName": "things", "Key": KEY, "ConditionExpression": "v > :v"}
    error = things.refusal("DeleteItem", ExpressionAttributeValues={":v": {"N": "1"}}, **request)
    assert error.code == "ConditionalCheckFailedException"
    things("DeleteItem", ExpressionAttributeValues={":v": {"N": "0.5"}}, **request)
    assert things.get(**KEY) is None
    # The condition is asked of nothing, too.
    error = things.refusal("DeleteItem", TableName="things", Key=KEY, ConditionExpression="attribute_exists(id)")
    assert error.code == "ConditionalCheckFailedException"


def test_refusals(things: Any) -> None:
    assert things.message("DeleteItem", TableName="things", Key={"x": {"S": "a"}}) == (
        "The provided key element does not match the schema"
    )
    assert things.message("DeleteItem", TableName="things", Key=KEY, ReturnValues="ALL_NEW") == (
        "1 validation error detected: Return values set to invalid value"
    )
    assert things.message(
        "DeleteItem", TableName="things", Key=KEY, ReturnValues="X", ReturnConsumedCapacity="X"
    ).startswith("2 validation errors detected: Value 'X' at 'returnConsumedCapacity'")
    assert things.message("DeleteItem", TableName="", Key=KEY) == (
        "1 validation error detected: Value at 'TableName' failed to satisfy constraint: "
        "Member must have length greater than or equal to 1"
    )
