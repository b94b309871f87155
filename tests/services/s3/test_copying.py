"""https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html"""

from __future__ import annotations

import hashlib
from typing import Any
from urllib.parse import quote, quote_plus

import pytest

from services.checksums import checksum_of
from services.s3 import limits

PART = b"p" * 64


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is true of parts of 5 MiB is true of smaller ones, only sooner."""
    monkeypatch.setattr(limits, "PART_BYTES_MIN", len(PART))


def _copy(s3: Any, source: str, key: str = "copy", **request: Any) -> Any:
    return s3("CopyObject", Bucket="bucket", Key=key, CopySource=source, **request)


def test_a_copy_has_the_bytes_and_the_metadata(s3: Any) -> None:
    put = s3.put("a", b"hello", Metadata={"m": "1"}, ContentType="text/plain", CacheControl="no-cache", Tagging="t=1")
    result = _copy(s3, "bucket/a")["CopyObjectResult"]
    assert result["ETag"] == put["ETag"]
    assert result["ChecksumCRC64NVME"] == put["ChecksumCRC64NVME"]
    assert s3.read("copy") == b"hello"
    answer = s3("HeadObject", Bucket="bucket", Key="copy")
    shown = ("Metadata", "ContentType", "CacheControl", "TagCount")
    assert [answer[name] for name in shown] == [{"m": "1"}, "text/plain", "no-cache", 1]


def test_storage_class_redirect_and_acl_are_the_copys_own(s3: Any) -> None:
    s3.put("a", b"x", StorageClass="STANDARD_IA", WebsiteRedirectLocation="/old", ACL="private")
    _copy(s3, "bucket/a")
    answer = s3("HeadObject", Bucket="bucket", Key="copy")
    assert not {"StorageClass", "WebsiteRedirectLocation"} & set(answer)


def test_metadata_can_be_replaced(s3: Any) -> None:
    s3.put("a", b"x", Metadata={"m": "1"}, ContentType="text/plain", CacheControl="no-cache", Tagging="t=1")
    _copy(s3, "bucket/a", MetadataDirective="REPLACE", Metadata={"n": "2"}, TaggingDirective="REPLACE", Tagging="")
    answer = s3("HeadObject", Bucket="bucket", Key="copy")
    assert (answer["Metadata"], answer["ContentType"]) == ({"n": "2"}, "binary/octet-stream")
    assert not {"CacheControl", "TagCount"} & set(answer)


def test_metadata_that_is_given_without_the_directive_is_ignored(s3: Any) -> None:
    s3.put("a", b"x", Metadata={"m": "1"})
    _copy(s3, "bucket/a", Metadata={"n": "2"})
    assert s3("HeadObject", Bucket="bucket", Key="copy")["Metadata"] == {"m": "1"}


@pytest.mark.parametrize("source", ["bucket/a b+ü?.txt", "/bucket/a b+ü?.txt"])
def test_the_source_is_url_encoded(s3: Any, source: str) -> None:
    s3.put("a b+ü?.txt", b"x")
    for encoded in (quote(source), quote_plus(source)):
        _copy(s3, encoded)
        assert s3.read("copy") == b"x"
        s3("DeleteObject", Bucket="bucket", Key="copy")


def test_a_version_as_the_source(s3: Any) -> None:
    s3.set_versioning("Enabled")
    old = s3.put("a", b"old")["VersionId"]
    new = s3.put("a", b"new")["VersionId"]
    answer = _copy(s3, f"bucket/a?versionId={old}")
    assert answer["CopySourceVersionId"] == old
    assert s3.read("copy", VersionId=answer["VersionId"]) == b"old"
    assert _copy(s3, "bucket/a")["CopySourceVersionId"] == new
    marker = s3("DeleteObject", Bucket="bucket", Key="a")["VersionId"]
    request = {"Bucket": "bucket", "Key": "copy"}
    assert s3.refused("CopyObject", CopySource=f"bucket/a?versionId={marker}", **request) == "InvalidRequest"
    assert s3.refused("CopyObject", CopySource="bucket/a", **request) == "NoSuchKey"


def test_an_old_version_can_be_restored_by_copying_it_onto_its_key(s3: Any) -> None:
    s3.set_versioning("Enabled")
    old = s3.put("a", b"old")["VersionId"]
    s3.put("a", b"new")
    _copy(s3, f"bucket/a?versionId={old}", key="a")
    assert s3.read("a") == b"old"


def test_onto_itself_only_with_a_change(s3: Any) -> None:
    s3.put("a", b"x", Metadata={"m": "1"})
    assert s3.refused("CopyObject", Bucket="bucket", Key="a", CopySource="bucket/a") == "InvalidRequest"
    _copy(s3, "bucket/a", key="a", MetadataDirective="REPLACE", Metadata={"m": "2"})
    assert s3("HeadObject", Bucket="bucket", Key="a")["Metadata"] == {"m": "2"}
    _copy(s3, "bucket/a", key="a", StorageClass="STANDARD_IA")
    assert s3.read("a") == b"x"


def test_an_archived_object_is_no_source(s3: Any) -> None:
    s3.put("a", b"x", StorageClass="GLACIER")
    error = s3.refusal("CopyObject", Bucket="bucket", Key="b", CopySource="bucket/a")
    assert (error.code, error.status, error.members) == ("InvalidObjectState", 403, {"StorageClass": "GLACIER"})


def test_a_source_that_names_no_key(s3: Any) -> None:
    error = s3.refusal("CopyObject", Bucket="bucket", Key="b", CopySource="bucket")
    assert (error.code, error.message) == ("InvalidArgument", "Invalid copy source object key")
    assert error.members == {"ArgumentName": "x-amz-copy-source", "ArgumentValue": "x-amz-copy-source"}


def test_between_buckets_of_two_accounts(s3: Any) -> None:
    s3.put("a", b"x")
    with s3.as_account("111111111111"):
        s3("CreateBucket", Bucket="theirs")
        s3("CopyObject", Bucket="theirs", Key="b", CopySource="bucket/a")
    assert s3.read("b", Bucket="theirs") == b"x"


def test_another_checksum_algorithm_reads_the_bytes_again(s3: Any) -> None:
    s3.put("a", b"hello", ChecksumCRC32=checksum_of("CRC32", b"hello"))
    assert _copy(s3, "bucket/a")["CopyObjectResult"]["ChecksumCRC32"] == checksum_of("CRC32", b"hello")
    result = _copy(s3, "bucket/a", ChecksumAlgorithm="SHA256")["CopyObjectResult"]
    assert result["ChecksumSHA256"] == checksum_of("SHA256", b"hello")
    assert s3.refused("CopyObject", Bucket="bucket", Key="b", CopySource="bucket/a", ChecksumAlgorithm="X") == (
        "InvalidRequest"
    )


def test_a_copy_of_an_object_in_parts_is_in_one_piece(s3: Any) -> None:
    upload = s3("CreateMultipartUpload", Bucket="bucket", Key="big", ChecksumAlgorithm="CRC32")["UploadId"]
    parts = []
    for number, data in enumerate((PART, b"end"), 1):
        crc32 = checksum_of("CRC32", data)
        request = {"Bucket": "bucket", "Key": "big", "UploadId": upload, "PartNumber": number, "ChecksumCRC32": crc32}
        etag = s3("UploadPart", Body=data, **request)["ETag"]
        parts.append({"PartNumber": number, "ETag": etag, "ChecksumCRC32": crc32})
    s3("CompleteMultipartUpload", Bucket="bucket", Key="big", UploadId=upload, MultipartUpload={"Parts": parts})
    result = _copy(s3, "bucket/big")["CopyObjectResult"]
    assert result["ETag"] == f'"{hashlib.md5(PART + b"end").hexdigest()}"'
    assert (result["ChecksumCRC32"], result["ChecksumType"]) == (checksum_of("CRC32", PART + b"end"), "FULL_OBJECT")
    assert "PartsCount" not in s3("HeadObject", Bucket="bucket", Key="copy", PartNumber=1)


@pytest.mark.parametrize(
    ("conditions", "code"),
    [
        ({"CopySourceIfMatch": "other"}, "PreconditionFailed"),
        ({"CopySourceIfNoneMatch": "*"}, "PreconditionFailed"),
        ({"CopySourceIfModifiedSince": 1_767_225_600_000}, "PreconditionFailed"),
        ({"CopySourceIfUnmodifiedSince": 1_767_225_599_000}, "PreconditionFailed"),
        ({"MetadataDirective": "MERGE"}, "InvalidArgument"),
        ({"TaggingDirective": "MERGE"}, "InvalidArgument"),
        ({"CopySource": "bucket"}, "InvalidArgument"),
        ({"CopySource": "bucket/missing"}, "NoSuchKey"),
        ({"CopySource": "missing/a"}, "NoSuchBucket"),
        ({"CopySource": "bucket/a?versionId=v9"}, "NoSuchVersion"),
        ({"ExpectedSourceBucketOwner": "111111111111"}, "AccessDenied"),
        ({"IfNoneMatch": "*", "Key": "a", "StorageClass": "STANDARD"}, "PreconditionFailed"),
    ],
)
def test_what_is_refused(s3: Any, conditions: dict[str, Any], code: str) -> None:
    s3.put("a", b"hello")
    request = {"Bucket": "bucket", "Key": "copy", "CopySource": "bucket/a", **conditions}
    assert s3.refused("CopyObject", **request) == code
    assert s3.keys() == ["a"]


def test_conditions_that_hold(s3: Any) -> None:
    etag = s3.put("a", b"hello")["ETag"]
    now_ms = s3.clock.now_ms()
    _copy(s3, "bucket/a", CopySourceIfMatch=etag, CopySourceIfUnmodifiedSince=now_ms - 1000)
    _copy(s3, "bucket/a", CopySourceIfNoneMatch="other", CopySourceIfModifiedSince=now_ms + 1000)
