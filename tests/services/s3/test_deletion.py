"""https://docs.aws.amazon.com/AmazonS3/latest/userguide/DeletingObjectVersions.html"""

from __future__ import annotations

from typing import Any

import pytest


def test_deleting_what_is_not_there_succeeds_and_changes_nothing(s3: Any) -> None:
    lsn = s3.caller.world.store.lsn
    assert s3("DeleteObject", Bucket="bucket", Key="nothing") == {}
    assert s3.caller.world.store.lsn == lsn


def test_without_versioning_the_object_is_gone(s3: Any) -> None:
    s3.put("k", b"x")
    assert s3("DeleteObject", Bucket="bucket", Key="k") == {}
    assert s3.refused("GetObject", Bucket="bucket", Key="k") == "NoSuchKey"
    assert s3("ListObjectVersions", Bucket="bucket")["Versions"] == []


def test_the_null_version_can_be_named(s3: Any) -> None:
    s3.put("k", b"x")
    assert s3("DeleteObject", Bucket="bucket", Key="k", VersionId="null") == {"VersionId": "null"}
    assert s3.keys() == []


def test_with_versioning_a_delete_marker_comes_even_for_nothing(s3: Any) -> None:
    s3.set_versioning("Enabled")
    first = s3("DeleteObject", Bucket="bucket", Key="k")
    assert first["DeleteMarker"] is True
    error = s3.refusal("GetObject", Bucket="bucket", Key="k")
    assert (error.code, error.status) == ("NoSuchKey", 404)
    assert error.headers == {"x-amz-delete-marker": "true", "x-amz-version-id": first["VersionId"]}


def test_a_delete_marker_by_its_id(s3: Any) -> None:
    s3.set_versioning("Enabled")
    s3.put("k", b"x")
    marker = s3("DeleteObject", Bucket="bucket", Key="k")["VersionId"]
    error = s3.refusal("HeadObject", Bucket="bucket", Key="k", VersionId=marker)
    assert (error.code, error.status, error.members["Method"]) == ("MethodNotAllowed", 405, "HEAD")
    assert error.headers["allow"] == "DELETE"
    assert error.headers["x-amz-delete-marker"] == "true"
    answer = s3("DeleteObject", Bucket="bucket", Key="k", VersionId=marker)
    assert answer == {"DeleteMarker": True, "VersionId": marker}
    assert s3.read("k") == b"x", "an object comes back when its delete marker goes"


def test_suspended_versioning_replaces_the_null_version_by_a_marker(s3: Any) -> None:
    s3.put("k", b"old")
    s3.set_versioning("Enabled")
    kept = s3.put("k", b"kept")["VersionId"]
    s3.set_versioning("Suspended")
    assert s3("DeleteObject", Bucket="bucket", Key="k") == {"DeleteMarker": True, "VersionId": "null"}
    listed = s3("ListObjectVersions", Bucket="bucket")
    assert [entry["VersionId"] for entry in listed["Versions"]] == [kept]
    assert [entry["VersionId"] for entry in listed["DeleteMarkers"]] == ["null"]


@pytest.mark.parametrize("version_id", ["", "abc", "v", "x" * 33])
def test_what_cannot_be_a_version_id(s3: Any, version_id: str) -> None:
    assert s3.refused("DeleteObject", Bucket="bucket", Key="k", VersionId=version_id) == "InvalidArgument"


def test_delete_objects(s3: Any) -> None:
    s3.put("a", b"1")
    s3.put("b", b"2")
    lsn = s3.caller.world.store.lsn
    answer = s3("DeleteObjects", Bucket="bucket", Delete={"Objects": [{"Key": "a"}, {"Key": "a"}, {"Key": "none"}]})
    assert answer == {"Deleted": [{"Key": "a"}, {"Key": "a"}, {"Key": "none"}]}
    assert s3.keys() == ["b"]
    assert s3.caller.world.store.lsn == lsn + 1, "one record for all"


def test_delete_objects_quietly(s3: Any) -> None:
    s3.put("a", b"1")
    objects = [{"Key": "a"}, {"Key": "b", "VersionId": "garbage"}]
    answer = s3("DeleteObjects", Bucket="bucket", Delete={"Objects": objects, "Quiet": True})
    assert "Deleted" not in answer
    assert [(entry["Key"], entry["Code"]) for entry in answer["Errors"]] == [("b", "NoSuchVersion")]
    assert s3.keys() == []


def test_delete_objects_with_versions(s3: Any) -> None:
    s3.set_versioning("Enabled")
    version = s3.put("a", b"1")["VersionId"]
    deleted = s3("DeleteObjects", Bucket="bucket", Delete={"Objects": [{"Key": "a"}]})["Deleted"]
    marker = deleted[0]["DeleteMarkerVersionId"]
    assert deleted == [{"Key": "a", "DeleteMarker": True, "DeleteMarkerVersionId": marker}]
    objects = [{"Key": "a", "VersionId": version}, {"Key": "a", "VersionId": marker}]
    deleted = s3("DeleteObjects", Bucket="bucket", Delete={"Objects": objects})["Deleted"]
    assert deleted == [
        {"Key": "a", "VersionId": version},
        {"Key": "a", "VersionId": marker, "DeleteMarker": True, "DeleteMarkerVersionId": marker},
    ]
    s3("DeleteBucket", Bucket="bucket")


def test_delete_objects_with_conditions(s3: Any) -> None:
    etag = s3.put("a", b"1")["ETag"]
    objects = [{"Key": "a", "ETag": '"other"'}, {"Key": "a", "Size": 1}]
    answer = s3("DeleteObjects", Bucket="bucket", Delete={"Objects": objects})
    assert [entry["Code"] for entry in answer["Errors"]] == ["PreconditionFailed", "NotImplemented"]
    s3("DeleteObjects", Bucket="bucket", Delete={"Objects": [{"Key": "a", "ETag": etag}]})
    assert s3.keys() == []


@pytest.mark.parametrize("objects", [[], [{"Key": f"k{n}"} for n in range(1001)], [{"Key": ""}]])
def test_lists_that_are_refused(s3: Any, objects: list[dict[str, str]]) -> None:
    assert s3.refused("DeleteObjects", Bucket="bucket", Delete={"Objects": objects}) == "MalformedXML"


def test_a_thousand_at_once(s3: Any) -> None:
    keys = [f"k{n:04}" for n in range(1000)]
    for key in keys:
        s3.put(key, b"")
    s3("DeleteObjects", Bucket="bucket", Delete={"Objects": [{"Key": key} for key in keys]})
    assert s3.keys() == []


@pytest.mark.parametrize("value", [True, False])
def test_nothing_is_locked_so_nothing_is_bypassed(s3: Any, value: bool) -> None:
    s3.put("k", b"x")
    for operation, named in (
        ("DeleteObject", {"Key": "k"}),
        ("DeleteObjects", {"Delete": {"Objects": [{"Key": "k"}]}}),
    ):
        error = s3.refusal(operation, Bucket="bucket", BypassGovernanceRetention=value, **named)
        assert error.message == "x-amz-bypass-governance-retention is only applicable to Object Lock enabled buckets."
        assert error.members == {"ArgumentName": "x-amz-bypass-governance-retention"}
    assert s3.keys() == ["k"]


def test_an_id_that_is_none_is_no_such_version_in_a_batch(s3: Any) -> None:
    s3.put("k", b"x")
    answer = s3("DeleteObjects", Bucket="bucket", Delete={"Objects": [{"Key": "k", "VersionId": "garbage!"}]})
    assert answer == {
        "Deleted": [],
        "Errors": [
            {
                "Key": "k",
                "VersionId": "garbage!",
                "Code": "NoSuchVersion",
                "Message": "The specified version does not exist.",
            }
        ],
    }
    assert s3.refused("DeleteObject", Bucket="bucket", Key="k", VersionId="garbage!") == "InvalidArgument"
