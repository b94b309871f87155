from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.lines import Block, LineWriter, blocks


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
    """The document put together again from its blocks alone; a container without entities doesn't show in them."""
    root: dict[str, Any] = {}
    for block in blocks(lines):
        container: Any = root
        for name in block.path[:-1]:
            container = container.setdefault(name, {})
        if block.path:
            container = container.setdefault(block.path[-1], [] if block.entries else {})
        if block.entries:
            assert [orjson.loads(line) for line in block.encoded] == block.entries
            container.extend(block.entries)
        else:
            container.update(block.members)
    return root


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
scalars = st.one_of(st.integers(-(2**53), 2**53), texts, st.booleans(), st.none())
leaves = st.one_of(scalars, st.lists(texts, max_size=2))
contents = st.dictionaries(
    texts, st.one_of(st.dictionaries(texts, leaves, min_size=1), st.lists(leaves, min_size=1), scalars), max_size=4
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
    assert list(blocks(lines)) == [Block((), {"name": "x", "n": 1}, (), ())]


def test_a_long_list_comes_in_portions() -> None:
    lines = document({"items": [f"{number:04} " + "x" * 1000 for number in range(500)]})
    found = list(blocks(lines))
    assert 3 <= len(found) <= 6
    assert [value[:4] for block in found for value in block.entries] == [f"{number:04}" for number in range(500)]


def test_paths_lead_through_lists() -> None:
    writer = LineWriter()
    lines = [*writer.open("uploads", "["), *writer.open(None), *writer.entity("upload", 1)]
    lines += [*writer.open("parts", "["), *writer.entity(None, 2), *writer.close()]
    assert [(block.path, list(block.entities())) for block in blocks(lines)] == [
        (("uploads", None), [("upload", 1)]),
        (("uploads", None, "parts"), [(None, 2)]),
    ]


def test_a_bad_entry_is_named_by_its_line() -> None:
    lines = [b"{", b'"items":[', b"1,", b"2x,", b"3", b"]", b"}"]
    with pytest.raises(ValueError, match="line 4:"):
        list(blocks(lines))


def test_two_entries_on_a_line_are_not_taken_for_one() -> None:
    lines = [b"{", b'"items":[', b"1,", b"2,3", b"]", b"}"]
    with pytest.raises(ValueError, match="line 4:"):
        list(blocks(lines))


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
        list(blocks(lines))
