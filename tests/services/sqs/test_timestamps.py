"""Times in documents."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.sqs import timestamps


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (0, "1970-01-01T00:00:00Z"),
        (1_767_225_600_000, "2026-01-01T00:00:00Z"),
        (1_767_225_600_120, "2026-01-01T00:00:00.12Z"),
        (1_767_225_610_001, "2026-01-01T00:00:10.001Z"),
    ],
)
def test_written(moment: int, text: str) -> None:
    assert timestamps.written(moment) == text


@given(st.integers(0, 253_402_300_799_999))
def test_read_again(moment: int) -> None:
    assert timestamps.read(timestamps.written(moment)) == moment


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-01-01T00:00:00.123999999Z", 1_767_225_600_123),
        ("2026-01-01T09:00:00+09:00", 1_767_225_600_000),
        ("0001-01-01T00:00:00Z", -62_135_596_800_000),
    ],
)
def test_others_forms(text: str, moment: int) -> None:
    assert timestamps.read(text) == moment


@pytest.mark.parametrize("text", ["", "now", "2026-01-01", "2026-01-01T00:00:00"])
def test_no_time(text: str) -> None:
    with pytest.raises(ValueError):
        timestamps.read(text)
