"""The comparison at the end of the crawl sees each kind of difference."""

import pytest

from examples.crawler.verify import SHOWN_MAX, Report


def test_equal_records_pass() -> None:
    report = Report()
    report.compare("records", {"a": 1, "b": 2}, {"b": 2, "a": 1})
    assert report.passed
    assert report.checks == ["records: 2 as expected"]


@pytest.mark.parametrize(
    ("found", "difference"),
    [
        ({"a": 1}, "records: 1 missing: b"),
        ({"a": 1, "b": 2, "c": 3}, "records: 1 unexpected: c"),
        ({"a": 1, "b": 3}, "records: 1 different: b: 3, not 2"),
    ],
)
def test_each_difference_is_named(found: dict[str, int], difference: str) -> None:
    report = Report()
    report.compare("records", found, {"a": 1, "b": 2})
    assert not report.passed
    assert report.differences == [difference]
    assert report.checks == []


def test_a_long_list_is_cut() -> None:
    report = Report()
    report.compare("records", {}, {f"{number:03}": number for number in range(SHOWN_MAX + 5)})
    assert report.differences[0].endswith("009 … and 5 more")
