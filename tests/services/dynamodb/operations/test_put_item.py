"""https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_PutItem.html"""

from __future__ import annotations

from typing import Any

import pytest

PREFIX = "1 validation error detected: "
INVALID = "One or more parameter values were invalid: "


def test_an_item_is_replaced_whole(things: Any) -> None:
    assert things("PutItem", TableName="things", Item={"id": {"S": "a"}, "x": {"N": "1.50"}}) == {}
    assert things.get(id={"S": "a"}) == {"id": {"S": "a"}, "x": {"N": "1.5"}}
    answer = things("PutItem", TableName="things", Item={"id": {"S": "a"}}, ReturnValues="ALL_OLD")
    assert answer == {"Attributes": {"id": {"S": "a"}, "x": {"N": "1.5"}}}
    assert things.get(id={"S": "a"}) == {"id": {"S": "a"}}
    assert things("PutItem", TableName="things", Item={"id": {"S": "new"}}, ReturnValues="ALL_OLD") == {}


def test_a_number_is_one_key_however_it_is_written(dynamodb: Any) -> None:
    dynamodb.create("numbered", "n:N")
    for text in ("1", "1.0", "01", "1E0"):
        dynamodb.put("numbered", n={"N": text}, text={"S": text})
    assert dynamodb("Scan", TableName="numbered")["Items"] == [{"n": {"N": "1"}, "text": {"S": "1E0"}}]


def test_conditions(things: Any) -> None:
    absent = {"ConditionExpression": "attribute_not_exists(id)"}
    item = {"id": {"S": "a"}, "v": {"N": "1"}}
    things("PutItem", TableName="things", Item=item, **absent)
    error = things.refusal("PutItem", TableName="things", Item=item, **absent)
    assert (error.code, error.message, error.members) == (
        "ConditionalCheckFailedException",
        "The conditional request failed",
        {},
    )
    error = things.refusal(
        "PutItem", TableName="things", Item=item, ReturnValuesOnConditionCheckFailure="ALL_OLD", **absent
    )
    assert error.members == {"Item": b'{"id":{"S":"a"},"v":{"N":"1"}}'}
    things(
        "PutItem",
        TableName="things",
        Item={"id": {"S": "a"}, "v": {"N": "2"}},
        ConditionExpression="#v = :old",
        ExpressionAttributeNames={"#v": "v"},
        ExpressionAttributeValues={":old": {"N": "1.0"}},
    )
    assert things.get(id={"S": "a"})["v"] == {"N": "2"}


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (
            {"TableName": None},
            PREFIX + "Value null at 'tableName' failed to satisfy constraint: Member must not be null",
        ),
        (
            {"TableName": "", "ReturnValues": "INVALID"},
            PREFIX + "Value at 'TableName' failed to satisfy constraint: "
            "Member must have length greater than or equal to 1",
        ),
        (
            {"TableName": "a" * 256},
            PREFIX + f"Value '{'a' * 256}' at 'tableName' failed to satisfy constraint: "
            "Member must have length less than or equal to 255",
        ),
        (
            {"TableName": "bad table!@#"},
            PREFIX + "Value 'bad table!@#' at 'tableName' failed to satisfy constraint: "
            "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+",
        ),
        (
            {
                "ReturnConsumedCapacity": "INVALID",
                "ReturnValues": "INVALID",
                "ReturnItemCollectionMetrics": "INVALID",
            },
            "3 validation errors detected: Value 'INVALID' at 'returnConsumedCapacity' failed to satisfy constraint: "
            "Member must satisfy enum value set: [INDEXES, TOTAL, NONE]; Failed to satisfy constraint: Member must "
            "satisfy enum value set: [ALL_OLD, UPDATED_OLD, ALL_NEW, UPDATE_NEW, NONE]; ReturnItemCollectionMetrics "
            "can only be SIZE or NONE",
        ),
        ({"Item": {}}, INVALID + "Missing the key id in the item"),
        ({"Item": {"id": {"N": "1"}}}, INVALID + "Type mismatch for key id expected: S actual: N"),
        (
            {"Item": {"id": {"S": ""}}},
            "One or more parameter values are not valid. The AttributeValue for a key attribute "
            "cannot contain an empty string value. Key: id",
        ),
        (
            {"Item": {"id": {"S": "x" * 2049}}},
            INVALID + "Size of hashkey has exceeded the maximum size limit of2048 bytes",
        ),
        ({"Item": {"id": {"S": "a"}, "x": {"SS": []}}}, PREFIX + INVALID + "An string set  may not be empty"),
        (
            {"Item": {"id": {"S": "a"}, "x": {"SS": ["a", "a"]}}},
            PREFIX + INVALID + 'Input collection ["a", "a"] contains duplicates.',
        ),
        (
            {"Item": {"id": {"S": "a"}, "x": {"N": "nan"}}},
            PREFIX + "The parameter cannot be converted to a numeric value: nan",
        ),
        ({"Item": {"id": {"N": ""}}}, PREFIX + "The parameter cannot be converted to a numeric value: "),
        (
            {"ConditionExpression": "a = :v", "ExpressionAttributeValues": {":v": {"N": "1e126"}}},
            PREFIX + "Number overflow. Attempting to store a number with magnitude larger than supported range",
        ),
        ({"Item": {"id": {"S": "a"}, "": {"S": "x"}}}, PREFIX + "Empty attribute name"),
        ({"Item": {"id": {"S": "a"}, "m": {"M": {"": {"S": "x"}}}}}, PREFIX + "Empty attribute name"),
        (
            {"Item": {"id": {"S": "a"}, "n" * 65_536: {"S": "x"}}},
            PREFIX + INVALID + "Attribute name is too large, must be less than 65536 bytes",
        ),
        ({"Item": {"id": {"S": "a"}, "x": {"S": "y" * 409_600}}}, "Item size has exceeded the maximum allowed size"),
        (
            {"Expected": {"id": {"Exists": False}}, "ConditionExpression": "attribute_not_exists(id)"},
            PREFIX + "Can not use both expression and non-expression parameters in the same request: "
            "Non-expression parameters: {Expected} Expression parameters: {ConditionExpression}",
        ),
        (
            {"ExpressionAttributeValues": {":v": {"S": "x"}}},
            PREFIX + "ExpressionAttributeValues can only be specified when using expressions",
        ),
        (
            {"ConditionExpression": "((a = b))"},
            PREFIX + "Invalid ConditionExpression: The expression has redundant parentheses;",
        ),
        ({"ReturnValues": "ALL_NEW"}, PREFIX + "Return values set to invalid value"),
    ],
)
def test_refusals(things: Any, changed: dict[str, Any], message: str) -> None:
    request = {"TableName": "things", "Item": {"id": {"S": "a"}}} | changed
    given = {name: value for name, value in request.items() if value is not None}
    assert things.message("PutItem", **given) == message
    assert things("Scan", TableName="things")["Count"] == 0


def test_an_item_of_exactly_400_kb(things: Any) -> None:
    text = "y" * (409_600 - len("id") - 1 - len("x"))
    things.put(id={"S": "a"}, x={"S": text})
    assert things.get(id={"S": "a"})["x"] == {"S": text}


def test_an_unknown_table(dynamodb: Any) -> None:
    error = dynamodb.refusal("PutItem", TableName="nothing", Item={"id": {"S": "a"}})
    assert (error.code, error.message) == ("ResourceNotFoundException", "Requested resource not found")


def test_index_keys(dynamodb: Any, index: Any) -> None:
    dynamodb.create("indexed", "id:S", "r:N", "g:S", GlobalSecondaryIndexes=[index("by-g", "g")])
    key = {"id": {"S": "a"}, "r": {"N": "1"}}
    assert dynamodb.message("PutItem", TableName="indexed", Item={**key, "g": {"N": "1"}}) == (
        INVALID + "Type mismatch for Index Key g Expected: S Actual: N IndexName: by-g"
    )
    assert dynamodb.message("PutItem", TableName="indexed", Item={**key, "g": {"S": ""}}) == (
        "One or more parameter values are not valid. A value specified for a secondary index key is not supported. "
        "The AttributeValue for a key attribute cannot contain an empty string value. IndexName: by-g, IndexKey: g"
    )


def test_consumed_capacity(dynamodb: Any, index: Any) -> None:
    dynamodb.create(
        "indexed",
        "id:S",
        "r:N",
        "g:S",
        GlobalSecondaryIndexes=[index("by-g", "g")],
        LocalSecondaryIndexes=[index("loc", "id", "g")],
    )
    item = {"id": {"S": "a"}, "r": {"N": "1"}, "g": {"S": "x"}, "pad": {"S": "p" * 1500}}
    answer = dynamodb("PutItem", TableName="indexed", Item=item, ReturnConsumedCapacity="INDEXES")
    assert answer["ConsumedCapacity"] == {
        "TableName": "indexed",
        "CapacityUnits": 6.0,
        "Table": {"CapacityUnits": 2.0},
        "LocalSecondaryIndexes": {"loc": {"CapacityUnits": 2.0}},
        "GlobalSecondaryIndexes": {"by-g": {"CapacityUnits": 2.0}},
    }
    # Nothing that the indexes hold has changed.
    answer = dynamodb("PutItem", TableName="indexed", Item=item, ReturnConsumedCapacity="TOTAL")
    assert answer["ConsumedCapacity"] == {"TableName": "indexed", "CapacityUnits": 2.0}
    # The entry leaves its place in both, and takes another.
    moved = {**item, "g": {"S": "y"}}
    answer = dynamodb("PutItem", TableName="indexed", Item=moved, ReturnConsumedCapacity="TOTAL")
    assert answer["ConsumedCapacity"]["CapacityUnits"] == 2.0 + 4.0 + 4.0


def test_item_collection_metrics(dynamodb: Any, index: Any) -> None:
    dynamodb.create("local", "id:S", "r:N", "g:S", LocalSecondaryIndexes=[index("loc", "id", "g")])
    item = {"id": {"S": "a"}, "r": {"N": "1"}}
    answer = dynamodb("PutItem", TableName="local", Item=item, ReturnItemCollectionMetrics="SIZE")
    assert answer["ItemCollectionMetrics"] == {
        "ItemCollectionKey": {"id": {"S": "a"}},
        "SizeEstimateRangeGB": [0.0, 1.0],
    }
    dynamodb.create()
    assert dynamodb("PutItem", TableName="things", Item={"id": {"S": "a"}}, ReturnItemCollectionMetrics="SIZE") == {}
