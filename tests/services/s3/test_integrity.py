"""https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from typing import Any

import pytest

from services.checksums import checksum_of
from services.errors import ServiceError
from services.s3.integrity import composite, multipart_etag, upload_checksum_type, verify_document

HELLO_MD5 = "XUFAKrxLKna5cZ2REBfFkg=="


def test_an_object_without_a_checksum_gets_crc64nvme(s3: Any) -> None:
    put = s3.put("k", b"123456789")
    assert (put["ChecksumCRC64NVME"], put["ChecksumType"]) == ("rosUhgp5mIg=", "FULL_OBJECT")


@pytest.mark.parametrize("algorithm", ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256", "SHA512"])
def test_a_checksum_is_verified_kept_and_shown_on_demand(s3: Any, algorithm: str) -> None:
    member, value = f"Checksum{algorithm}", checksum_of(algorithm, b"hello")
    put = s3.put("k", b"hello", **{member: value})
    assert put[member] == value
    assert member not in s3("HeadObject", Bucket="bucket", Key="k")
    shown = s3("GetObject", Bucket="bucket", Key="k", ChecksumMode="ENABLED")
    assert (shown[member], shown["ChecksumType"]) == (value, "FULL_OBJECT")
    wrong = {member: checksum_of(algorithm, b"hallo")}
    assert s3.refused("PutObject", Bucket="bucket", Key="k2", Body=b"hello", **wrong) == "BadDigest"
    assert s3.keys() == ["k"]


def test_content_md5(s3: Any) -> None:
    s3.put("k", b"hello", ContentMD5=HELLO_MD5)
    assert s3.refused("PutObject", Bucket="bucket", Key="k", Body=b"hallo", ContentMD5=HELLO_MD5) == "BadDigest"
    for nonsense in ("short", "", "AAAA", b64encode(b"x" * 15).decode()):
        assert s3.refused("PutObject", Bucket="bucket", Key="k", ContentMD5=nonsense) == "InvalidDigest"


def test_content_sha256(s3: Any) -> None:
    s3.put("k", b"hello", ContentSHA256=hashlib.sha256(b"hello").hexdigest())
    s3.put("k", b"hello", ContentSHA256=hashlib.sha256(b"hello").hexdigest().upper())
    wrong = hashlib.sha256(b"hallo").hexdigest()
    code = s3.refused("PutObject", Bucket="bucket", Key="k", Body=b"hello", ContentSHA256=wrong)
    assert code == "XAmzContentSHA256Mismatch"


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        ({"ChecksumCRC32": "AAAAAA==", "ChecksumSHA1": "x"}, "InvalidRequest"),
        ({"ChecksumCRC32": "not base64"}, "InvalidRequest"),
        ({"ChecksumCRC32": "AAAA"}, "InvalidRequest"),
        ({"ChecksumAlgorithm": "CRC32"}, "InvalidRequest"),
        ({"ChecksumAlgorithm": "CRC32", "ChecksumXXHASH64": "x"}, "NotImplemented"),
        ({"ChecksumAlgorithm": "CRC7"}, "InvalidRequest"),
    ],
)
def test_checksums_that_are_refused(s3: Any, request_: dict[str, str], code: str) -> None:
    assert s3.refused("PutObject", Bucket="bucket", Key="k", **request_) == code


def test_the_algorithm_is_named_in_any_case(s3: Any) -> None:
    put = s3.put("k", b"x", ChecksumAlgorithm="crc32", ChecksumCRC32=checksum_of("CRC32", b"x"))
    assert put["ChecksumCRC32"] == checksum_of("CRC32", b"x")


@pytest.mark.parametrize(
    ("algorithm", "asked", "type_"),
    [
        (None, None, None),
        ("CRC32", None, "COMPOSITE"),
        ("CRC32", "FULL_OBJECT", "FULL_OBJECT"),
        ("CRC64NVME", None, "FULL_OBJECT"),
        ("SHA256", None, "COMPOSITE"),
    ],
)
def test_checksum_types(algorithm: str | None, asked: str | None, type_: str | None) -> None:
    assert upload_checksum_type(algorithm, asked) == type_


def test_a_composite_checksum_is_that_of_the_parts_checksums() -> None:
    parts = [checksum_of("SHA256", part) for part in (b"one", b"two")]
    raw = hashlib.sha256(b"one").digest() + hashlib.sha256(b"two").digest()
    assert composite("SHA256", parts).value == b64encode(hashlib.sha256(raw).digest()).decode() + "-2"


def test_the_entity_tag_of_parts() -> None:
    md5s = [hashlib.md5(part).hexdigest() for part in (b"one", b"two")]
    expected = hashlib.md5(b"".join(bytes.fromhex(md5) for md5 in md5s)).hexdigest()
    assert multipart_etag(md5s) == f"{expected}-2"


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({}, None),
        ({"content-md5": HELLO_MD5}, None),
        ({"content-md5": "AAAA"}, "InvalidDigest"),
        ({"content-md5": b64encode(b"x" * 16).decode()}, "BadDigest"),
        ({"x-amz-content-sha256": hashlib.sha256(b"hello").hexdigest()}, None),
        ({"x-amz-content-sha256": "UNSIGNED-PAYLOAD"}, None),
        ({"x-amz-content-sha256": "0" * 64}, "XAmzContentSHA256Mismatch"),
        ({"x-amz-sdk-checksum-algorithm": "SHA1", "x-amz-checksum-sha1": checksum_of("SHA1", b"hello")}, None),
        ({"x-amz-sdk-checksum-algorithm": "SHA1", "x-amz-checksum-sha1": checksum_of("SHA1", b"hallo")}, "BadDigest"),
        ({"x-amz-sdk-checksum-algorithm": "SHA1", "x-amz-checksum-sha1": "AAAA"}, "InvalidRequest"),
        # That of an object which is to be completed.
        ({"x-amz-checksum-sha1": checksum_of("SHA1", b"object")}, None),
    ],
)
def test_documents(call: Any, headers: dict[str, str], code: str | None) -> None:
    ctx = call.world.context("s3", operation="PutBucketVersioning")
    if code is None:
        verify_document(ctx, headers, b"hello")
        return
    with pytest.raises(ServiceError) as refused:
        verify_document(ctx, headers, b"hello")
    assert refused.value.code == code


def test_the_algorithm_that_is_named_is_that_of_the_checksum(s3: Any) -> None:
    crc32 = checksum_of("CRC32", b"hello")
    s3.put("k", b"hello", ChecksumAlgorithm="crc32", ChecksumCRC32=crc32)
    error = s3.refusal(
        "PutObject", Bucket="bucket", Key="k", Body=b"hello", ChecksumAlgorithm="SHA1", ChecksumCRC32=crc32
    )
    assert (error.code, error.message) == (
        "InvalidRequest",
        "Value for x-amz-sdk-checksum-algorithm header is invalid.",
    )


def test_of_a_part_the_checksum_that_is_there_counts(s3: Any) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPart.html"""
    upload = s3("CreateMultipartUpload", Bucket="bucket", Key="k")["UploadId"]
    part = {"Bucket": "bucket", "Key": "k", "UploadId": upload, "PartNumber": 1, "Body": b"hello"}
    crc32 = checksum_of("CRC32", b"hello")
    assert s3("UploadPart", ChecksumAlgorithm="SHA1", ChecksumCRC32=crc32, **part)["ChecksumCRC32"] == crc32


def test_how_a_wrong_md5_is_told(s3: Any) -> None:
    """In hexadecimal for an object, in base64 for a part."""
    upload = s3("CreateMultipartUpload", Bucket="bucket", Key="k")["UploadId"]
    calculated = b64encode(hashlib.md5(b"hallo").digest()).decode()
    wrong = {"Bucket": "bucket", "Key": "k", "Body": b"hallo", "ContentMD5": HELLO_MD5}
    error = s3.refusal("PutObject", **wrong)
    assert error.members == {"ExpectedDigest": hashlib.md5(b"hello").hexdigest(), "CalculatedDigest": calculated}
    error = s3.refusal("UploadPart", UploadId=upload, PartNumber=1, **wrong)
    assert error.members == {"ExpectedDigest": HELLO_MD5, "CalculatedDigest": calculated}


@pytest.mark.parametrize("operation", ["DeleteObjects", "PutBucketCors"])
def test_some_documents_must_say_what_they_hold(call: Any, operation: str) -> None:
    ctx = call.world.context("s3", operation=operation)
    for headers in (
        {"content-md5": HELLO_MD5},
        {"x-amz-checksum-sha1": checksum_of("SHA1", b"hello")},
        {"x-amz-trailer": "x-amz-checksum-crc32"},
    ):
        verify_document(ctx, headers, b"hello")
    with pytest.raises(ServiceError) as refused:
        verify_document(ctx, {"x-amz-content-sha256": hashlib.sha256(b"hello").hexdigest()}, b"hello")
    assert (refused.value.code, refused.value.message) == (
        "InvalidRequest",
        "Missing required header for this request: Content-MD5 OR x-amz-checksum-*",
    )


@pytest.mark.parametrize("operation", ["DeleteObjects", "PutBucketVersioning", "PutBucketNotificationConfiguration"])
def test_a_document_that_is_missing(s3: Any, operation: str) -> None:
    error = s3.refusal(operation, Bucket="bucket")
    assert (error.code, error.message) == ("MissingRequestBodyError", "Request Body is empty")
