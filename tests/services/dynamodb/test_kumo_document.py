"""Kumo's dynamodb.json, both ways; ``data/kumo-v0.18.0.json`` was written by a real Kumo v0.18.0."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest

from services.dynamodb.state import State
from services.machine import NoHooks

HOME = ("000000000000", "us-east-1")
SAMPLE = Path(__file__).parent / "data" / "kumo-v0.18.0.json"


class NoBodies:
    def put(self, data: bytes) -> str:
        raise AssertionError("DynamoDB has no bodies")

    def size(self, sha256: str) -> int | None:
        raise AssertionError("DynamoDB has no bodies")

    def read(self, sha256: str) -> bytes:
        raise AssertionError("DynamoDB has no bodies")


def adopt(state: State, document: Any) -> dict[str, int]:
    return dict(state.adopt(*HOME, document, NoBodies()))


def written(state: State, reports: list[str] | None = None) -> Any:
    lines = list(state.dump_kumo(*HOME, None, (reports if reports is not None else []).append))
    return orjson.loads(b"\n".join(lines))


def test_the_real_sample() -> None:
    state = State(NoHooks())
    document = orjson.loads(SAMPLE.read_bytes())
    assert adopt(state, document) == {"tables added": 1, "items added": 1}
    table = state.table(*HOME, "users")
    assert table is not None
    assert table.definition.settings["CreationDateTime"] == 1795349006379
    assert [data for data, _ in table.items.values()] == [
        b'{"id":{"S":"u1"},"m":{"M":{"x":{"L":[{"BOOL":true},{"NULL":true}]}}},"n":{"N":"7"},"raw":{"B":"AQI="},'
        b'"tags":{"SS":["a","b"]}}'
    ]
    again = written(state)["tables"]["users"]
    original = document["tables"]["users"]
    assert again["items"] == original["items"]
    exceptions = {"CreationDateTime": "2026-11-22T12:03:26.379Z", "ItemCount": 1}
    assert {**original["table"], **exceptions}.items() <= again["table"].items()


def test_what_we_wrote_comes_back_unchanged(dynamodb: Any, index: Any) -> None:
    dynamodb.create(
        "things",
        "id:S",
        "n:N",
        "g:S",
        GlobalSecondaryIndexes=[index("by-g", "g")],
        LocalSecondaryIndexes=[
            index("loc", "id", "g", projection={"ProjectionType": "INCLUDE", "NonKeyAttributes": ["x"]})
        ],
        Tags=[{"Key": "env", "Value": "dev"}],
        TableClass="STANDARD_INFREQUENT_ACCESS",
    )
    dynamodb(
        "CreateTable",
        TableName="provisioned",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "B"}],
        ProvisionedThroughput={"ReadCapacityUnits": 3, "WriteCapacityUnits": 4},
    )
    dynamodb.put("things", id={"S": "a"}, n={"N": "1"}, g={"S": "x"})
    dynamodb.put("provisioned", id={"B": "YWI="})
    ttl = {"Enabled": True, "AttributeName": "expires"}
    dynamodb("UpdateTimeToLive", TableName="things", TimeToLiveSpecification=ttl)
    before, document = dynamodb.dump(), written(dynamodb.state)
    assert document["tags"] == {
        "arn:aws:dynamodb:us-east-1:000000000000:table/things": [{"Key": "env", "Value": "dev"}]
    }
    assert list(document["tables"]["things"]["items"]) == ["S:a|N:1"]
    assert adopt(dynamodb.state, document) == {}
    assert dynamodb.dump() == before
    # An older Kumo drops the keys that it doesn't know.
    for entry in document["tables"].values():
        for name in ("TableClass", "TableClassUpdatedAt", "StreamEnabled", "StreamViewType", "LatestStreamArn"):
            del entry["table"][name]
    del document["tags"]
    assert adopt(dynamodb.state, document) == {}
    assert dynamodb.dump() == before
    fresh = State(NoHooks())
    assert adopt(fresh, document) == {"tables added": 2, "items added": 2}


def test_a_stream_of_kumos_is_kept_for_it() -> None:
    document = orjson.loads(SAMPLE.read_bytes())
    stream = {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE", "LatestStreamArn": "arn:aws:dynamodb:…"}
    document["tables"]["users"]["table"] |= stream
    state = State(NoHooks())
    adopt(state, document)
    assert stream.items() <= written(state)["tables"]["users"]["table"].items()
    assert adopt(state, written(state)) == {}


def test_an_edit_is_taken(things: Any) -> None:
    for name in ("kept", "changed", "removed"):
        things.put(id={"S": name}, x={"N": "1"})
    things.create("dropped")
    table_id = things("DescribeTable", TableName="things")["Table"]["TableId"]
    document = written(things.state)
    del document["tables"]["dropped"]
    items = document["tables"]["things"]["items"]
    del items["S:removed"]
    items["S:changed"]["x"]["N"] = "2.0"
    items["whatever"] = {"id": {"S": "added"}}
    document["tables"]["things"]["table"]["DeletionProtection"] = True
    assert adopt(things.state, document) == {
        "tables removed": 1,
        "tables changed": 1,
        "items added": 1,
        "items removed": 1,
        "items changed": 1,
    }
    assert things("DescribeTable", TableName="things")["Table"]["TableId"] == table_id
    assert things.get(id={"S": "changed"})["x"] == {"N": "2"}
    assert things.get(id={"S": "added"}) is not None
    assert things("ListTables")["TableNames"] == ["things"]


def test_keys_count_in_any_case() -> None:
    document = orjson.loads(
        SAMPLE.read_bytes().replace(b'"KeySchema"', b'"keyschema"').replace(b'"tables"', b'"TABLES"')
    )
    assert adopt(State(NoHooks()), document)["tables added"] == 1


def test_what_kumo_let_through_is_put_right(index: Any) -> None:
    document = orjson.loads(SAMPLE.read_bytes())
    table = document["tables"]["users"]["table"]
    table["AttributeDefinitions"] = [{"AttributeName": "unused", "AttributeType": "S"}]
    table["BillingMode"] = "PROVISIONED"
    table["GlobalSecondaryIndexes"] = [
        {**index("by-n", "n"), "Projection": {"ProjectionType": "", "NonKeyAttributes": None}}
    ]
    state = State(NoHooks())
    adopt(state, document)
    adopted = state.table(*HOME, "users")
    assert adopted is not None
    settings = adopted.definition.settings
    assert settings["AttributeDefinitions"] == [
        {"AttributeName": "id", "AttributeType": "S"},
        {"AttributeName": "n", "AttributeType": "N"},
    ]
    assert settings["BillingMode"] == "PAY_PER_REQUEST"
    assert settings["GlobalSecondaryIndexes"] == [index("by-n", "n")]
    assert len(adopted.indexes["by-n"].entries) == 1


def test_empty_sets_are_dropped() -> None:
    document = orjson.loads(SAMPLE.read_bytes())
    (item,) = document["tables"]["users"]["items"].values()
    item["tags"] = {"SS": []}
    item["m"] = {"M": {"none": {"NS": []}, "one": {"N": "1"}}}
    state = State(NoHooks())
    assert adopt(state, document) == {"tables added": 1, "items added": 1, "empty sets dropped": 2}


def test_empty_sets_in_lists_are_dropped() -> None:
    document = orjson.loads(SAMPLE.read_bytes())
    (item,) = document["tables"]["users"]["items"].values()
    item["m"] = {"L": [{"SS": []}, {"N": "1"}, {"M": {"none": {"BS": []}}}]}
    state = State(NoHooks())
    assert adopt(state, document)["empty sets dropped"] == 2
    (kept,) = written(state)["tables"]["users"]["items"].values()
    assert kept["m"] == {"L": [{"N": "1"}, {"M": {}}]}


def test_the_zero_time_is_written_as_it_was_read() -> None:
    document = orjson.loads(SAMPLE.read_bytes())
    document["tables"]["users"]["table"]["CreationDateTime"] = "0001-01-01T00:00:00Z"
    state = State(NoHooks())
    adopt(state, document)
    assert written(state)["tables"]["users"]["table"]["CreationDateTime"] == "0001-01-01T00:00:00Z"


def _elsewhere(**members: Any) -> Any:
    """An edit of the index that the document has none of."""
    index = {"IndexName": "by-n", "KeySchema": [{"AttributeName": "n", "KeyType": "HASH"}], **members}
    return lambda item, table: table.update(GlobalSecondaryIndexes=[index])


_OF_THE_TABLE = "dynamodb/tables/users/table/"


@pytest.mark.parametrize(
    ("edit", "sentence"),
    [
        (lambda item, table: table.update(KeySchema=3), _OF_THE_TABLE + "KeySchema: a list is expected"),
        (lambda item, table: table.update(KeySchema=[3]), _OF_THE_TABLE + "KeySchema/0: an object is expected"),
        (
            lambda item, table: table.update(KeySchema=[{"KeyType": "HASH"}]),
            _OF_THE_TABLE + "KeySchema/0/AttributeName",
        ),
        (lambda item, table: table.update(KeySchema=table["KeySchema"] * 2), _OF_THE_TABLE + "KeySchema: 1 to 2"),
        (lambda item, table: table.update(AttributeDefinitions={"a": 1}), _OF_THE_TABLE + "AttributeDefinitions"),
        (lambda item, table: table.update(BillingMode="x"), _OF_THE_TABLE + "BillingMode"),
        (lambda item, table: table.update(TableClass=3), _OF_THE_TABLE + "TableClass"),
        (lambda item, table: table.update(TableARN=[3]), _OF_THE_TABLE + "TableARN"),
        (lambda item, table: table.update(DeletionProtection="x"), _OF_THE_TABLE + "DeletionProtection"),
        (lambda item, table: table.update(TTLEnabled=True, TTLAttributeName=""), _OF_THE_TABLE + "TTLAttributeName"),
        (lambda item, table: table.update(CreationDateTime=3), _OF_THE_TABLE + "CreationDateTime"),
        (lambda item, table: table.update(CreationDateTime="2026-08-20"), _OF_THE_TABLE + "CreationDateTime"),
        (lambda item, table: table.update(ProvisionedThroughput=3), _OF_THE_TABLE + "ProvisionedThroughput"),
        (_elsewhere(KeySchema=[]), _OF_THE_TABLE + "GlobalSecondaryIndexes/0/KeySchema"),
        (_elsewhere(IndexName=""), _OF_THE_TABLE + "GlobalSecondaryIndexes/0/IndexName"),
        (_elsewhere(Projection={"ProjectionType": "SOME"}), "GlobalSecondaryIndexes/0/Projection/ProjectionType"),
        (lambda item, table: item.update(x=3), "dynamodb/tables/users/items/.*u1"),
        (lambda item, table: item.update(x={"M": [3]}), "dynamodb/tables/users/items/.*u1"),
        (lambda item, table: item.update(x={"L": {"a": 3}}), "dynamodb/tables/users/items/.*u1"),
        (lambda item, table: item.update(id={"N": "1"}), "users.*u1.*Type mismatch for key id"),
        (lambda item, table: item.update(x={"N": "abc"}), "cannot be converted to a numeric value: abc"),
        (lambda item, table: table.update(KeySchema=[]), "users"),
        (lambda item, table: table.update(CreationDateTime="yesterday"), "yesterday"),
    ],
)
def test_a_bad_value_is_a_sentence_and_changes_nothing(things: Any, edit: Any, sentence: str) -> None:
    document = orjson.loads(SAMPLE.read_bytes())
    table = document["tables"]["users"]
    edit(table["items"]["S:u1|N:7"], table["table"])
    before = things.dump()
    with pytest.raises(ValueError, match=sentence):
        adopt(things.state, document)
    assert things.dump() == before


def test_what_kumo_cannot_hold_is_reported(dynamodb: Any) -> None:
    dynamodb.create("binary", "id:B")
    dynamodb.put("binary", id={"B": "/w=="})
    dynamodb.put("binary", id={"B": "YQ=="})
    dynamodb.create("joined", "id:S", "r:S")
    dynamodb.put("joined", id={"S": "x"}, r={"S": "y|S:z"})
    dynamodb.put("joined", id={"S": "x|S:y"}, r={"S": "z"})
    reports: list[str] = []
    document = written(dynamodb.state, reports)
    assert list(document["tables"]["binary"]["items"]) == ["B:a"]
    assert document["tables"]["joined"]["items"] == {}
    assert len(reports) == 2
    assert "binary" in reports[0]
    assert "joined: 2 items" in reports[1]
