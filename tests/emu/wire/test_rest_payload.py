"""What headers say of a body before it comes."""

from __future__ import annotations

from typing import Any

import pytest

from emu.wire.rest_payload import announced, check_content_sha256
from services.errors import ServiceError

KNOWN = {"x-amz-checksum-crc32", "content-md5"}


def _announced(headers: dict[str, str]) -> dict[str, Any]:
    members: dict[str, Any] = {}
    announced({"content-length": "5", **headers}, "ChecksumAlgorithm", KNOWN, members)
    return members


def _refusal(headers: dict[str, str]) -> ServiceError:
    with pytest.raises(ServiceError) as refused:
        announced(headers, "ChecksumAlgorithm", KNOWN, {})
    return refused.value


def test_a_body_has_a_length() -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html"""
    error = _refusal({})
    assert (error.code, error.status) == ("MissingContentLength", 411)
    assert error.message == "You must provide the Content-Length HTTP header."
    error = _refusal({"transfer-encoding": "chunked"})
    assert (error.code, error.status, error.members) == ("NotImplemented", 501, {"Header": "Transfer-Encoding"})
    announced({"transfer-encoding": "chunked", "x-amz-decoded-content-length": "5"}, None, KNOWN, {})
    streamed = {"transfer-encoding": "chunked", "x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER"}
    assert _refusal(streamed).code == "MissingContentLength"


def test_a_checksum_has_an_algorithm() -> None:
    error = _refusal({"content-length": "5", "x-amz-checksum-crc33": "AAAA"})
    assert (error.code, error.status) == ("InvalidRequest", 400)
    assert error.message == "The algorithm type you specified in x-amz-checksum- header is invalid."


@pytest.mark.parametrize("name", ["crc32", "mode", "type", "algorithm"])
def test_other_headers_of_checksums(name: str) -> None:
    assert _announced({f"x-amz-checksum-{name}": "AAAA"}) == {}


STREAMED = {"x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER", "x-amz-decoded-content-length": "5"}


@pytest.mark.parametrize("trailer", ["x-amz-checksum-crc32", "X-Amz-Checksum-CRC32,", "x-amz-checksum-crc32, ,"])
def test_a_checksum_that_follows(trailer: str) -> None:
    assert _announced({**STREAMED, "x-amz-trailer": trailer}) == {
        "ContentLength": 5,
        "ChecksumAlgorithm": "CRC32",
    }


def test_no_trailer_follows() -> None:
    assert _announced(STREAMED) == _announced({**STREAMED, "x-amz-trailer": ""}) == {"ContentLength": 5}


@pytest.mark.parametrize(
    ("headers", "code", "words"),
    [
        ({**STREAMED, "x-amz-trailer": "x-amz-meta-a"}, "InvalidRequest", "x-amz-trailer header is not supported"),
        ({**STREAMED, "x-amz-trailer": "content-md5"}, "InvalidRequest", "x-amz-trailer header is not supported"),
        ({**STREAMED, "x-amz-trailer": "x-amz-checksum-crc33"}, "InvalidRequest", "not supported"),
        ({**STREAMED, "x-amz-trailer": ", x-amz-checksum-crc32"}, "InvalidRequest", "not supported"),
        ({**STREAMED, "x-amz-trailer": "x-amz-checksum-crc32,x-amz-checksum-crc32"}, "InvalidRequest", "a single"),
        (
            {**STREAMED, "x-amz-trailer": "x-amz-checksum-crc32", "x-amz-checksum-crc32": "NhCmhg=="},
            "InvalidRequest",
            "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.",
        ),
        ({"x-amz-trailer": "x-amz-checksum-crc32"}, "MalformedTrailerError", "trailing data"),
    ],
)
def test_what_cannot_follow(headers: dict[str, str], code: str, words: str) -> None:
    error = _refusal({"content-length": "5", **headers})
    assert (error.code, error.status) == (code, 400)
    assert words in error.message


def test_what_a_signature_says_of_the_body() -> None:
    assert _announced({"x-amz-content-sha256": "a" * 64}) == {"ContentSHA256": "a" * 64}
    assert _announced({"x-amz-content-sha256": "nonsense"}) == {"ContentSHA256": "nonsense"}
    assert _announced({"x-amz-content-sha256": "UNSIGNED-PAYLOAD"}) == {}


SIGNED = {"authorization": "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/s3/aws4_request"}


@pytest.mark.parametrize("value", ["UNSIGNED-PAYLOAD", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "0" * 64, "A" * 64])
def test_what_a_signature_may_say_of_the_body(value: str) -> None:
    check_content_sha256({**SIGNED, "x-amz-content-sha256": value})
    check_content_sha256(SIGNED)


@pytest.mark.parametrize("value", ["", "abc", "x" * 64, "0" * 63, "STREAMING-SOMETHING", "unsigned-payload"])
def test_what_a_signature_may_not_say_of_the_body(value: str) -> None:
    with pytest.raises(ServiceError) as refused:
        check_content_sha256({**SIGNED, "x-amz-content-sha256": value})
    assert (refused.value.code, refused.value.status) == ("InvalidArgument", 400)
    assert refused.value.members == {"ArgumentName": "x-amz-content-sha256", "ArgumentValue": value}
    assert refused.value.message.startswith("x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-")
    assert refused.value.message.endswith("-PAYLOAD-TRAILER or a valid sha256 value.")


def test_without_a_signature_it_is_just_another_hash() -> None:
    check_content_sha256({"x-amz-content-sha256": "abc"})
