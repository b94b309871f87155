"""RFC 7233, and https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPartCopy.html for copies."""

from __future__ import annotations

import pytest

from services.errors import ServiceError
from services.s3.ranges import Span, parse_copy_range, parse_range


@pytest.mark.parametrize(
    ("header", "span"),
    [
        ("bytes=0-0", (0, 1)),
        ("bytes=0-9", (0, 10)),
        ("bytes=5-", (5, 5)),
        ("bytes=-1", (9, 1)),
        ("bytes=-100", (0, 10)),
        ("bytes=8-100", (8, 2)),
    ],
)
def test_of_ten_bytes(header: str, span: tuple[int, int]) -> None:
    assert parse_range(header, 10) == Span(*span)


@pytest.mark.parametrize("header", ["bytes=5-2", "bytes=-", "bytes=0-1,3-4", "items=0-1", "bytes=a-b", ""])
def test_what_is_no_range_is_ignored(header: str) -> None:
    assert parse_range(header, 10) is None


@pytest.mark.parametrize(
    ("header", "size"), [("bytes=10-", 10), ("bytes=10-20", 10), ("bytes=-0", 10), ("bytes=0-", 0)]
)
def test_ranges_without_a_byte(header: str, size: int) -> None:
    with pytest.raises(ServiceError, match="not satisfiable"):
        parse_range(header, size)


def test_content_range() -> None:
    assert Span(5, 5).content_range(10) == "bytes 5-9/10"


def test_copy_range() -> None:
    assert parse_copy_range("bytes=0-9", 10) == Span(0, 10)


@pytest.mark.parametrize("header", ["bytes=0-10", "bytes=5-", "bytes=-5", "bytes=4-3", "0-9", ""])
def test_copy_ranges_that_are_refused(header: str) -> None:
    with pytest.raises(ServiceError) as refused:
        parse_copy_range(header, 10)
    assert refused.value.code == "InvalidArgument"
