from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.lines import Event, LineWriter, walk


def document(content: dict[str, Any]) -> list[bytes]:
    """Two levels of containers (dicts and lists), entities below them."""
    writer = LineWriter()
    lines: list[bytes] = []
    for key, value in content.items():
        if isinstance(value, dict):
            lines += writer.open(key)
            for inner_key, inner in value.items():
                lines += writer.entity(inner_key, inner)
            lines += writer.end()
        elif isinstance(value, list):
            lines += writer.open(key, "[")
            for inner in value:
                lines += writer.entity(None, inner)
            lines += writer.end()
        else:
            lines += writer.entity(key, value)
    return lines + list(writer.close())


def rebuilt(lines: list[bytes]) -> dict[str, Any]:
    """The document put together again from the events alone."""
    root: dict[str, Any] = {}
    stack: list[Any] = [root]
    events = list(walk(lines))
    for index, event in enumerate(events):
        if event.what == "enter":
            assert event.key is not None
            inside = events[index + 1]
            container: Any = [] if inside.what == "entity" and inside.key is None else {}
            stack[-1][event.key] = container
            stack.append(container)
        elif event.what == "leave":
            stack.pop()
        elif event.key is None:
            stack[-1].append(event.value)
        else:
            stack[-1][event.key] = event.value
    return root


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
scalars = st.one_of(st.integers(-(2**53), 2**53), texts, st.booleans(), st.none())
leaves = st.one_of(scalars, st.lists(texts, max_size=2))
contents = st.dictionaries(
    texts, st.one_of(st.dictionaries(texts, leaves), st.lists(leaves, min_size=1), scalars), max_size=4
)


@given(contents)
def test_a_document_is_json_and_comes_back(content: dict[str, Any]) -> None:
    lines = document(content)
    assert orjson.loads(b"\n".join(lines)) == content
    assert rebuilt(lines) == content
    assert all(b"\n" not in line for line in lines)


def test_one_entity_a_line() -> None:
    lines = document({"buckets": {"a": {"n": 1}, "b": {"n": 2}}})
    assert lines == [b"{", b'"buckets":{', b'"a":{"n":1},', b'"b":{"n":2}', b"}", b"}"]


def test_bytes_are_json_already() -> None:
    writer = LineWriter()
    lines = [*writer.entity("item", {"Item": b'{"id":{"S":"x"}}'}), *writer.close()]
    assert orjson.loads(b"".join(lines)) == {"item": {"Item": {"id": {"S": "x"}}}}


def test_small_members_share_a_line() -> None:
    writer = LineWriter()
    lines = [*writer.members({"name": "x", "n": 1}), *writer.members({}), *writer.close()]
    assert lines == [b"{", b'"name":"x","n":1', b"}"]
    assert list(walk(lines)) == [Event("entity", "name", "x"), Event("entity", "n", 1)]


@pytest.mark.parametrize(
    "lines",
    [
        [b"["],
        [b"{", b'"a":{', b"]", b"}"],
        [b"{", b"}", b"}"],
        [b"{", b'"a":1'],
        [b"{", b'"a":', b"}"],
        [b"{", b'"a"{', b"}", b"}"],
        [b"{", b"{", b"}", b"}"],
        [b'"a":1'],
        [b"{", b'"l":[', b'"k":{', b"}", b"]", b"}"],
    ],
)
def test_anything_else_is_refused_with_the_line(lines: list[bytes]) -> None:
    with pytest.raises(ValueError, match="line "):
        list(walk(lines))
