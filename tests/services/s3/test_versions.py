"""https://docs.aws.amazon.com/AmazonS3/latest/userguide/Versioning.html"""

from __future__ import annotations

from typing import Any

import pytest

from services.traits import INTERLEAVED


def _listed(s3: Any, **request: Any) -> list[tuple[str, str, bool]]:
    answer = s3("ListObjectVersions", Bucket="bucket", **request)
    return [(entry["Key"], entry["VersionId"], entry["IsLatest"]) for entry in answer["Versions"]]


def test_status(s3: Any) -> None:
    assert s3("GetBucketVersioning", Bucket="bucket") == {}
    for status in ("Enabled", "Suspended"):
        s3.set_versioning(status)
        assert s3("GetBucketVersioning", Bucket="bucket") == {"Status": status}


@pytest.mark.parametrize(
    ("configuration", "code"),
    [
        ({}, "IllegalVersioningConfigurationException"),
        ({"Status": "Off"}, "MalformedXML"),
        ({"Status": "Enabled", "MFADelete": "Enabled"}, "NotImplemented"),
    ],
)
def test_configurations_that_are_refused(s3: Any, configuration: dict[str, str], code: str) -> None:
    assert s3.refused("PutBucketVersioning", Bucket="bucket", VersioningConfiguration=configuration) == code
    assert s3("GetBucketVersioning", Bucket="bucket") == {}


def test_each_put_is_a_version(s3: Any) -> None:
    s3.set_versioning("Enabled")
    ids = [s3.put("k", body)["VersionId"] for body in (b"one", b"two", b"three")]
    assert len(set(ids)) == 3
    assert all(len(version_id) == 32 for version_id in ids)
    assert s3.read("k") == b"three"
    assert s3.read("k", VersionId=ids[0]) == b"one"
    assert s3("HeadObject", Bucket="bucket", Key="k")["VersionId"] == ids[2]
    assert _listed(s3) == [("k", ids[2], True), ("k", ids[1], False), ("k", ids[0], False)]


def test_deleting_the_newest_uncovers_the_one_below(s3: Any) -> None:
    s3.set_versioning("Enabled")
    one, two = (s3.put("k", body)["VersionId"] for body in (b"one", b"two"))
    s3("DeleteObject", Bucket="bucket", Key="k", VersionId=two)
    assert s3.read("k") == b"one"
    s3("DeleteObject", Bucket="bucket", Key="k", VersionId=one)
    assert s3.refused("GetObject", Bucket="bucket", Key="k") == "NoSuchKey"
    assert s3.refused("GetObject", Bucket="bucket", Key="k", VersionId=one) == "NoSuchVersion"


def test_an_object_from_before_versioning_is_the_null_version(s3: Any) -> None:
    s3.put("k", b"before")
    assert "VersionId" not in s3("HeadObject", Bucket="bucket", Key="k")
    s3.set_versioning("Enabled")
    assert s3("HeadObject", Bucket="bucket", Key="k")["VersionId"] == "null"
    newer = s3.put("k", b"after")["VersionId"]
    assert s3.read("k", VersionId="null") == b"before"
    assert _listed(s3) == [("k", newer, True), ("k", "null", False)]


def test_suspension_keeps_versions_and_replaces_the_null_one(s3: Any) -> None:
    s3.put("k", b"null 1")
    s3.set_versioning("Enabled")
    kept = s3.put("k", b"kept")["VersionId"]
    s3.set_versioning("Suspended")
    assert "VersionId" not in s3.put("k", b"null 2"), "AWS doesn't name the null version here"
    assert s3("HeadObject", Bucket="bucket", Key="k")["VersionId"] == "null"
    assert _listed(s3) == [("k", "null", True), ("k", kept, False)]
    assert s3.read("k", VersionId="null") == b"null 2"
    s3.put("k", b"null 3")
    assert _listed(s3) == [("k", "null", True), ("k", kept, False)]


def test_the_null_version_of_an_unversioned_bucket_can_be_read(s3: Any) -> None:
    s3.put("k", b"x")
    assert s3.read("k", VersionId="null") == b"x"
    assert s3.refused("GetObject", Bucket="bucket", Key="k", VersionId="v1") == "NoSuchVersion"


def test_listing_objects_hides_what_is_deleted(s3: Any) -> None:
    s3.set_versioning("Enabled")
    for key in ("a", "b", "c"):
        s3.put(key, b"1")
        s3.put(key, b"2")
    s3("DeleteObject", Bucket="bucket", Key="b")
    assert s3.keys() == ["a", "c"]


def test_paging_through_versions(s3: Any) -> None:
    s3.set_versioning("Enabled")
    expected = []
    for key in ("a", "b", "dir/1", "dir/2", "e"):
        ids = [s3.put(key, body)["VersionId"] for body in (b"1", b"2", b"3")]
        expected += [(key, version_id) for version_id in reversed(ids)]
    for size in (1, 2, 4, 1000):
        found: list[tuple[str, str]] = []
        markers: dict[str, str] = {}
        while True:
            page = s3("ListObjectVersions", Bucket="bucket", MaxKeys=size, **markers)
            found += [(entry["Key"], entry["VersionId"]) for entry in page["Versions"]]
            if not page["IsTruncated"]:
                break
            assert len(page["Versions"]) == size
            markers = {"KeyMarker": page["NextKeyMarker"], "VersionIdMarker": page["NextVersionIdMarker"]}
        assert found == expected


def test_versions_and_markers_stand_in_one_order(call: Any, s3: Any) -> None:
    s3.set_versioning("Enabled")
    for key in ("a", "b"):
        s3.put(key, b"1")
        s3("DeleteObject", Bucket="bucket", Key=key)
        s3.put(key, b"2")
    s3("DeleteObject", Bucket="bucket", Key="b")
    runs = call("s3", "ListObjectVersions", Bucket="bucket")[INTERLEAVED]
    assert [(member, [entry["Key"] for entry in entries]) for member, entries in runs] == [
        ("Versions", ["a"]),
        ("DeleteMarkers", ["a"]),
        ("Versions", ["a"]),
        ("DeleteMarkers", ["b"]),
        ("Versions", ["b"]),
        ("DeleteMarkers", ["b"]),
        ("Versions", ["b"]),
    ]


def test_common_prefixes_among_versions(s3: Any) -> None:
    s3.set_versioning("Enabled")
    for key in ("a", "dir/1", "dir/2", "z"):
        s3.put(key, b"")
    page = s3("ListObjectVersions", Bucket="bucket", Delimiter="/", MaxKeys=2)
    assert [entry["Key"] for entry in page["Versions"]] == ["a"]
    assert page["CommonPrefixes"] == [{"Prefix": "dir/"}]
    assert (page["IsTruncated"], page["NextKeyMarker"]) == (True, "dir/")
    rest = s3("ListObjectVersions", Bucket="bucket", Delimiter="/", KeyMarker="dir/")
    assert [entry["Key"] for entry in rest["Versions"]] == ["z"]
    assert rest["CommonPrefixes"] == []


def test_a_marker_that_is_gone_by_now_hides_nothing(s3: Any) -> None:
    s3.set_versioning("Enabled")
    ids = [s3.put("k", body)["VersionId"] for body in (b"1", b"2", b"3")]
    page = s3("ListObjectVersions", Bucket="bucket", MaxKeys=1)
    s3("DeleteObject", Bucket="bucket", Key="k", VersionId=page["NextVersionIdMarker"])
    rest = _listed(s3, KeyMarker="k", VersionIdMarker=page["NextVersionIdMarker"])
    assert [version_id for _, version_id, _ in rest] == [ids[1], ids[0]]


@pytest.mark.parametrize("request_", [{"VersionIdMarker": "x"}, {"KeyMarker": "k", "VersionIdMarker": ""}])
def test_markers_that_are_refused(s3: Any, request_: dict[str, str]) -> None:
    assert s3.refused("ListObjectVersions", Bucket="bucket", **request_) == "InvalidArgument"
