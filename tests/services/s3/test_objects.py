"""https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html, API_GetObject.html, API_HeadObject.html"""

from __future__ import annotations

from typing import Any

import pytest


def test_what_is_put_is_got(s3: Any) -> None:
    put = s3.put("hello.txt", b"hello")
    assert put["ETag"] == '"5d41402abc4b2a76b9719d911017c592"'
    assert "VersionId" not in put
    got = s3("GetObject", Bucket="bucket", Key="hello.txt")
    assert s3.status is None
    assert (got["ETag"], got["ContentLength"], got["AcceptRanges"]) == (put["ETag"], 5, "bytes")
    assert got["ContentType"] == "binary/octet-stream"
    assert got["ServerSideEncryption"] == "AES256"
    assert s3.read("hello.txt") == b"hello"


def test_head_says_what_get_says(s3: Any) -> None:
    s3.put("k", b"data", CacheControl="no-cache", Metadata={"a": "b"}, StorageClass="STANDARD_IA")
    request = {"Bucket": "bucket", "Key": "k", "ChecksumMode": "ENABLED"}
    got = s3("GetObject", **request)
    del got["Body"]
    assert s3("HeadObject", **request) == got


def test_headers_and_metadata_come_back(s3: Any) -> None:
    headers = {
        "CacheControl": "max-age=3600",
        "ContentDisposition": 'attachment; filename="a.txt"',
        "ContentEncoding": "gzip",
        "ContentLanguage": "de",
        "ContentType": "text/plain; charset=utf-8",
        "Expires": "Thu, 01 Dec 2030 16:00:00 GMT",
        "WebsiteRedirectLocation": "/elsewhere",
        "StorageClass": "GLACIER_IR",
        "ServerSideEncryption": "aws:kms",
        "SSEKMSKeyId": "key-1",
    }
    s3.put("k", b"x", Metadata={"Owner": "ann"}, **headers)
    answer = s3("HeadObject", Bucket="bucket", Key="k")
    assert {name: answer[name] for name in headers} == headers
    assert answer["Metadata"] == {"owner": "ann"}


@pytest.mark.parametrize(
    ("sent", "kept"), [("aws-chunked", None), ("aws-chunked,gzip", "gzip"), ("gzip, aws-chunked", "gzip")]
)
def test_aws_chunked_is_no_content_encoding(s3: Any, sent: str, kept: str | None) -> None:
    s3.put("k", b"x", ContentEncoding=sent)
    assert s3("HeadObject", Bucket="bucket", Key="k").get("ContentEncoding") == kept


def test_an_object_is_replaced_whole(s3: Any) -> None:
    s3.put("k", b"one", Metadata={"a": "b"}, CacheControl="no-cache")
    s3.put("k", b"two")
    answer = s3("HeadObject", Bucket="bucket", Key="k")
    assert (answer["Metadata"], answer.get("CacheControl")) == ({}, None)
    assert s3.read("k") == b"two"


def test_the_standard_storage_class_is_not_mentioned(s3: Any) -> None:
    s3.put("k", b"", StorageClass="STANDARD")
    assert "StorageClass" not in s3("HeadObject", Bucket="bucket", Key="k")


def test_times_are_whole_seconds(s3: Any) -> None:
    s3.clock.advance(ms=1234)
    s3.put("k")
    assert s3("HeadObject", Bucket="bucket", Key="k")["LastModified"] % 1000 == 0


def test_response_overrides(s3: Any) -> None:
    s3.put("k", b"x", ContentType="text/plain")
    answer = s3(
        "GetObject",
        Bucket="bucket",
        Key="k",
        ResponseContentType="text/html",
        ResponseCacheControl="no-store",
        ResponseExpires=0,
    )
    assert (answer["ContentType"], answer["CacheControl"]) == ("text/html", "no-store")
    assert answer["Expires"] == "Thu, 01 Jan 1970 00:00:00 GMT"


def test_tags_are_counted(s3: Any) -> None:
    s3.put("k", b"", Tagging="env=dev&team=a%20b")
    assert s3("HeadObject", Bucket="bucket", Key="k")["TagCount"] == 2


@pytest.mark.parametrize(
    ("tagging", "code"),
    [
        ("a=1&a=2", "InvalidArgument"),
        ("&".join(f"t{n}=1" for n in range(11)), "BadRequest"),
        ("k" * 129 + "=1", "InvalidTag"),
        ("k=" + "v" * 257, "InvalidTag"),
    ],
)
def test_tags_that_are_refused(s3: Any, tagging: str, code: str) -> None:
    assert s3.refused("PutObject", Bucket="bucket", Key="k", Tagging=tagging) == code


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        ({"StorageClass": "COLD"}, "InvalidStorageClass"),
        ({"ServerSideEncryption": "rot13"}, "InvalidArgument"),
        ({"ACL": "everyone"}, "InvalidArgument"),
        ({"WebsiteRedirectLocation": "elsewhere"}, "InvalidArgument"),
        ({"SSECustomerAlgorithm": "AES256"}, "NotImplemented"),
        ({"SSEKMSKeyId": "k"}, "InvalidArgument"),
        ({"ServerSideEncryption": "AES256", "SSEKMSKeyId": "k"}, "InvalidArgument"),
        ({"WriteOffsetBytes": 5}, "NotImplemented"),
        ({"ObjectLockMode": "GOVERNANCE"}, "InvalidRequest"),
        ({"Metadata": {"a": "x" * 2048}}, "MetadataTooLarge"),
        ({"Key": "k" * 1025}, "KeyTooLongError"),
        ({"Key": "ü" * 513}, "KeyTooLongError"),
        ({"Bucket": "missing"}, "NoSuchBucket"),
    ],
)
def test_what_put_object_refuses(s3: Any, request_: dict[str, Any], code: str) -> None:
    assert s3.refused("PutObject", **{"Bucket": "bucket", "Key": "k", **request_}) == code
    assert s3.keys() == []


@pytest.mark.parametrize(
    ("request_", "shown"),
    [
        ({"ServerSideEncryption": "aws:kms", "BucketKeyEnabled": True}, True),
        ({"ServerSideEncryption": "aws:kms", "BucketKeyEnabled": False}, None),
        ({"ServerSideEncryption": "AES256", "BucketKeyEnabled": True}, None),
    ],
)
def test_a_bucket_key_goes_with_kms(s3: Any, request_: dict[str, Any], shown: bool | None) -> None:
    assert s3.put("k", b"x", **request_).get("BucketKeyEnabled") is shown
    assert s3("HeadObject", Bucket="bucket", Key="k").get("BucketKeyEnabled") is shown
    s3("CopyObject", Bucket="bucket", Key="copy", CopySource="bucket/k")
    assert "BucketKeyEnabled" not in s3("HeadObject", Bucket="bucket", Key="copy")


@pytest.mark.parametrize("operation", ["GetObject", "HeadObject"])
@pytest.mark.parametrize("asked", ["bytes=0-", "bytes=0-100", "bytes=-15", "bytes=5-1", "bytes=0-1,3-4"])
def test_a_range_of_everything_has_the_objects_checksum(s3: Any, operation: str, asked: str) -> None:
    checksum = s3.put("k", b"0123456789")["ChecksumCRC64NVME"]
    answer = s3(operation, Bucket="bucket", Key="k", Range=asked, ChecksumMode="ENABLED")
    assert (answer["ContentLength"], answer.get("ChecksumCRC64NVME")) == (10, checksum)


def test_a_header_that_latin_1_cannot_hold_is_refused(s3: Any) -> None:
    s3.put("k", b"x")
    error = s3.refusal("GetObject", Bucket="bucket", Key="k", ResponseContentDisposition="attachment; filename=—")
    assert (error.code, error.message) == ("InvalidArgument", "Header value cannot be represented using ISO-8859-1.")
    assert error.members == {
        "ArgumentName": "response-content-disposition",
        "ArgumentValue": "attachment; filename=—",
    }
    answer = s3("GetObject", Bucket="bucket", Key="k", ResponseCacheControl="é")
    assert answer["CacheControl"] == "é"


def test_the_longest_key_and_the_largest_metadata(s3: Any) -> None:
    s3.put("k" * 1024, b"x", Metadata={"a": "x" * 2047})
    assert s3.read("k" * 1024) == b"x"


@pytest.mark.parametrize("key", ["dir/", "a//b", "a/../b", "./x", " ", "a\nb", "ü/€/😀", "%41"])
def test_keys_are_just_text(s3: Any, key: str) -> None:
    s3.put(key, key.encode())
    assert s3.read(key) == key.encode()
    assert s3.keys() == [key]


def test_a_missing_key(s3: Any) -> None:
    error = s3.refusal("GetObject", Bucket="bucket", Key="nothing")
    assert (error.code, error.status, error.members) == ("NoSuchKey", 404, {"Key": "nothing"})
    assert error.headers == {}


def test_one_range_is_206(s3: Any) -> None:
    s3.put("k", b"0123456789")
    answer = s3("GetObject", Bucket="bucket", Key="k", Range="bytes=2-4", ChecksumMode="ENABLED")
    assert s3.status == 206
    assert (answer["ContentRange"], answer["ContentLength"]) == ("bytes 2-4/10", 3)
    assert "ChecksumCRC64NVME" not in answer, "it is the checksum of the whole object"
    assert s3.read("k", Range="bytes=-3") == b"789"


def test_a_range_beyond_the_object(s3: Any) -> None:
    s3.put("k", b"0123456789")
    error = s3.refusal("GetObject", Bucket="bucket", Key="k", Range="bytes=10-")
    assert (error.code, error.status) == ("InvalidRange", 416)
    assert error.members == {"ActualObjectSize": 10, "RangeRequested": "bytes=10-"}
    assert error.headers == {"content-range": "bytes */10"}


def test_an_object_in_one_piece_is_its_own_first_part(s3: Any) -> None:
    s3.put("k", b"abc")
    answer = s3("GetObject", Bucket="bucket", Key="k", PartNumber=1)
    assert (s3.status, answer["ContentRange"]) == (206, "bytes 0-2/3")
    assert "PartsCount" not in answer
    assert s3.refused("GetObject", Bucket="bucket", Key="k", PartNumber=2) == "InvalidPartNumber"
    assert s3.refused("GetObject", Bucket="bucket", Key="k", PartNumber=1, Range="bytes=0-1") == "InvalidRequest"


def test_an_empty_object(s3: Any) -> None:
    s3.put("empty")
    assert s3.read("empty") == b""
    assert s3.refused("GetObject", Bucket="bucket", Key="empty", Range="bytes=0-") == "InvalidRange"


def test_bodies_go_when_nothing_refers_to_them(s3: Any) -> None:
    for key in ("a", "b"):
        s3.put(key, b"same")
    sha256 = s3.state.buckets["bucket"].objects["a"].sha256
    bodies = s3.caller.world.store.bodies
    s3("DeleteObject", Bucket="bucket", Key="a")
    assert bodies.open(sha256).size == 4
    s3.put("b", b"other")
    with pytest.raises(KeyError):
        bodies.open(sha256)


@pytest.mark.parametrize("storage_class", ["GLACIER", "DEEP_ARCHIVE"])
def test_an_archived_object_is_not_read(s3: Any, storage_class: str) -> None:
    s3.put("k", b"x", StorageClass=storage_class)
    error = s3.refusal("GetObject", Bucket="bucket", Key="k")
    assert (error.code, error.status, error.members) == ("InvalidObjectState", 403, {"StorageClass": storage_class})
    assert s3("HeadObject", Bucket="bucket", Key="k")["StorageClass"] == storage_class


@pytest.mark.parametrize("operation", ["GetObject", "HeadObject"])
def test_a_key_that_none_can_be(s3: Any, operation: str) -> None:
    assert s3.refused(operation, Bucket="bucket", Key="k" * 1025) == "KeyTooLongError"


@pytest.mark.parametrize(
    ("tagging", "code", "members"),
    [
        ("a=1,b=2", "InvalidArgument", {"ArgumentName": "x-amz-tagging", "ArgumentValue": "a=1,b=2"}),
        ("aws%3Aa=1", "InvalidTag", {"TagKey": "aws:a"}),
        ("a%2Cb=1", "InvalidTag", {"TagKey": "a,b"}),
        ("a=1%2C2", "InvalidTag", {"TagKey": "a", "TagValue": "1,2"}),
    ],
)
def test_tags_that_are_refused_are_named(s3: Any, tagging: str, code: str, members: dict[str, str]) -> None:
    error = s3.refusal("PutObject", Bucket="bucket", Key="k", Tagging=tagging)
    assert (error.code, error.members) == (code, members)


def test_tags_may_have_these_characters(s3: Any) -> None:
    s3.put("k", b"x", Tagging="%C3%BC+%2B-%3D._%3A%2F%40=%C3%A9+%2B-%3D._%3A%2F%40&empty=")
    assert s3("HeadObject", Bucket="bucket", Key="k")["TagCount"] == 2
