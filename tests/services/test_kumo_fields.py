"""JSON as Kumo reads it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from services.kumo_fields import Fields, kumo_time


def test_names_count_in_any_case_and_the_last_of_two_counts() -> None:
    assert Fields({"SIZE": 1, "size": 2}, "place").integer("Size") == 2


def test_what_is_missing_or_null_is_zero() -> None:
    for fields in (Fields({}, "p"), Fields(None, "p"), Fields({"x": None}, "p")):
        assert not fields.given("x")
        assert (fields.text("x"), fields.integer("x"), fields.boolean("x")) == ("", 0, False)
        assert (fields.texts("x"), fields.text_list("x"), fields.items("x")) == (None, (), [])
        assert (list(fields.entries("x")), dict(fields.fields("x").raw)) == ([], {})
        assert fields.time_ms("x") == -62_135_596_800_000


_READERS: tuple[tuple[Callable[[Fields], object], str, tuple[Any, ...]], ...] = (
    (lambda fields: fields.text("x"), "a string", (1, 1.5, True, [], {})),
    (lambda fields: fields.integer("x"), "an integer", ("1", 1.5, 1e25, True, [], {})),
    (lambda fields: fields.boolean("x"), "true or false", ("true", 1, [], {})),
    (lambda fields: fields.texts("x"), "an object", ("", 0, False, [])),
    (lambda fields: fields.fields("x"), "an object", ("", 0, False, [])),
    (lambda fields: list(fields.entries("x")), "an object", ("", 0, False, [])),
    (lambda fields: fields.text_list("x"), "a list", ("", 0, False, {})),
    (lambda fields: fields.items("x"), "a list", ("", 0, False, {})),
    (lambda fields: fields.time_ms("x"), "a string", (0, False, [], {})),
)


@pytest.mark.parametrize(
    ("read", "kind", "value"), [(read, kind, value) for read, kind, values in _READERS for value in values]
)
def test_a_value_of_another_kind_is_refused_with_its_place(
    read: Callable[[Fields], object], kind: str, value: Any
) -> None:
    with pytest.raises(ValueError, match=f"^file/entry/x: {kind} is expected, not "):
        read(Fields({"X": value}, "file/entry"))


def test_a_long_value_is_cut_in_the_sentence() -> None:
    with pytest.raises(ValueError) as caught:
        Fields({"x": "y" * 1000}, "p").integer("x")
    assert len(str(caught.value)) < 120


@pytest.mark.parametrize("value", [-1, 11, 2**63])
def test_bounds(value: int) -> None:
    assert Fields({"x": 10}, "p").integer("x", (0, 10)) == 10
    with pytest.raises(ValueError, match=f"p/x: {value} is not between 0 and 10"):
        Fields({"x": value}, "p").integer("x", (0, 10))


def test_an_integer_that_kumo_has_no_room_for() -> None:
    with pytest.raises(ValueError, match="p/x"):
        Fields({"x": 2**63}, "p").integer("x")


def test_one_of() -> None:
    assert Fields({"x": "A"}, "p").one_of("x", "A", "B") == "A"
    assert Fields({}, "p").one_of("x", "A", "B") == ""
    with pytest.raises(ValueError, match="p/x: 'a' is none of A, B"):
        Fields({"x": "a"}, "p").one_of("x", "A", "B")


@pytest.mark.parametrize(
    ("text", "time_ms"),
    [
        ("2026-01-01T00:00:00Z", 1_767_225_600_000),
        ("2026-01-01T00:00:00.1Z", 1_767_225_600_100),
        ("2026-01-01T09:00:00.123999999+09:00", 1_767_225_600_123),
        ("2025-12-31T20:30:00-03:30", 1_767_225_600_000),
        ("1969-12-31T23:59:59.5Z", -500),
        ("0001-01-01T00:00:00Z", -62_135_596_800_000),
        ("9999-12-31T23:59:59.999Z", 253_402_300_799_999),
    ],
)
def test_a_time(text: str, time_ms: int) -> None:
    assert Fields({"x": text}, "p").time_ms("x") == time_ms


@pytest.mark.parametrize(
    "text",
    [
        "yesterday", "2026-01-01", "2026-01-01T00:00:00", "2026-01-01 00:00:00Z", "20260101T000000Z",
        "2026-01-01T24:00:00Z", "2026-13-01T00:00:00Z", "2026-01-01T00:00:60Z", "2026-01-01T00:00:00+24:00",
        "0000-01-01T00:00:00Z", "0001-01-01T00:00:00+09:00", "9999-12-31T23:59:59-01:00", "２０２６-01-01T00:00:00Z",
    ],
)  # fmt: skip
def test_no_time(text: str) -> None:
    with pytest.raises(ValueError, match=r"^p/x: "):
        Fields({"x": text}, "p").time_ms("x")


@pytest.mark.parametrize(
    ("time_ms", "text"),
    [
        (0, "1970-01-01T00:00:00Z"),
        (1_500, "1970-01-01T00:00:01.5Z"),
        (-62_135_596_800_000, "0001-01-01T00:00:00Z"),
        (1_767_225_600_010, "2026-01-01T00:00:00.01Z"),
    ],
)
def test_a_time_as_go_writes_it(time_ms: int, text: str) -> None:
    assert kumo_time(time_ms) == text
