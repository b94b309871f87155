"""https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.DesignPattern.MultiAttributeKeys.html"""

from __future__ import annotations

from typing import Any

import pytest

from services.dynamodb import limits
from services.dynamodb.state import State
from services.machine import NoHooks

TYPES = {"team": "S", "year": "N", "round": "S", "score": "N"}
KEYS = [("team", "HASH"), ("year", "HASH"), ("round", "RANGE"), ("score", "RANGE")]
INDEX = {
    "IndexName": "by-team",
    "KeySchema": [{"AttributeName": name, "KeyType": kind} for name, kind in KEYS],
    "Projection": {"ProjectionType": "KEYS_ONLY"},
}
DEFINITIONS = [{"AttributeName": name, "AttributeType": TYPES[name]} for name, _ in KEYS]


def match(name: str, team: str, year: int, round_: str, score: int) -> dict[str, Any]:
    return {
        "id": {"S": name},
        "team": {"S": team},
        "year": {"N": str(year)},
        "round": {"S": round_},
        "score": {"N": str(score)},
    }


MATCHES = [
    match("d", "reds", 2025, "final", 9),
    match("a", "reds", 2025, "final", 100),
    match("b", "reds", 2025, "semi", -3),
    match("c", "reds", 2025, "semi", 20),
    match("e", "reds", 2024, "final", 1),
    match("f", "blues", 2025, "final", 1),
]


def create(dynamodb: Any, index: dict[str, Any], definitions: list[dict[str, str]]) -> None:
    dynamodb(
        "CreateTable",
        TableName="things",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}, *definitions],
        GlobalSecondaryIndexes=[index],
    )


@pytest.fixture
def matches(dynamodb: Any) -> Any:
    """A table of matches with an index whose key has two attributes in each part."""
    create(dynamodb, INDEX, DEFINITIONS)
    for item in MATCHES:
        dynamodb.put(**item)
    return dynamodb


def query(condition: str, **more: Any) -> dict[str, Any]:
    known = {":t": {"S": "reds"}, ":y": {"N": "2025"}, ":r": {"S": "semi"}, ":s": {"N": "9"}, ":z": {"N": "50"}}
    words = {":s2": {"S": "s"}, ":f": {"S": "final"}}
    values = {name: value for name, value in (known | words).items() if name in condition.replace(")", " ").split()}
    return {
        "TableName": "things",
        "IndexName": "by-team",
        "KeyConditionExpression": f"team = :t AND {condition}",
        "ExpressionAttributeValues": {":t": known[":t"], **values},
        **more,
    }


def names(answer: Any) -> str:
    return "".join(item["id"]["S"] for item in answer["Items"])


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ("#y = :y", "dabc"),  # by round, then by score as numbers
        ("#y = :y AND round = :r", "bc"),
        ("round < :r AND #y = :y", "da"),
        ("#y = :y AND begins_with(round, :s2 )", "bc"),
        ("#y = :y AND round = :f AND score > :s", "a"),
        ("#y = :y AND round = :f AND score BETWEEN :s AND :z", "d"),
        ("#y = :y AND round = :f AND score = :s", "d"),
    ],
)
def test_conditions(matches: Any, condition: str, found: str) -> None:
    assert names(matches("Query", **query(condition, ExpressionAttributeNames={"#y": "year"}))) == found
    back = query(condition, ExpressionAttributeNames={"#y": "year"}, ScanIndexForward=False)
    assert names(matches("Query", **back)) == found[::-1]


@pytest.mark.parametrize(
    ("condition", "kind", "attribute"),
    [
        ("round = :r", "HASH", "year"),
        ("#y > :y", "HASH", "year"),
        ("#y = :y AND score = :s", "RANGE", "round"),
        ("#y = :y AND round > :r AND score = :s", "RANGE", "round"),
    ],
)
def test_conditions_that_are_refused(matches: Any, condition: str, kind: str, attribute: str) -> None:
    given = {"ExpressionAttributeNames": {"#y": "year"}} if "#y" in condition else {}
    message = matches.message("Query", **query(condition, **given))
    assert f"{kind} key attribute" in message
    assert message.endswith(f"equality condition; attribute: {attribute}")


def test_a_condition_of_another_type(matches: Any) -> None:
    request = query("#y = :y", ExpressionAttributeNames={"#y": "year"})
    request["ExpressionAttributeValues"][":y"] = {"S": "2025"}
    assert matches.message("Query", **request).endswith("Condition parameter type does not match schema type")


def test_pages(matches: Any) -> None:
    request = query("#y = :y", ExpressionAttributeNames={"#y": "year"}, Limit=1)
    found, start = "", None
    for _ in range(5):
        answer = matches("Query", **request, **({} if start is None else {"ExclusiveStartKey": start}))
        found, start = found + names(answer), answer.get("LastEvaluatedKey")
        if start is None:
            break
        assert set(start) == {"id", "team", "year", "round", "score"}
    assert found == "dabc"
    del (last := matches("Query", **request)["LastEvaluatedKey"])["year"]
    assert matches.message("Query", **request, ExclusiveStartKey=last) == "The provided starting key is invalid"


def test_legacy_conditions(matches: Any) -> None:
    def condition(kind: str, value: str, operator: str = "EQ") -> dict[str, Any]:
        return {"AttributeValueList": [{kind: value}], "ComparisonOperator": operator}

    conditions = {
        "team": condition("S", "reds"),
        "year": condition("N", "2025"),
        "round": condition("S", "final"),
        "score": condition("N", "9", "GT"),
    }
    assert names(matches("Query", TableName="things", IndexName="by-team", KeyConditions=conditions)) == "a"
    assert matches.message("Query", TableName="things", KeyConditions=conditions) == (
        "Conditions can be of length 1 or 2 only"
    )


def test_an_item_is_in_the_index_with_all_of_its_keys_only(matches: Any) -> None:
    matches("UpdateItem", TableName="things", Key={"id": {"S": "b"}}, UpdateExpression="REMOVE score")
    assert "b" not in names(matches("Scan", TableName="things", IndexName="by-team"))
    matches("UpdateItem", TableName="things", Key={"id": {"S": "c"}}, UpdateExpression="REMOVE team")
    assert sorted(names(matches("Scan", TableName="things", IndexName="by-team"))) == ["a", "d", "e", "f"]
    matches.put(**MATCHES[2])
    assert names(matches("Query", **query("#y = :y", ExpressionAttributeNames={"#y": "year"}))) == "dab"


def test_items_that_are_refused(matches: Any) -> None:
    def message(**changed: Any) -> str:
        text: str = matches.message("PutItem", TableName="things", Item={**MATCHES[0], **changed})
        return text

    assert "Type mismatch for Index Key score Expected: N Actual: S IndexName: by-team" in message(score={"S": "1"})
    assert message(round={"S": ""}).endswith("IndexName: by-team, IndexKey: round")
    assert "2048 bytes" in message(team={"S": "x" * (limits.PARTITION_KEY_BYTES_MAX + 1)})


def test_a_filter_is_for_other_attributes(matches: Any) -> None:
    request = query("#y = :y", ExpressionAttributeNames={"#y": "year"}, FilterExpression="score = :y")
    assert matches.message("Query", **request).endswith("Primary key attribute: score")


def test_an_index_for_a_table_with_items(things: Any) -> None:
    for item in MATCHES:
        things.put(**item)
    things(
        "UpdateTable",
        TableName="things",
        AttributeDefinitions=DEFINITIONS,
        GlobalSecondaryIndexUpdates=[{"Create": INDEX}],
    )
    assert names(things("Query", **query("#y = :y", ExpressionAttributeNames={"#y": "year"}))) == "dabc"
    (shown,) = things("DescribeTable", TableName="things")["Table"]["GlobalSecondaryIndexes"]
    assert shown["KeySchema"] == INDEX["KeySchema"]
    lines = things.dump()
    again = State(NoHooks())
    again.load("000000000000", "us-east-1", lines)
    again.loaded()
    table = again.table("000000000000", "us-east-1", "things")
    assert table is not None
    kept = things.state.table("000000000000", "us-east-1", "things")
    assert table.indexes["by-team"].entries == kept.indexes["by-team"].entries
    assert list(again.dump("000000000000", "us-east-1")) == lines


def test_long_parts_count_together(dynamodb: Any) -> None:
    keys = [("a", "HASH"), ("b", "RANGE"), ("c", "RANGE")]
    index = {**INDEX, "KeySchema": [{"AttributeName": name, "KeyType": kind} for name, kind in keys]}
    types = {"a": "S", "b": "S", "c": "B"}
    create(dynamodb, index, [{"AttributeName": name, "AttributeType": kind} for name, kind in types.items()])
    half = "x" * (limits.SORT_KEY_BYTES_MAX // 2)
    dynamodb.put(id={"S": "1"}, a={"S": "a"}, b={"S": half}, c={"B": "eHh4"})
    assert "1024 bytes" in dynamodb.message(
        "PutItem",
        TableName="things",
        Item={"id": {"S": "2"}, "a": {"S": "a"}, "b": {"S": half + half}, "c": {"B": "eHh4"}},
    )
