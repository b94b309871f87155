"""https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Query.html"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st


def query(dynamodb: Any, text: str, values: dict[str, Any], **more: Any) -> Any:
    more = {"TableName": "events"} | more
    given = {f":{name}": value for name, value in values.items()}
    return dynamodb("Query", KeyConditionExpression=text, ExpressionAttributeValues=given, **more)


def numbers_of(answer: Any) -> list[float]:
    return [float(item["n"]["N"]) for item in answer["Items"]]


@pytest.fixture
def filled(events: Any) -> Any:
    for number in ("-12", "-1.5", "0", "2", "10", "100.25"):
        events.put("events", id={"S": "a"}, n={"N": number}, parity={"S": "even"})
        events.put("events", id={"S": "b"}, n={"N": number})
    return events


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("id = :a", [-12, -1.5, 0, 2, 10, 100.25]),
        ("id = :a AND n = :two", [2]),
        ("n = :two AND id = :a", [2]),
        (":a = id AND :two < n", [10, 100.25]),
        ("id = :a AND n < :two", [-12, -1.5, 0]),
        ("id = :a AND n <= :two", [-12, -1.5, 0, 2]),
        ("id = :a AND n > :minus", [0, 2, 10, 100.25]),
        ("(id = :a) AND (n >= :minus)", [-1.5, 0, 2, 10, 100.25]),
        ("id = :a AND n BETWEEN :minus AND :two", [-1.5, 0, 2]),
    ],
)
def test_key_conditions(filled: Any, text: str, found: list[float]) -> None:
    every = {"a": {"S": "a"}, "two": {"N": "2.0"}, "minus": {"N": "-1.5"}}
    values = {name: value for name, value in every.items() if f":{name}" in text}
    assert numbers_of(query(filled, text, values)) == found
    assert numbers_of(query(filled, text, values, ScanIndexForward=False)) == found[::-1]


def test_text_sort_keys(dynamodb: Any) -> None:
    dynamodb.create("texts", "id:S", "r:S")
    for text in ("", "a", "a\0", "a\0b", "ab", "b", "é"):
        if text:
            dynamodb.put("texts", id={"S": "k"}, r={"S": text})

    def found(condition: str, **values: str) -> list[str]:
        given = {name: {"S": value} for name, value in (values | {"k": "k"}).items()}
        answer = query(dynamodb, f"id = :k AND {condition}", given, TableName="texts")
        return [item["r"]["S"] for item in answer["Items"]]

    assert found("r = :v", v="a") == ["a"]
    assert found("begins_with(r, :v)", v="a") == ["a", "a\0", "a\0b", "ab"]
    assert found("begins_with(r, :v)", v="a\0") == ["a\0", "a\0b"]
    assert found("begins_with(r, :v)", v="") == ["a", "a\0", "a\0b", "ab", "b", "é"]
    assert found("r > :v", v="a") == ["a\0", "a\0b", "ab", "b", "é"]
    assert found("r BETWEEN :v AND :w", v="a\0", w="b") == ["a\0", "a\0b", "ab", "b"]


def test_filters_and_limits(filled: Any) -> None:
    answer = query(
        filled,
        "id = :a",
        {"a": {"S": "a"}, "big": {"N": "1"}, "p": {"S": "even"}},
        FilterExpression="parity = :p AND attribute_exists(parity) AND NOT parity = :big",
        Limit=4,
    )
    assert (answer["Count"], answer["ScannedCount"]) == (4, 4)
    assert answer["LastEvaluatedKey"] == {"id": {"S": "a"}, "n": {"N": "2"}}
    answer = query(filled, "id = :a", {"a": {"S": "a"}, "p": {"S": "odd"}}, FilterExpression="parity = :p", Limit=4)
    assert (answer["Items"], answer["Count"], answer["ScannedCount"]) == ([], 0, 4)
    assert answer["LastEvaluatedKey"] == {"id": {"S": "a"}, "n": {"N": "2"}}


def test_select_and_projection(filled: Any) -> None:
    answer = query(filled, "id = :a", {"a": {"S": "a"}}, Select="COUNT")
    assert answer == {"Count": 6, "ScannedCount": 6}
    answer = query(filled, "id = :a", {"a": {"S": "a"}}, ProjectionExpression="parity", Limit=1)
    assert answer["Items"] == [{"parity": {"S": "even"}}]


def test_a_page_ends_with_the_item_that_brings_it_to_a_megabyte(events: Any) -> None:
    for number in range(5):
        events.put("events", id={"S": "a"}, n={"N": str(number)}, pad={"S": "p" * 300_000})
    answer = query(events, "id = :a", {"a": {"S": "a"}}, ReturnConsumedCapacity="TOTAL")
    assert numbers_of(answer) == [0, 1, 2, 3]
    assert answer["ConsumedCapacity"]["CapacityUnits"] == 146.5
    answer = query(events, "id = :a", {"a": {"S": "a"}}, ExclusiveStartKey=answer["LastEvaluatedKey"])
    assert numbers_of(answer) == [4]
    assert "LastEvaluatedKey" not in answer


def test_a_full_page_of_small_items_takes_128_and_a_half_units(events: Any) -> None:
    for number in range(1100):
        events.put("events", id={"S": "a"}, n={"N": str(number)}, pad={"S": "p" * 1024})
    answer = query(events, "id = :a", {"a": {"S": "a"}}, ReturnConsumedCapacity="TOTAL")
    assert answer["ConsumedCapacity"]["CapacityUnits"] == 128.5


@pytest.fixture
def indexed(dynamodb: Any, index: Any) -> Any:
    keys_only, include = {"ProjectionType": "KEYS_ONLY"}, {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["x"]}
    dynamodb.create(
        "events",
        "id:S",
        "n:N",
        "g:S",
        "h:N",
        LocalSecondaryIndexes=[index("local", "id", "h", projection=keys_only)],
        GlobalSecondaryIndexes=[
            index("whole", "g", "h"),
            index("some", "g", projection=include),
        ],
    )
    for number in range(6):
        more = {"g": {"S": "even" if number % 2 == 0 else "odd"}} if number < 5 else {}
        dynamodb.put(
            "events",
            id={"S": "a"},
            n={"N": str(number)},
            h={"N": str(-number // 2)},
            x={"N": "1"},
            y={"N": "2"},
            **more,
        )
    return dynamodb


def test_a_global_index(indexed: Any) -> None:
    answer = query(indexed, "g = :g", {"g": {"S": "even"}}, IndexName="whole")
    assert numbers_of(answer) == [4, 2, 0]
    assert answer["Items"][0]["y"] == {"N": "2"}
    answer = query(indexed, "g = :g AND h < :h", {"g": {"S": "even"}, "h": {"N": "0"}}, IndexName="whole", Limit=1)
    assert numbers_of(answer) == [4]
    assert answer["LastEvaluatedKey"] == {"g": {"S": "even"}, "h": {"N": "-2"}, "id": {"S": "a"}, "n": {"N": "4"}}
    answer = query(
        indexed,
        "g = :g AND h < :h",
        {"g": {"S": "even"}, "h": {"N": "0"}},
        IndexName="whole",
        ExclusiveStartKey=answer["LastEvaluatedKey"],
    )
    assert numbers_of(answer) == [2]


def test_a_projection_of_some_attributes(indexed: Any) -> None:
    answer = query(indexed, "g = :g", {"g": {"S": "odd"}}, IndexName="some", Limit=1, ReturnConsumedCapacity="INDEXES")
    (item,) = answer["Items"]
    assert set(item) == {"id", "n", "g", "x"}
    assert answer["ConsumedCapacity"]["GlobalSecondaryIndexes"] == {"some": {"CapacityUnits": 0.5}}
    refused = {"TableName": "events", "IndexName": "some", "KeyConditionExpression": "g = :g"}
    values = {":g": {"S": "odd"}}
    invalid = "One or more parameter values were invalid: "
    assert (
        indexed.message("Query", **refused, ExpressionAttributeValues=values, ProjectionExpression="y, x")
        == invalid + "Global secondary index some does not project [y]"
    )
    assert indexed.message("Query", **refused, ExpressionAttributeValues=values, Select="ALL_ATTRIBUTES") == invalid + (
        "Select type ALL_ATTRIBUTES is not supported for global secondary index some "
        "because its projection type is not ALL"
    )
    assert (
        indexed.message("Query", **refused, ExpressionAttributeValues=values, FilterExpression="attribute_exists(y)")
        == invalid + "Global secondary index some does not project one or more filter attributes: [y]"
    )
    assert indexed.message("Query", **refused, ExpressionAttributeValues=values, ConsistentRead=True) == (
        "Consistent reads are not supported on global secondary indexes"
    )


def test_a_local_index_fetches_what_it_does_not_hold(indexed: Any) -> None:
    values = {"a": {"S": "a"}}
    request = {"IndexName": "local", "ReturnConsumedCapacity": "INDEXES", "ConsistentRead": True}
    answer = query(indexed, "id = :a", values, **request)
    assert numbers_of(answer) == [5, 3, 4, 1, 2, 0]
    assert set(answer["Items"][0]) == {"id", "n", "h"}
    assert answer["ConsumedCapacity"]["Table"] == {"CapacityUnits": 0.0}
    answer = query(indexed, "id = :a", values, Select="ALL_ATTRIBUTES", **request)
    assert answer["Items"][0]["y"] == {"N": "2"}
    assert answer["ConsumedCapacity"]["Table"] == {"CapacityUnits": 6.0}
    assert answer["ConsumedCapacity"]["LocalSecondaryIndexes"] == {"local": {"CapacityUnits": 1.0}}


@pytest.mark.parametrize(
    ("text", "values", "message"),
    [
        ("n = :n", {":n": {"N": "1"}}, "Query condition missed key schema element: id"),
        ("x = :n", {":n": {"N": "1"}}, "Query condition missed key schema element: id"),
        ("id = :i AND x = :n", {":i": {"S": "a"}, ":n": {"N": "1"}}, "Query condition missed key schema element: n"),
        ("id > :i", {":i": {"S": "a"}}, "Query key condition not supported"),
        (
            "id = :i OR n = :n",
            {":i": {"S": "a"}, ":n": {"N": "1"}},
            "Invalid operator used in KeyConditionExpression: OR",
        ),
        ("id <> :i", {":i": {"S": "a"}}, "Invalid operator used in KeyConditionExpression: <>"),
        ("NOT id = :i", {":i": {"S": "a"}}, "Invalid operator used in KeyConditionExpression: NOT"),
        ("id IN (:i)", {":i": {"S": "a"}}, "Invalid operator used in KeyConditionExpression: IN"),
        (
            "id = :i AND attribute_exists(n)",
            {":i": {"S": "a"}},
            "Invalid operator used in KeyConditionExpression: attribute_exists",
        ),
        (
            "id = :i AND id = :i",
            {":i": {"S": "a"}},
            "Invalid KeyConditionExpression: KeyConditionExpressions must only contain one condition per key",
        ),
        (
            "id = :i AND n > :n AND x = :n",
            {":i": {"S": "a"}, ":n": {"N": "1"}},
            "The number of query conditions (3) exceeds the number of key attributes defined in the schema (2)",
        ),
        (
            "id = :i AND :b >= n",
            {":i": {"S": "a"}, ":b": {"BOOL": True}},
            "Invalid KeyConditionExpression: Incorrect operand type for operator or function; "
            "operator or function: >=, operand type: BOOL",
        ),
        (
            "id = :i AND begins_with(n, :n) AND n > :n",
            {":i": {"S": "a"}, ":n": {"N": "1"}},
            "Invalid KeyConditionExpression: Incorrect operand type for operator or function; "
            "operator or function: begins_with, operand type: N",
        ),
        ("id.x = :i", {":i": {"S": "a"}}, "KeyConditionExpressions cannot have conditions on nested attributes"),
        (
            "id = :i",
            {":i": {"N": "1"}},
            "One or more parameter values were invalid: Condition parameter type does not match schema type",
        ),
        (
            "id = :i",
            {":i": {"S": ""}},
            "One or more parameter values are not valid. The AttributeValue for a key attribute "
            "cannot contain an empty string value. Key: id",
        ),
        ("", {":i": {"S": ""}}, "Invalid KeyConditionExpression: The expression can not be empty;"),
        (
            "id = :i",
            {":i": {"S": "a"}, ":x": {"S": "a"}},
            "Value provided in ExpressionAttributeValues unused in expressions: keys: {:x}",
        ),
    ],
)
def test_key_conditions_that_are_refused(events: Any, text: str, values: Any, message: str) -> None:
    assert (
        events.message("Query", TableName="events", KeyConditionExpression=text, ExpressionAttributeValues=values)
        == message
    )


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (
            {"Limit": 0},
            "1 validation error detected: Value at 'Limit' failed to satisfy constraint: "
            "Member must have value greater than or equal to 1",
        ),
        (
            {"Select": "INVALID"},
            "1 validation error detected: Value 'INVALID' at 'select' failed to satisfy constraint: "
            "Member must satisfy enum value set: "
            "[SPECIFIC_ATTRIBUTES, COUNT, ALL_ATTRIBUTES, ALL_PROJECTED_ATTRIBUTES]",
        ),
        ({"IndexName": "nothing"}, "The table does not have the specified index: nothing"),
        (
            {"FilterExpression": "attribute_exists(n)"},
            "Filter Expression can only contain non-primary key attributes: Primary key attribute: n",
        ),
        (
            {"FilterExpression": "#nothing = :i"},
            "Invalid FilterExpression: An expression attribute name used in the document path is not defined; "
            "attribute name: #nothing",
        ),
        ({"ExclusiveStartKey": {"id": {"S": "a"}}}, "The provided starting key is invalid"),
        (
            {"ExclusiveStartKey": {"id": {"S": "b"}, "n": {"N": "1"}}},
            "The provided starting key is outside query boundaries based on provided conditions",
        ),
        (
            {"ExclusiveStartKey": {"id": {"N": "1"}, "n": {"N": "1"}}},
            "The provided starting key is invalid: The provided key element does not match the schema",
        ),
        (
            {"Select": "ALL_PROJECTED_ATTRIBUTES"},
            "One or more parameter values were invalid: "
            "ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName",
        ),
        (
            {"Select": "COUNT", "ProjectionExpression": "x"},
            "One or more parameter values were invalid: "
            "Cannot specify the ProjectionExpression when choosing to get only the Count",
        ),
    ],
)
def test_refusals(events: Any, more: dict[str, Any], message: str) -> None:
    request = {
        "TableName": "events",
        "KeyConditionExpression": "id = :i",
        "ExpressionAttributeValues": {":i": {"S": "a"}},
    }
    assert events.message("Query", **request, **more) == message


def test_no_condition(events: Any) -> None:
    assert events.message("Query", TableName="events") == (
        "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request."
    )


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.sets(st.integers(-50, 50), max_size=25),
    st.integers(1, 7),
    st.integers(-60, 60),
    st.integers(-60, 60),
    st.booleans(),
    st.sampled_from(["whole", "table"]),
)
def test_paging_against_a_sorted_list(
    dynamodb: Any, index: Any, members: set[int], limit: int, low: int, high: int, forward: bool, where: str
) -> None:
    if any(name == "events" for name in dynamodb("ListTables")["TableNames"]):
        dynamodb("DeleteTable", TableName="events")
    dynamodb.create("events", "id:S", "n:N", "g:S", "h:N", GlobalSecondaryIndexes=[index("whole", "g", "h")])
    for number in members:
        item = {"id": {"S": "a"}, "n": {"N": str(number)}, "g": {"S": "g"}, "h": {"N": str(number // 3)}}
        dynamodb.put("events", **item)
        dynamodb.put("events", **(item | {"id": {"S": "b"}, "g": {"S": "other"}}))
    low, high = min(low, high), max(low, high)
    if where == "table":
        request: dict[str, Any] = {"KeyConditionExpression": "id = :p AND n BETWEEN :l AND :h"}
        expected = sorted(number for number in members if low <= number <= high)
        hash_value = "a"
    else:
        request = {"KeyConditionExpression": "g = :p AND h BETWEEN :l AND :h", "IndexName": "whole"}
        expected = sorted(number for number in members if low <= number // 3 <= high)
        hash_value = "g"
    values = {":p": {"S": hash_value}, ":l": {"N": str(low)}, ":h": {"N": str(high)}}
    found: list[int] = []
    start: dict[str, Any] = {}
    while True:
        answer = dynamodb(
            "Query",
            TableName="events",
            Limit=limit,
            ScanIndexForward=forward,
            ExpressionAttributeValues=values,
            **request,
            **start,
        )
        assert answer["Count"] <= limit
        found += [int(item["n"]["N"]) for item in answer["Items"]]
        if "LastEvaluatedKey" not in answer:
            break
        start = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}
    assert found == (expected if forward else expected[::-1])


def test_key_conditions_may_stand_beside_expressions(events: Any) -> None:
    for number in range(3):
        events.put("events", id={"S": "a"}, n={"N": str(number)}, x={"N": str(number)})
    answer = events(
        "Query",
        TableName="events",
        KeyConditions={"id": {"ComparisonOperator": "EQ", "AttributeValueList": [{"S": "a"}]}},
        FilterExpression="x > :x",
        ProjectionExpression="n",
        ExpressionAttributeValues={":x": {"N": "0"}},
    )
    assert answer["Items"] == [{"n": {"N": "1"}}, {"n": {"N": "2"}}]


def test_nothing_stands_behind_the_item_of_a_table_without_a_sort_key(things: Any) -> None:
    things.put(id={"S": "a"})
    query = {
        "TableName": "things",
        "KeyConditionExpression": "id = :i",
        "ExpressionAttributeValues": {":i": {"S": "a"}},
    }
    assert things.message("Query", **query, ExclusiveStartKey={"id": {"S": "a"}}) == (
        "The provided exclusive start key is invalid: ExclusiveStartKey: {id=AttributeValue: {S:a}}"
    )
    assert "LastEvaluatedKey" not in things("Query", **query, Limit=1)


def test_values_are_told_wrong_without_their_placeholder(events: Any) -> None:
    values = {":i": {"S": "a"}, ":x": {"N": ""}}
    query = {"KeyConditionExpression": "id = :i", "FilterExpression": "x = :x", "ExpressionAttributeValues": values}
    assert events.message("Query", TableName="events", **query) == (
        "The parameter cannot be converted to a numeric value: "
    )
    scan = {"FilterExpression": "x = :x", "ExpressionAttributeValues": {":x": {"N": ""}}}
    assert events.message("Scan", TableName="events", **scan) == (
        "ExpressionAttributeValues contains invalid value: "
        "The parameter cannot be converted to a numeric value for key :x"
    )
