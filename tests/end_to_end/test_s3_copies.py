"""Copies of objects, and what of the source they keep.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/copy-object.html
"""

from __future__ import annotations

from typing import Any

import pytest

from emu.testing import Emulator
from tests.end_to_end.asking import ask, refused


@pytest.fixture
def source(s3: Any, bucket: str) -> dict[str, str]:
    s3.put_object(
        Bucket=bucket,
        Key="from",
        Body=b"content",
        Metadata={"a": "1"},
        ContentType="text/html",
        CacheControl="no-store",
    )
    return {"Bucket": bucket, "Key": "from"}


def test_a_copy_keeps_content_headers_and_metadata(s3: Any, bucket: str, source: dict[str, str]) -> None:
    copied = s3.copy_object(Bucket=bucket, Key="to", CopySource=source)["CopyObjectResult"]
    got = s3.get_object(Bucket=bucket, Key="to")
    assert got["Body"].read() == b"content"
    assert (got["ETag"], got["LastModified"]) == (copied["ETag"], copied["LastModified"])
    assert (got["Metadata"], got["ContentType"], got["CacheControl"]) == ({"a": "1"}, "text/html", "no-store")


def test_a_copy_is_of_all_of_the_object(emulator: Emulator, s3: Any, bucket: str, source: dict[str, str]) -> None:
    """A range is a matter of GET (RFC 9110, 14.2), and of UploadPartCopy in a header of its own."""
    headers = {"x-amz-copy-source": f"/{bucket}/from", "Range": "bytes=0-2"}
    assert ask(emulator, "PUT", f"/{bucket}/to", headers=headers).status == 200
    assert s3.get_object(Bucket=bucket, Key="to")["Body"].read() == b"content"


def test_a_copy_with_other_metadata(s3: Any, bucket: str, source: dict[str, str]) -> None:
    s3.copy_object(Bucket=bucket, Key="to", CopySource=source, MetadataDirective="REPLACE", Metadata={"b": "2"})
    got = s3.head_object(Bucket=bucket, Key="to")
    assert (got["Metadata"], got["ContentType"]) == ({"b": "2"}, "binary/octet-stream")
    assert "CacheControl" not in got


def test_a_copy_onto_itself_must_change_something(s3: Any, bucket: str, source: dict[str, str]) -> None:
    with refused("InvalidRequest", 400):
        s3.copy_object(Bucket=bucket, Key="from", CopySource=source)
    s3.copy_object(Bucket=bucket, Key="from", CopySource=source, MetadataDirective="REPLACE", Metadata={"b": "2"})
    assert s3.get_object(Bucket=bucket, Key="from")["Body"].read() == b"content"


def test_a_copy_from_another_bucket(s3: Any, bucket: str, source: dict[str, str]) -> None:
    other = f"{bucket}-other"
    s3.create_bucket(Bucket=other)
    s3.copy_object(Bucket=other, Key="to", CopySource=f"{bucket}/from")
    s3.delete_object(Bucket=bucket, Key="from")
    assert s3.get_object(Bucket=other, Key="to")["Body"].read() == b"content"


def test_a_copy_of_a_version(s3: Any, bucket: str) -> None:
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    first = s3.put_object(Bucket=bucket, Key="from", Body=b"one")["VersionId"]
    s3.put_object(Bucket=bucket, Key="from", Body=b"two")
    copied = s3.copy_object(Bucket=bucket, Key="from", CopySource={"Bucket": bucket, "Key": "from", "VersionId": first})
    assert copied["CopySourceVersionId"] == first
    assert copied["VersionId"] != first
    assert s3.get_object(Bucket=bucket, Key="from")["Body"].read() == b"one"


def test_conditions_on_the_source(s3: Any, bucket: str, source: dict[str, str]) -> None:
    etag = s3.head_object(**source)["ETag"]
    s3.copy_object(Bucket=bucket, Key="to", CopySource=source, CopySourceIfMatch=etag)
    with refused("PreconditionFailed", 412):
        s3.copy_object(Bucket=bucket, Key="to", CopySource=source, CopySourceIfNoneMatch=etag)
    with refused("PreconditionFailed", 412):
        s3.copy_object(Bucket=bucket, Key="to", CopySource=source, CopySourceIfMatch='"other"')


def test_sources_that_are_not_there(s3: Any, bucket: str) -> None:
    with refused("NoSuchKey", 404):
        s3.copy_object(Bucket=bucket, Key="to", CopySource=f"{bucket}/missing")
    with refused("NoSuchBucket", 404):
        s3.copy_object(Bucket=bucket, Key="to", CopySource=f"{bucket}-missing/from")


def test_boto3s_own_copy(s3: Any, bucket: str, source: dict[str, str]) -> None:
    s3.copy(source, bucket, "to")
    assert s3.get_object(Bucket=bucket, Key="to")["Body"].read() == b"content"
