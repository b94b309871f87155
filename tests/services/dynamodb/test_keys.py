"""The order of keys, which everything in a table rests on."""

from __future__ import annotations

import base64
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.dynamodb import keys

texts = st.text(st.sampled_from("ab\0\1\2ü\U0001f600z"), max_size=6)
binaries = st.binary(max_size=4) | st.lists(st.sampled_from([0, 1, 2, 255]), max_size=5).map(bytes)


def text(value: str) -> dict[str, Any]:
    return {"S": value}


def binary(value: bytes) -> dict[str, Any]:
    return {"B": base64.b64encode(value).decode()}


@settings(deadline=None)
@given(texts, texts)
def test_text_elements_are_ordered_as_utf8(left: str, right: str) -> None:
    first, second = keys.element(text(left)), keys.element(text(right))
    assert (first < second) == (left.encode() < right.encode())
    assert left == right or not second.startswith(first)
    assert second.startswith(keys.element_prefix(text(left))) == right.startswith(left)


@settings(deadline=None)
@given(binaries, binaries)
def test_binary_elements_are_ordered_as_bytes(left: bytes, right: bytes) -> None:
    first, second = keys.element(binary(left)), keys.element(binary(right))
    assert (first < second) == (left < right)
    assert left == right or not second.startswith(first)
    assert second.startswith(keys.element_prefix(binary(left))) == right.startswith(left)


@settings(deadline=None)
@given(binaries, binaries)
def test_after_is_above_all_that_begins_with_a_prefix(prefix: bytes, rest: bytes) -> None:
    bound = keys.after(prefix)
    assert bound is None or (prefix + rest < bound and not bound.startswith(prefix))
    assert bound is not None or not prefix.strip(b"\xff")


@settings(deadline=None)
@given(st.integers(1, 50), st.text(max_size=5))
def test_every_key_is_in_exactly_one_segment(total: int, name: str) -> None:
    key = keys.partition(text(name))
    bounds = [keys.segment_bounds(segment, total) for segment in range(total)]
    assert sum(low <= key and (high is None or key < high) for low, high in bounds) == 1


def test_segments_are_even() -> None:
    placed = [keys.partition(text(f"user-{number}")) for number in range(4000)]
    for segment in range(4):
        low, high = keys.segment_bounds(segment, 4)
        assert 850 < sum(low <= key and (high is None or key < high) for key in placed) < 1150


@given(st.lists(st.tuples(texts, texts), max_size=8))
def test_an_encoder_of_many_gives_what_each_gives(pairs: list[tuple[str, str]]) -> None:
    for schema in (keys.KeySchema.of("h", "S"), keys.KeySchema.of("h", "S", "r", "S")):
        items = [{"h": text(first), "r": text(second)} for first, second in pairs]
        encode = schema.encoder()
        assert [encode(item) for item in items] == [schema.encode(item) for item in items]


def test_numbers_and_texts_do_not_collide() -> None:
    assert keys.partition({"N": "1"}) != keys.partition({"S": "1"})
