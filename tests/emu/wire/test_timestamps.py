"""Moments: milliseconds inside, three forms outside."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emu.wire import timestamps

MOMENT = 1_255_369_830_123  # 2009-10-12T17:50:30.123Z


def test_iso8601_has_milliseconds() -> None:
    assert timestamps.iso8601(MOMENT) == "2009-10-12T17:50:30.123Z"
    assert timestamps.iso8601(0) == "1970-01-01T00:00:00.000Z"


def test_rfc1123_has_seconds() -> None:
    assert timestamps.rfc1123(MOMENT) == "Mon, 12 Oct 2009 17:50:30 GMT"


def test_epoch_has_a_fraction() -> None:
    assert timestamps.epoch(MOMENT) == 1255369830.123


@pytest.mark.parametrize(
    "text",
    [
        "Mon, 12 Oct 2009 17:50:30 GMT",
        "Monday, 12-Oct-09 17:50:30 GMT",
        "Mon Oct 12 17:50:30 2009",
        "2009-10-12T17:50:30Z",
        "2009-10-12T17:50:30.000Z",
        "2009-10-12T19:50:30+02:00",
        "1255369830",
    ],
)
def test_every_form_is_read(text: str) -> None:
    assert timestamps.parse(text) == 1_255_369_830_000


@pytest.mark.parametrize(
    "text", ["", "yesterday", "nan", "inf", "2009-13-45", "Mon, 99 Foo 2009 17:50:30 GMT", "9" * 400]
)
def test_what_is_no_moment_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError, match="not a timestamp"):
        timestamps.parse(text)


@given(st.integers(0, 253_402_300_799_999))
def test_iso8601_is_read_back(moment: int) -> None:
    assert timestamps.parse_iso8601(timestamps.iso8601(moment)) == moment


@given(st.text(max_size=40))
def test_parsing_never_fails_otherwise(text: str) -> None:
    with contextlib.suppress(ValueError):
        timestamps.parse(text)
