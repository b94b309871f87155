"""https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-requests.html"""

from __future__ import annotations

from typing import Any

import pytest

from services.errors import ServiceError
from services.s3.conditions import etag_matches

ETAG = '"5d41402abc4b2a76b9719d911017c592"'
OTHER = '"00000000000000000000000000000000"'


@pytest.mark.parametrize("header", ["*", ETAG, ETAG.strip('"'), f"{OTHER}, {ETAG}", f"W/{ETAG}"])
def test_matching_entity_tags(header: str) -> None:
    assert etag_matches(header, ETAG.strip('"'))


@pytest.mark.parametrize("header", ["", OTHER, ETAG[:-2]])
def test_other_entity_tags(header: str) -> None:
    assert not etag_matches(header, ETAG.strip('"'))


def _read(s3: Any, operation: str, **conditions: Any) -> tuple[int, str | None]:
    """Status, and the condition that did not hold."""
    modified = s3.clock.now_ms()
    s3.clock.advance(seconds=0.9)
    s3.put("k", b"hello")
    times = {"before": modified - 1000, "same": modified, "after": modified + 1000}
    conditions = {name: times.get(value, value) for name, value in conditions.items()}
    try:
        s3(operation, Bucket="bucket", Key="k", **conditions)
    except ServiceError as error:
        return error.status, error.members.get("Condition")
    return 200, None


@pytest.mark.parametrize("operation", ["GetObject", "HeadObject"])
@pytest.mark.parametrize(
    ("conditions", "status", "failed"),
    [
        ({"IfMatch": ETAG}, 200, None),
        ({"IfMatch": OTHER}, 412, "If-Match"),
        ({"IfNoneMatch": OTHER}, 200, None),
        ({"IfNoneMatch": ETAG}, 304, None),
        ({"IfNoneMatch": "*"}, 304, None),
        ({"IfModifiedSince": "before"}, 200, None),
        ({"IfModifiedSince": "same"}, 304, None),
        ({"IfUnmodifiedSince": "same"}, 200, None),
        ({"IfUnmodifiedSince": "before"}, 412, "If-Unmodified-Since"),
        # An entity tag beats a time, as AWS's page says of both pairs.
        ({"IfMatch": ETAG, "IfUnmodifiedSince": "before"}, 200, None),
        ({"IfNoneMatch": ETAG, "IfModifiedSince": "before"}, 304, None),
        ({"IfNoneMatch": OTHER, "IfModifiedSince": "after"}, 200, None),
    ],
)
def test_reads(s3: Any, operation: str, conditions: dict[str, Any], status: int, failed: str | None) -> None:
    assert _read(s3, operation, **conditions) == (status, failed)


def test_not_modified_carries_what_a_cache_needs(s3: Any) -> None:
    s3.put("k", b"hello")
    error = s3.refusal("GetObject", Bucket="bucket", Key="k", IfNoneMatch=ETAG)
    assert error.headers == {"etag": ETAG, "last-modified": "Thu, 01 Jan 2026 00:00:00 GMT"}


def test_put_if_none_match(s3: Any) -> None:
    s3.put("k", b"first", IfNoneMatch="*")
    error = s3.refusal("PutObject", Bucket="bucket", Key="k", Body=b"second", IfNoneMatch="*")
    assert (error.code, error.members) == ("PreconditionFailed", {"Condition": "If-None-Match"})
    assert s3.read("k") == b"first"
    assert s3.refused("PutObject", Bucket="bucket", Key="k", IfNoneMatch=ETAG) == "NotImplemented"


def test_put_if_none_match_after_a_deletion(s3: Any) -> None:
    s3.set_versioning("Enabled")
    s3.put("k", b"first")
    s3("DeleteObject", Bucket="bucket", Key="k")
    s3.put("k", b"second", IfNoneMatch="*")
    assert s3.read("k") == b"second"


def test_put_if_match(s3: Any) -> None:
    assert s3.refused("PutObject", Bucket="bucket", Key="k", IfMatch=ETAG) == "NoSuchKey"
    s3.put("k", b"hello")
    s3.put("k", b"world", IfMatch=ETAG)
    assert s3.refused("PutObject", Bucket="bucket", Key="k", IfMatch=ETAG) == "PreconditionFailed"
    assert s3.read("k") == b"world"


@pytest.mark.parametrize(
    ("conditions", "header", "detail"),
    [
        (
            {"IfMatch": "*"},
            "If-Match",
            "We don't accept the provided value of If-Match header for this API",
        ),
        (
            {"IfMatch": ETAG, "IfNoneMatch": "*"},
            "If-Match,If-None-Match",
            "Multiple conditional request headers present in the request",
        ),
    ],
)
def test_conditions_on_a_write_that_aws_does_not_take(
    s3: Any, conditions: dict[str, str], header: str, detail: str
) -> None:
    s3.put("k", b"hello")
    error = s3.refusal("PutObject", Bucket="bucket", Key="k", **conditions)
    assert (error.status, error.members) == (501, {"Header": header, "additionalMessage": detail})


def test_delete_if_match(s3: Any) -> None:
    s3.put("k", b"hello")
    assert s3.refused("DeleteObject", Bucket="bucket", Key="k", IfMatch=OTHER) == "PreconditionFailed"
    s3("DeleteObject", Bucket="bucket", Key="k", IfMatch=ETAG)
    assert s3.keys() == []
    assert s3.refused("DeleteObject", Bucket="bucket", Key="k", IfMatch="*") == "PreconditionFailed"
    assert s3.refused("DeleteObject", Bucket="bucket", Key="k", IfMatch=ETAG) == "NoSuchKey"
