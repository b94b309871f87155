from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from emu.client.answer import shown
from emu.client.errors import UsageError

ANSWER = {
    "Name": "ü",
    "Data": b"\1\2",
    "Made": datetime(2026, 8, 20, 10, tzinfo=UTC),
    "Rows": [["a", 1], ["b", 2]],
    "ResponseMetadata": {"RequestId": "x"},
}


def test_json_holds_all_but_the_metadata() -> None:
    text = shown(ANSWER, None, "json", indent=False)
    assert text is not None
    assert json.loads(text) == {
        "Name": "ü",
        "Data": "AQI=",
        "Made": "2026-08-20T10:00:00+00:00",
        "Rows": [["a", 1], ["b", 2]],
    }
    assert "ü" in text
    assert "\n" not in text
    assert "\n" in str(shown(ANSWER, None, "json", indent=True))


def test_nothing_is_shown_of_an_empty_answer() -> None:
    assert shown({"ResponseMetadata": {}}, None, "json", indent=False) is None


@pytest.mark.parametrize(
    ("query", "text"),
    [("Name", "ü"), ("Rows", "a\t1\nb\t2"), ("Rows[0]", "a\t1"), ("Missing", "None"), ("[Name, Data]", "ü\tAQI=")],
)
def test_text(query: str, text: str) -> None:
    assert shown(ANSWER, query, "text", indent=False) == text


def test_text_needs_plain_values() -> None:
    with pytest.raises(UsageError, match="--query"):
        shown(ANSWER, None, "text", indent=False)
