"""Parts of objects, and reads and writes under a condition."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from emu.testing import Emulator
from tests.end_to_end.asking import ask, refused

BODY = b"0123456789"


@pytest.fixture
def etag(s3: Any, bucket: str) -> str:
    """Of the object ``page``, which holds BODY."""
    tag: str = s3.put_object(Bucket=bucket, Key="page", Body=BODY)["ETag"]
    return tag


@pytest.mark.parametrize(
    ("asked", "content", "shown"),
    [
        ("bytes=0-0", b"0", "bytes 0-0/10"),
        ("bytes=2-5", b"2345", "bytes 2-5/10"),
        ("bytes=7-", b"789", "bytes 7-9/10"),
        ("bytes=-3", b"789", "bytes 7-9/10"),
        ("bytes=-99", BODY, "bytes 0-9/10"),
        ("bytes=5-99", b"56789", "bytes 5-9/10"),
    ],
)
def test_a_range(s3: Any, bucket: str, etag: str, asked: str, content: bytes, shown: str) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/range-get-olap.html and RFC 9110, 14"""
    got = s3.get_object(Bucket=bucket, Key="page", Range=asked)
    assert got["Body"].read() == content
    assert (got["ContentRange"], got["ContentLength"], got["ETag"]) == (shown, len(content), etag)
    assert got["ResponseMetadata"]["HTTPStatusCode"] == 206
    head = s3.head_object(Bucket=bucket, Key="page", Range=asked)
    assert head["ContentLength"] == len(content)


@pytest.mark.parametrize("asked", ["bytes=10-", "bytes=-0", "bytes=99-100"])
def test_a_range_behind_the_end(s3: Any, bucket: str, etag: str, asked: str) -> None:
    with refused("InvalidRange", 416) as error:
        s3.get_object(Bucket=bucket, Key="page", Range=asked)
    assert error["Error"]["ActualObjectSize"] == "10"


@pytest.mark.parametrize("asked", ["bytes=5-2", "lines=1-2", "bytes=0-1,4-5", "bytes=a-b"])
def test_a_range_that_says_nothing_gets_the_whole(s3: Any, bucket: str, etag: str, asked: str) -> None:
    """S3 doesn't send several ranges, and RFC 9110 lets a server ignore what it can't read."""
    got = s3.get_object(Bucket=bucket, Key="page", Range=asked)
    assert got["Body"].read() == BODY
    assert got["ResponseMetadata"]["HTTPStatusCode"] == 200


def test_ranges_of_a_large_object(s3: Any, bucket: str) -> None:
    body = bytes(number % 251 for number in range(100_000))
    s3.put_object(Bucket=bucket, Key="large", Body=body)
    for start, end in ((0, 99_999), (65_530, 65_545), (99_999, 99_999)):
        got = s3.get_object(Bucket=bucket, Key="large", Range=f"bytes={start}-{end}")["Body"].read()
        assert got == body[start : end + 1]


def test_conditions_on_the_entity_tag(s3: Any, bucket: str, etag: str) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-reads.html"""
    named = {"Bucket": bucket, "Key": "page"}
    assert s3.get_object(**named, IfMatch=etag)["Body"].read() == BODY
    assert s3.get_object(**named, IfNoneMatch='"other"')["Body"].read() == BODY
    with refused("304", 304) as error:
        s3.get_object(**named, IfNoneMatch=etag)
    assert error["ResponseMetadata"]["HTTPHeaders"]["etag"] == etag
    with refused("PreconditionFailed", 412) as error:
        s3.get_object(**named, IfMatch='"other"')
    assert error["Error"]["Condition"] == "If-Match"
    with refused("412", 412):
        s3.head_object(**named, IfMatch='"other"')


def test_conditions_on_the_time(s3: Any, bucket: str, etag: str) -> None:
    named = {"Bucket": bucket, "Key": "page"}
    now = datetime.now(UTC)
    before, after = now - timedelta(hours=1), now + timedelta(minutes=1)
    assert s3.get_object(**named, IfModifiedSince=before)["Body"].read() == BODY
    assert s3.get_object(**named, IfUnmodifiedSince=after)["Body"].read() == BODY
    with refused("304", 304):
        s3.get_object(**named, IfModifiedSince=now)
    with refused("PreconditionFailed", 412):
        s3.get_object(**named, IfUnmodifiedSince=before)


def test_the_entity_tag_beats_the_time(s3: Any, bucket: str, etag: str) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html, "Additional considerations\""""
    named = {"Bucket": bucket, "Key": "page"}
    before = datetime.now(UTC) - timedelta(hours=1)
    assert s3.get_object(**named, IfMatch=etag, IfUnmodifiedSince=before)["Body"].read() == BODY
    with refused("304", 304):
        s3.get_object(**named, IfNoneMatch=etag, IfModifiedSince=before)


def test_a_write_only_where_there_is_nothing(s3: Any, bucket: str) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html"""
    s3.put_object(Bucket=bucket, Key="lock", Body=b"one", IfNoneMatch="*")
    with refused("PreconditionFailed", 412):
        s3.put_object(Bucket=bucket, Key="lock", Body=b"two", IfNoneMatch="*")
    assert s3.get_object(Bucket=bucket, Key="lock")["Body"].read() == b"one"


def test_compare_and_swap(s3: Any, bucket: str, etag: str) -> None:
    newer = s3.put_object(Bucket=bucket, Key="page", Body=b"newer", IfMatch=etag)["ETag"]
    with refused("PreconditionFailed", 412):
        s3.put_object(Bucket=bucket, Key="page", Body=b"late", IfMatch=etag)
    with refused("NoSuchKey", 404):
        s3.put_object(Bucket=bucket, Key="missing", Body=b"x", IfMatch=etag)
    with refused("PreconditionFailed", 412):
        s3.delete_object(Bucket=bucket, Key="page", IfMatch=etag)
    s3.delete_object(Bucket=bucket, Key="page", IfMatch=newer)


def test_a_response_may_be_asked_for_with_other_headers(s3: Any, bucket: str, etag: str) -> None:
    got = s3.get_object(
        Bucket=bucket,
        Key="page",
        ResponseContentType="text/plain",
        ResponseContentDisposition="attachment",
        ResponseCacheControl="no-store",
    )
    assert (got["ContentType"], got["ContentDisposition"], got["CacheControl"]) == (
        "text/plain",
        "attachment",
        "no-store",
    )


def test_not_modified_says_nothing_of_the_content(emulator: Emulator, s3: Any, bucket: str) -> None:
    """A cache takes over the headers of such an answer."""
    etag = s3.put_object(Bucket=bucket, Key="k", Body=b"x", ContentType="text/plain")["ETag"]
    answer = ask(emulator, "GET", f"/{bucket}/k", headers={"If-None-Match": etag})
    assert (answer.status, answer.body, answer.headers["etag"]) == (304, b"", etag)
    assert "content-type" not in answer.headers


def test_part_numbers_begin_with_1(s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    with refused("InvalidArgument", 400):
        s3.get_object(Bucket=bucket, Key="k", PartNumber=0)
