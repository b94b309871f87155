"""https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html"""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest

from emu.presigned import check_expiry
from services.errors import ServiceError

SIGNED = "20260101T120000Z"
SIGNED_S = int(datetime(2026, 1, 1, 12, tzinfo=UTC).timestamp())


def version_4(**changed: str | None) -> str:
    parameters = {
        "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
        "X-Amz-Credential": "test/20260101/us-east-1/s3/aws4_request",
        "X-Amz-Date": SIGNED,
        "X-Amz-Expires": "60",
        "X-Amz-SignedHeaders": "host",
        "X-Amz-Signature": "0",
        **{f"X-Amz-{name}": value for name, value in changed.items()},
    }
    return urlencode({name: value for name, value in parameters.items() if value is not None})


def version_2(expires: int) -> str:
    return urlencode({"AWSAccessKeyId": "test", "Signature": "a+/=", "Expires": expires})


def refusal(query: str, after_s: float) -> ServiceError:
    with pytest.raises(ServiceError) as caught:
        check_expiry(query, int((SIGNED_S + after_s) * 1000))
    return caught.value


@pytest.mark.parametrize(
    "query", ["", "list-type=2", "Expires=1", "prefix=Signature%3D", version_4(), version_2(SIGNED_S)]
)
def test_what_has_not_expired(query: str) -> None:
    check_expiry(query, SIGNED_S * 1000)


def test_a_url_of_version_4_expires() -> None:
    check_expiry(version_4(), (SIGNED_S + 60) * 1000)
    error = refusal(version_4(), 61)
    assert (error.code, error.status, error.message) == ("AccessDenied", 403, "Request has expired")
    assert error.members == {
        "X-Amz-Expires": "60",
        "Expires": "2026-01-01T12:01:00Z",
        "ServerTime": "2026-01-01T12:01:01Z",
    }


def test_a_url_of_version_2_expires() -> None:
    check_expiry(version_2(SIGNED_S + 60), (SIGNED_S + 60) * 1000)
    error = refusal(version_2(SIGNED_S + 60), 61)
    assert (error.code, error.members["Expires"]) == ("AccessDenied", "2026-01-01T12:01:00Z")


@pytest.mark.parametrize(
    ("query", "words"),
    [
        (version_4(Expires=None), "requires the"),
        (version_4(Date=None), "requires the"),
        (version_4(Signature=None), "requires the"),
        (version_4(Credential=None), "requires the"),
        (version_4(Date="yesterday"), "ISO8601"),
        (version_4(Expires="soon"), "should be a number"),
        (version_4(Expires="-1"), "non-negative"),
        (version_4(Expires="604801"), "less than a week"),
    ],
)
def test_a_url_that_does_not_say_when(query: str, words: str) -> None:
    error = refusal(query, 0)
    assert (error.code, error.status) == ("AuthorizationQueryParametersError", 400)
    assert words in error.message


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("AWSAccessKeyId=test&Signature=a", "Query-string authentication requires the"),
        ("AWSAccessKeyId=test&Expires=1", "Query-string authentication requires the"),
        ("Signature=a&Expires=1", "Query-string authentication requires the"),
        ("AWSAccessKeyId=test&Signature=a&Expires=soon", "Invalid date (should be seconds since epoch): soon"),
        (f"AWSAccessKeyId=test&Signature=a&Expires={'9' * 20}", "Invalid date"),
    ],
)
def test_a_url_of_version_2_that_does_not_say_when(query: str, message: str) -> None:
    error = refusal(query, 0)
    assert (error.code, error.status) == ("AccessDenied", 403)
    assert error.message.startswith(message)
