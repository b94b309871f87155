"""https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html"""

from __future__ import annotations

from typing import Any


def put(name: str, **attributes: Any) -> dict[str, Any]:
    return {"PutRequest": {"Item": {"id": {"S": name}, **attributes}}}


def delete(name: str) -> dict[str, Any]:
    return {"DeleteRequest": {"Key": {"id": {"S": name}}}}


def test_puts_and_deletes_are_one_record(things: Any) -> None:
    things.create("others")
    things.put(id={"S": "old"})
    lsn = things.caller.world.store.lsn
    answer = things(
        "BatchWriteItem",
        RequestItems={"things": [put("a", n={"N": "1.0"}), delete("old"), delete("nothing")], "others": [put("b")]},
    )
    assert answer == {"UnprocessedItems": {}}
    assert things.caller.world.store.lsn == lsn + 1
    assert things.get(id={"S": "a"}) == {"id": {"S": "a"}, "n": {"N": "1"}}
    assert things.get(id={"S": "old"}) is None
    assert things.get("others", id={"S": "b"}) is not None


def test_one_bad_request_writes_nothing(things: Any) -> None:
    message = things.message("BatchWriteItem", RequestItems={"things": [put("a"), put("b", n={"N": "x"})]})
    assert message == "The parameter cannot be converted to a numeric value: x"
    assert things("Scan", TableName="things")["Count"] == 0


def test_consumed_capacity(things: Any) -> None:
    answer = things(
        "BatchWriteItem",
        RequestItems={"things": [put("a", pad={"S": "p" * 2000}), put("b")]},
        ReturnConsumedCapacity="TOTAL",
    )
    assert answer["ConsumedCapacity"] == [{"TableName": "things", "CapacityUnits": 3.0}]


def test_refusals(things: Any) -> None:
    def message(*requests: Any) -> Any:
        return things.message("BatchWriteItem", RequestItems={"things": list(requests)})

    assert things.message("BatchWriteItem", RequestItems={}) == (
        "The requestItems parameter is required for BatchWriteItem"
    )
    assert message(put("a"), delete("a")) == "Provided list of item keys contains duplicates"
    not_the_schema = "The provided key element does not match the schema"
    assert message({"PutRequest": {"Item": {"id": {"N": "1"}}}}) == not_the_schema
    assert message({"PutRequest": {"Item": {"x": {"S": "a"}}}}) == not_the_schema
    assert message({"DeleteRequest": {"Key": {"x": {"S": "a"}}}}) == not_the_schema
    assert message(put("a", x={"NS": ["1", "1"]})) == "Input collection contains duplicates"
    assert message({}).startswith("Supplied WriteRequest is empty")
    many = message(*(put(str(number)) for number in range(26)))
    assert many.startswith("1 validation error detected: Value '{things=[")
    assert many.endswith(
        "]}' at 'requestItems' failed to satisfy constraint: Map value must satisfy constraint: "
        "[Member must have length less than or equal to 25, Member must have length greater than or equal to 1]"
    )
    error = things.refusal("BatchWriteItem", RequestItems={"things": [{"PutRequest": {"Item": []}}]})
    assert (error.code, error.message) == ("SerializationException", "Unexpected field type")
    error = things.refusal("BatchWriteItem", RequestItems={"nothing": [put("a")]})
    assert (error.code, error.message) == ("ResourceNotFoundException", "Requested resource not found")
