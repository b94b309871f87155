"""emu's own document: one entity a line, the same lines for the same state."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from services.dynamodb.state import State
from services.machine import NoHooks


def loaded(lines: list[bytes]) -> State:
    state = State(NoHooks())
    state.load("000000000000", "us-east-1", lines)
    return state


def test_one_item_a_line(things: Any) -> None:
    things.put(id={"S": "a"}, z={"N": "1.0"}, b={"M": {"y": {"S": "ü"}, "x": {"NULL": True}}})
    things(
        "TransactWriteItems",
        TransactItems=[{"Put": {"TableName": "things", "Item": {"id": {"S": "b"}}}}],
        ClientRequestToken="t",
    )
    lines = things.dump()
    assert '{"b":{"M":{"x":{"NULL":true},"y":{"S":"ü"}}},"id":{"S":"a"},"z":{"N":"1"}}'.encode() in [
        line.rstrip(b",") for line in lines
    ]
    document = orjson.loads(b"\n".join(lines))
    assert set(document) == {"tables", "tokens"}
    assert document["tables"]["things"]["settings"]["TableName"] == "things"
    assert list(loaded(lines).dump("000000000000", "us-east-1")) == lines


def test_the_order_of_events_does_not_show(dynamodb: Any, call: Any) -> None:
    dynamodb.create()
    for name in ("a", "b", "c"):
        dynamodb.put(id={"S": name}, x={"N": "1"}, y={"N": "2"})
    first = dynamodb.dump()
    for name in ("c", "a"):
        dynamodb("DeleteItem", TableName="things", Key={"id": {"S": name}})
        dynamodb.put(y={"N": "2.0"}, id={"S": name}, x={"N": "01"})
    assert dynamodb.dump() == first


def test_an_empty_state(dynamodb: Any) -> None:
    assert list(dynamodb.state.namespaces()) == []
    lines = list(dynamodb.state.dump("000000000000", "us-east-1"))
    assert list(loaded(lines).namespaces()) == []


@pytest.mark.parametrize(
    "lines",
    [
        [b"{", b'"tables":{', b'"t":{', b'"settings":{"KeySchema":[]}', b"}", b"}", b"}"],
        [b"{", b'"tables":{', b'"t":{', b'"items":[', b'{"id":{"S":"a"}}', b"]", b"}", b"}", b"}"],
        [b"{", b'"tokens":{', b'"t":5', b"}", b"}"],
        [b"{", b'"other":1', b"}"],
        [b"{", b'"tables":{'],
    ],
)
def test_damage_is_a_sentence(lines: list[bytes]) -> None:
    with pytest.raises(ValueError):
        loaded(lines)
