"""https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html"""

from __future__ import annotations

from typing import Any

import pytest

CANCELLED = "Transaction cancelled, please refer cancellation reasons for specific reasons "


def key(name: str) -> dict[str, Any]:
    return {"TableName": "things", "Key": {"id": {"S": name}}}


def put(name: str, **more: Any) -> dict[str, Any]:
    return {"Put": {"TableName": "things", "Item": {"id": {"S": name}}, **more}}


def transact(dynamodb: Any, *actions: Any, **more: Any) -> Any:
    return dynamodb("TransactWriteItems", TransactItems=list(actions), **more)


def test_all_actions_in_one_record(things: Any) -> None:
    things.put(id={"S": "checked"}, n={"N": "1"})
    things.put(id={"S": "deleted"})
    lsn = things.caller.world.store.lsn
    answer = transact(
        things,
        put("new", ConditionExpression="attribute_not_exists(id)"),
        {"ConditionCheck": {**key("checked"), "ConditionExpression": "attribute_exists(n)"}},
        {"Delete": key("deleted")},
        {
            "Update": {
                **key("updated"),
                "UpdateExpression": "ADD n :one",
                "ExpressionAttributeValues": {":one": {"N": "1"}},
            }
        },
        ReturnConsumedCapacity="TOTAL",
    )
    assert things.caller.world.store.lsn == lsn + 1
    assert answer == {"ConsumedCapacity": [{"TableName": "things", "CapacityUnits": 8.0, "WriteCapacityUnits": 8.0}]}
    assert things("Scan", TableName="things")["Count"] == 3
    assert things.get(id={"S": "updated"})["n"] == {"N": "1"}


def test_reasons_stand_in_the_order_of_actions(things: Any) -> None:
    things.put(id={"S": "there"}, s={"S": "x"})
    before = things.dump()
    absent = {"ConditionExpression": "attribute_not_exists(id)"}
    error = things.refusal(
        "TransactWriteItems",
        TransactItems=[
            put("fine"),
            put("there", ReturnValuesOnConditionCheckFailure="ALL_OLD", **absent),
            {
                "Update": {
                    **key("other"),
                    "UpdateExpression": "SET a = b",
                }
            },
        ],
    )
    assert (error.code, error.status) == ("TransactionCanceledException", 400)
    assert error.message == CANCELLED + "[None, ConditionalCheckFailed, ValidationError]"
    assert error.members["CancellationReasons"] == [
        {"Code": "None"},
        {
            "Code": "ConditionalCheckFailed",
            "Message": "The conditional request failed",
            "Item": b'{"id":{"S":"there"},"s":{"S":"x"}}',
        },
        {
            "Code": "ValidationError",
            "Message": "The provided expression refers to an attribute that does not exist in the item",
        },
    ]
    assert things.dump() == before


def test_a_key_that_does_not_fit_is_the_only_reason(things: Any) -> None:
    error = things.refusal(
        "TransactWriteItems",
        TransactItems=[
            put("a", ConditionExpression="attribute_exists(id)"),
            {"Delete": {"TableName": "things", "Key": {"x": {"S": "a"}}}},
            {"Put": {"TableName": "things", "Item": {"id": {"N": "1"}}}},
        ],
    )
    assert error.message == CANCELLED + "[None, ValidationError, None]"
    assert error.members["CancellationReasons"][1] == {
        "Code": "ValidationError",
        "Message": "The provided key element does not match the schema",
    }


@pytest.mark.parametrize(
    ("action", "message"),
    [
        (
            {"Delete": {"TableName": "things", "Key": {"id": {"S": ""}}}},
            "One or more parameter values are not valid. The AttributeValue for a key attribute "
            "cannot contain an empty string value. Key: id",
        ),
        (
            {"Put": {"TableName": "things", "Item": {"id": {"S": "a"}, "x": {"S": "y" * 409_600}}}},
            "Item size has exceeded the maximum allowed size",
        ),
        (
            {"Put": {"TableName": "things", "Item": {"id": {"S": "a"}, "x": {"SS": ["b", "a", "b"]}}}},
            "One or more parameter values were invalid: Input collection [b, a, b] contains duplicates.",
        ),
        (
            {
                "Delete": {
                    "TableName": "things",
                    "Key": {"id": {"S": "a"}},
                    "ConditionExpression": "x = :x",
                    "ExpressionAttributeValues": {":x": {"N": ""}},
                }
            },
            "ExpressionAttributeValues contains invalid value: "
            "The parameter cannot be converted to a numeric value for key :x",
        ),
    ],
)
def test_what_is_wrong_before_there_is_a_transaction(things: Any, action: Any, message: str) -> None:
    assert things.message("TransactWriteItems", TransactItems=[put("fine"), action]) == message


def test_a_token_stands_for_its_request(things: Any) -> None:
    one = {"Update": {**key("a"), "UpdateExpression": "ADD n :n", "ExpressionAttributeValues": {":n": {"N": "1"}}}}
    for _ in range(3):
        transact(things, one, ClientRequestToken="token")
        things.clock.advance(seconds=60)
    assert things.get(id={"S": "a"})["n"] == {"N": "1"}
    again = transact(things, one, ClientRequestToken="token", ReturnConsumedCapacity="TOTAL")
    assert again["ConsumedCapacity"][0]["ReadCapacityUnits"] == 2.0
    error = things.refusal("TransactWriteItems", TransactItems=[put("b")], ClientRequestToken="token")
    assert error.code == "IdempotentParameterMismatchException"
    transact(things, one, ClientRequestToken="another")
    things.clock.advance(seconds=8 * 60)
    transact(things, one, ClientRequestToken="token")
    assert things.get(id={"S": "a"})["n"] == {"N": "3"}


def test_a_cancelled_transaction_leaves_its_token_free(things: Any) -> None:
    absent = put("a", ConditionExpression="attribute_not_exists(id)")
    things.put(id={"S": "a"})
    things.refusal("TransactWriteItems", TransactItems=[absent], ClientRequestToken="token")
    things("DeleteItem", TableName="things", Key={"id": {"S": "a"}})
    transact(things, absent, ClientRequestToken="token")
    assert things.get(id={"S": "a"}) is not None


def test_refusals(things: Any) -> None:
    def message(*actions: Any) -> Any:
        return things.message("TransactWriteItems", TransactItems=list(actions))

    assert message() == (
        "1 validation error detected: Value '[]' at 'transactItems' failed to satisfy constraint: "
        "Member must have length greater than or equal to 1"
    )
    assert message(*(put(str(number)) for number in range(101))).endswith(
        "' at 'transactItems' failed to satisfy constraint: Member must have length less than or equal to 100"
    )
    assert message(put("a"), {"Delete": key("a")}) == (
        "Transaction request cannot include multiple operations on one item"
    )
    assert message({}) == "TransactItems can only contain one of Check, Put, Update or Delete"
    check = {"ConditionCheck": {**key("a"), "ConditionExpression": "attribute_not_exists("}}
    assert message(check) == 'Invalid ConditionExpression: Syntax error; token: "<EOF>", near: "("'
    error = things.refusal("TransactWriteItems", TransactItems=[{"Delete": {**key("a"), "TableName": "nothing"}}])
    assert (error.code, error.message) == ("ResourceNotFoundException", "Requested resource not found")
    large = [
        {"Put": {"TableName": "things", "Item": {"id": {"S": str(number)}, "pad": {"S": "p" * 400_000}}}}
        for number in range(11)
    ]
    assert message(*large) == "Aggregated item size in the transaction cannot exceed 4MB"


def test_the_request_is_limited_not_the_items_that_it_meets(things: Any) -> None:
    names = [f"large-{number}" for number in range(12)]
    for name in names:
        things.put(id={"S": name}, pad={"S": "x" * 390_000})
    updates = [{"Update": {**key(name), "UpdateExpression": "SET n = :n"}} for name in names]
    for update in updates:
        update["Update"]["ExpressionAttributeValues"] = {":n": {"S": "y"}}
    transact(things, *updates)
    for update in updates:
        update["Update"]["ExpressionAttributeValues"] = {":n": {"S": "y" * 380_000}}
    assert things.message("TransactWriteItems", TransactItems=updates) == (
        "Aggregated item size in the transaction cannot exceed 4MB"
    )
    # Its JSON is much longer than an item counts.
    many = {f"a{number}": {"BOOL": True} for number in range(40_000)}
    transact(things, *({"Put": {"TableName": "things", "Item": {"id": {"S": name}, **many}}} for name in names))
    transact(things, *({"Delete": key(name)} for name in names))
