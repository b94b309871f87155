"""Objects as a program meets them: bytes, headers, metadata, and their end."""

from __future__ import annotations

import hashlib
import http.client
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from emu.testing import Emulator
from tests.end_to_end.asking import ask, refused


def test_what_was_put_is_got(s3: Any, bucket: str) -> None:
    body = bytes(range(256)) * 5
    put = s3.put_object(Bucket=bucket, Key="page", Body=body)
    assert put["ETag"] == f'"{hashlib.md5(body, usedforsecurity=False).hexdigest()}"'
    got = s3.get_object(Bucket=bucket, Key="page")
    assert got["Body"].read() == body
    assert (got["ETag"], got["ContentLength"]) == (put["ETag"], len(body))
    assert got["ContentType"] == "binary/octet-stream"
    assert got["AcceptRanges"] == "bytes"
    assert got["Metadata"] == {}
    assert abs(got["LastModified"] - datetime.now(UTC)) < timedelta(minutes=1)


@pytest.mark.parametrize("size", [0, 1, 32 * 1024, 32 * 1024 + 1, 3 * 1024 * 1024])
def test_bodies_of_any_size(s3: Any, bucket: str, size: int) -> None:
    body = hashlib.shake_128(b"a body").digest(size)
    s3.put_object(Bucket=bucket, Key="page", Body=body)
    assert s3.get_object(Bucket=bucket, Key="page")["Body"].read() == body
    assert s3.head_object(Bucket=bucket, Key="page")["ContentLength"] == size


def test_headers_and_metadata_come_back(s3: Any, bucket: str) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html"""
    expires = datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)
    system = {
        "CacheControl": "max-age=60",
        "ContentDisposition": 'attachment; filename="a b.html"',
        "ContentEncoding": "gzip",
        "ContentLanguage": "de, en",
        "ContentType": "text/html; charset=utf-8",
    }
    metadata = {"crawled-by": "ann", "Upper": "Case Kept", "empty": "", "spaced": "a  b"}
    s3.put_object(Bucket=bucket, Key="page", Body=b"x", Metadata=metadata, Expires=expires, **system)
    for answer in (s3.get_object(Bucket=bucket, Key="page"), s3.head_object(Bucket=bucket, Key="page")):
        assert {member: answer[member] for member in system} == system
        assert answer["ExpiresString"] == "Wed, 02 Jan 2030 03:04:05 GMT"
        assert answer["Metadata"] == {key.lower(): value for key, value in metadata.items()}


def test_too_much_metadata_is_refused(s3: Any, bucket: str) -> None:
    with refused("MetadataTooLarge", 400):
        s3.put_object(Bucket=bucket, Key="page", Body=b"", Metadata={"k": "v" * 2048})


def test_an_overwrite_replaces_everything(s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="page", Body=b"one", Metadata={"a": "1"}, ContentType="text/html")
    s3.put_object(Bucket=bucket, Key="page", Body=b"two")
    got = s3.get_object(Bucket=bucket, Key="page")
    assert (got["Body"].read(), got["Metadata"], got["ContentType"]) == (b"two", {}, "binary/octet-stream")


def test_a_deleted_object_is_gone_and_may_be_deleted_again(s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="page", Body=b"x")
    for _ in range(2):
        assert s3.delete_object(Bucket=bucket, Key="page")["ResponseMetadata"]["HTTPStatusCode"] == 204
    with refused("NoSuchKey", 404) as error:
        s3.get_object(Bucket=bucket, Key="page")
    assert error["Error"]["Key"] == "page"
    with refused("404", 404):
        s3.head_object(Bucket=bucket, Key="page")


def test_a_thousand_objects_are_deleted_at_once(s3: Any, bucket: str) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html"""
    s3.put_object(Bucket=bucket, Key="k7", Body=b"x")
    s3.put_object(Bucket=bucket, Key="stays", Body=b"x")
    objects = [{"Key": f"k{number}"} for number in range(1000)]
    deleted = s3.delete_objects(Bucket=bucket, Delete={"Objects": objects})["Deleted"]
    assert deleted == objects
    assert [entry["Key"] for entry in s3.list_objects_v2(Bucket=bucket)["Contents"]] == ["stays"]
    with refused("MalformedXML", 400):
        s3.delete_objects(Bucket=bucket, Delete={"Objects": [*objects, {"Key": "one more"}]})
    assert "Deleted" not in s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "stays"}], "Quiet": True})


def test_a_bucket_with_objects_cannot_be_deleted(s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="page", Body=b"x")
    with refused("BucketNotEmpty", 409) as error:
        s3.delete_bucket(Bucket=bucket)
    assert error["Error"]["BucketName"] == bucket
    s3.delete_object(Bucket=bucket, Key="page")
    s3.delete_bucket(Bucket=bucket)
    with refused("404", 404):
        s3.head_bucket(Bucket=bucket)
    with refused("NoSuchBucket", 404):
        s3.put_object(Bucket=bucket, Key="page", Body=b"x")


def test_buckets_are_listed_with_their_region(s3: Any, bucket: str) -> None:
    assert bucket in [entry["Name"] for entry in s3.list_buckets()["Buckets"]]
    head = s3.head_bucket(Bucket=bucket)
    assert head["BucketRegion"] == "us-east-1"
    assert s3.get_bucket_location(Bucket=bucket)["LocationConstraint"] is None


def test_waiters_see_objects_and_buckets(s3: Any, bucket: str) -> None:
    quickly = {"Delay": 1, "MaxAttempts": 1}
    s3.get_waiter("bucket_exists").wait(Bucket=bucket, WaiterConfig=quickly)
    s3.get_waiter("object_not_exists").wait(Bucket=bucket, Key="page", WaiterConfig=quickly)
    s3.put_object(Bucket=bucket, Key="page", Body=b"x")
    s3.get_waiter("object_exists").wait(Bucket=bucket, Key="page", WaiterConfig=quickly)


@pytest.mark.parametrize("wrong", ["Upper", "under_score", "ab", "a..b", "192.168.1.1", "-begins", "xn--bucket"])
def test_names_that_a_bucket_cannot_have(s3: Any, wrong: str) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html"""
    with refused("InvalidBucketName", 400):
        s3.create_bucket(Bucket=wrong)


@pytest.mark.parametrize("raw", ["ÄÕÑ–".encode().decode("latin-1"), "é"])
def test_headers_come_back_byte_for_byte(emulator: Emulator, bucket: str, raw: str) -> None:
    """Whether it is UTF-8 or Latin-1 that was sent. User metadata alone is read, as Latin-1."""
    headers = {"Content-Disposition": f"attachment; filename={raw}", "x-amz-meta-name": raw}
    assert ask(emulator, "PUT", f"/{bucket}/page", b"x", headers).status == 200
    for method in ("GET", "HEAD"):
        answer = ask(emulator, method, f"/{bucket}/page")
        assert answer.headers["content-disposition"] == f"attachment; filename={raw}"
        assert answer.headers["x-amz-meta-name"] == f"=?UTF-8?B?{b64encode(raw.encode()).decode()}?="


def test_an_object_has_a_length(emulator: Emulator, bucket: str) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", emulator.port, timeout=10)
    try:
        for path, status in ((f"/{bucket}/page", 411), (f"/{bucket}?versioning", 400), (f"/{bucket}", 200)):
            connection.putrequest("PUT", path)
            connection.endheaders()
            response = connection.getresponse()
            assert (response.status, b"MissingContentLength" in response.read()) == (status, status == 411)
    finally:
        connection.close()


def test_access_control_lists(s3: Any, bucket: str, name: str) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html"""
    s3.put_object(Bucket=bucket, Key="page", Body=b"x", ACL="public-read")
    with refused("InvalidBucketAclWithObjectOwnership", 400):
        s3.create_bucket(Bucket=f"{name}-own", ObjectOwnership="BucketOwnerEnforced", ACL="public-read")
    s3.create_bucket(Bucket=f"{name}-own", ObjectOwnership="BucketOwnerEnforced")
    with refused("AccessControlListNotSupported", 400):
        s3.put_object(Bucket=f"{name}-own", Key="page", Body=b"x", ACL="public-read")
    s3.put_object(Bucket=f"{name}-own", Key="page", Body=b"x", ACL="bucket-owner-full-control")
