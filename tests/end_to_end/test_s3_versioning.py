"""Versions and delete markers.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/Versioning.html
"""

from __future__ import annotations

import re
from typing import Any

import pytest

from emu.testing import Emulator
from tests.end_to_end.asking import ask, refused


def set_versioning(s3: Any, bucket: str, status: str) -> None:
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": status})


@pytest.fixture
def versioned(s3: Any, bucket: str) -> str:
    set_versioning(s3, bucket, "Enabled")
    return bucket


def put(s3: Any, bucket: str, body: bytes) -> str:
    # The null version of a bucket whose versioning is suspended isn't named.
    version_id: str = s3.put_object(Bucket=bucket, Key="page", Body=body).get("VersionId", "null")
    return version_id


def read(s3: Any, bucket: str, **version: str) -> bytes:
    body: bytes = s3.get_object(Bucket=bucket, Key="page", **version)["Body"].read()
    return body


def test_the_state_of_versioning(s3: Any, bucket: str) -> None:
    assert "Status" not in s3.get_bucket_versioning(Bucket=bucket)
    for status in ("Enabled", "Suspended"):
        set_versioning(s3, bucket, status)
        assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == status
    with refused("MalformedXML", 400):
        set_versioning(s3, bucket, "Off")


def test_every_version_stays(s3: Any, versioned: str) -> None:
    ids = [put(s3, versioned, body) for body in (b"one", b"two", b"three")]
    assert len(set(ids)) == 3
    assert read(s3, versioned) == b"three"
    assert [read(s3, versioned, VersionId=version_id) for version_id in ids] == [b"one", b"two", b"three"]
    listed = s3.list_object_versions(Bucket=versioned)["Versions"]
    assert [(entry["VersionId"], entry["IsLatest"]) for entry in listed] == [
        (ids[2], True),
        (ids[1], False),
        (ids[0], False),
    ]


def test_what_was_there_before_is_the_null_version(s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="page", Body=b"before")
    set_versioning(s3, bucket, "Enabled")
    put(s3, bucket, b"after")
    assert read(s3, bucket, VersionId="null") == b"before"


def test_a_delete_marker_hides_and_its_deletion_shows_again(s3: Any, versioned: str) -> None:
    version_id = put(s3, versioned, b"one")
    marker = s3.delete_object(Bucket=versioned, Key="page")
    assert marker["DeleteMarker"] is True
    with refused("NoSuchKey", 404) as error:
        read(s3, versioned)
    assert error["ResponseMetadata"]["HTTPHeaders"]["x-amz-delete-marker"] == "true"
    with refused("MethodNotAllowed", 405):
        read(s3, versioned, VersionId=marker["VersionId"])
    assert read(s3, versioned, VersionId=version_id) == b"one"
    assert s3.list_objects_v2(Bucket=versioned)["KeyCount"] == 0
    page = s3.list_object_versions(Bucket=versioned)
    assert [(entry["VersionId"], entry["IsLatest"]) for entry in page["DeleteMarkers"]] == [(marker["VersionId"], True)]
    with refused("BucketNotEmpty", 409):
        s3.delete_bucket(Bucket=versioned)
    removed = s3.delete_object(Bucket=versioned, Key="page", VersionId=marker["VersionId"])
    assert removed["DeleteMarker"] is True
    assert read(s3, versioned) == b"one"


def test_a_deleted_version_is_gone_for_good(s3: Any, versioned: str) -> None:
    one, two = put(s3, versioned, b"one"), put(s3, versioned, b"two")
    s3.delete_object(Bucket=versioned, Key="page", VersionId=two)
    assert read(s3, versioned) == b"one"
    with refused("NoSuchVersion", 404):
        read(s3, versioned, VersionId=two)
    s3.delete_object(Bucket=versioned, Key="page", VersionId=one)
    s3.delete_bucket(Bucket=versioned)


def test_suspended_versioning_overwrites_the_null_version(s3: Any, versioned: str) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/AddingObjectstoVersionSuspendedBuckets.html"""
    kept = put(s3, versioned, b"kept")
    set_versioning(s3, versioned, "Suspended")
    assert [put(s3, versioned, body) for body in (b"null one", b"null two")] == ["null", "null"]
    listed = s3.list_object_versions(Bucket=versioned)["Versions"]
    assert [entry["VersionId"] for entry in listed] == ["null", kept]
    marker = s3.delete_object(Bucket=versioned, Key="page")
    assert (marker["DeleteMarker"], marker["VersionId"]) == (True, "null")
    page = s3.list_object_versions(Bucket=versioned)
    assert [entry["VersionId"] for entry in page["Versions"]] == [kept]


def test_many_deletions_in_one_call(s3: Any, versioned: str) -> None:
    version_id = put(s3, versioned, b"one")
    answer = s3.delete_objects(
        Bucket=versioned,
        Delete={"Objects": [{"Key": "page"}, {"Key": "page", "VersionId": version_id}, {"Key": "new"}]},
    )["Deleted"]
    assert [entry.get("DeleteMarker", False) for entry in answer] == [True, False, True]
    assert answer[1]["VersionId"] == version_id
    assert "Versions" not in s3.list_object_versions(Bucket=versioned)


def test_versions_and_markers_stand_in_the_order_of_keys(emulator: Emulator, s3: Any, versioned: str) -> None:
    """Clients that read the document as it comes take one after the other for the older one."""
    for key in ("a", "b"):
        s3.put_object(Bucket=versioned, Key=key, Body=b"one")
        s3.delete_object(Bucket=versioned, Key=key)
        s3.put_object(Bucket=versioned, Key=key, Body=b"two")
    document = ask(emulator, "GET", f"/{versioned}?versions").body.decode()
    entries = re.findall("<(Version|DeleteMarker)><Key>(.)</Key>.*?<IsLatest>(.)", document)
    assert entries == [
        (kind, key, latest)
        for key in "ab"
        for kind, latest in (("Version", "t"), ("DeleteMarker", "f"), ("Version", "f"))
    ]
    page = s3.list_object_versions(Bucket=versioned)
    assert [entry["Key"] for entry in page["Versions"]] == ["a", "a", "b", "b"]
    assert [entry["Key"] for entry in page["DeleteMarkers"]] == ["a", "b"]


def test_versions_page_by_page(s3: Any, versioned: str) -> None:
    for key in ("a", "b/1", "b/2", "c"):
        for body in (b"one", b"two"):
            s3.put_object(Bucket=versioned, Key=key, Body=body)
    s3.delete_object(Bucket=versioned, Key="b/1")
    paginator = s3.get_paginator("list_object_versions")
    whole = s3.list_object_versions(Bucket=versioned)
    for size in (1, 2, 3):
        pages = list(paginator.paginate(Bucket=versioned, PaginationConfig={"PageSize": size}))
        assert [entry for page in pages for entry in page.get("Versions", [])] == whole["Versions"]
        assert [entry for page in pages for entry in page.get("DeleteMarkers", [])] == whole["DeleteMarkers"]
        folders = list(paginator.paginate(Bucket=versioned, Delimiter="/", PaginationConfig={"PageSize": size}))
        assert [entry["Prefix"] for page in folders for entry in page.get("CommonPrefixes", [])] == ["b/"]
