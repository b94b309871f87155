"""ListObjectVersions."""

import re

from conformance.case import operation
from conformance.lab import Lab

list_object_versions = operation(
    "s3.ListObjectVersions", "https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html"
)


@list_object_versions.success
def newest_first(lab: Lab) -> None:
    """By key, the newest version first; markers are a list of their own for a client."""
    bucket = lab.bucket("Enabled", objects={"b": b"1"})
    lab.s3.put_object(Bucket=bucket, Key="a", Body=b"1")
    lab.s3.put_object(Bucket=bucket, Key="a", Body=b"22")
    lab.s3.delete_object(Bucket=bucket, Key="b")
    lab.call("list", lab.s3.list_object_versions, Bucket=bucket)


@list_object_versions.success
def in_one_order(lab: Lab) -> None:
    """Versions and delete markers of one key stand beside each other in the document, the newest first."""
    bucket = lab.bucket("Enabled")
    for key in ("a", "b"):
        lab.s3.put_object(Bucket=bucket, Key=key, Body=b"1")
        lab.s3.delete_object(Bucket=bucket, Key=key)
        lab.s3.put_object(Bucket=bucket, Key=key, Body=b"22")
    document = lab.target.http("GET", f"/{bucket}?versions", {}, b"", None).body
    lab.note("order", re.findall(r"<(Version|DeleteMarker)>\s*<Key>(.)</Key>", document.decode()))


@list_object_versions.success
def in_pages(lab: Lab) -> None:
    """`max-keys` counts versions; the two markers lead on."""
    bucket = lab.bucket("Enabled")
    for body in (b"1", b"22", b"333"):
        lab.s3.put_object(Bucket=bucket, Key="k", Body=body)
    first = lab.call("first", lab.s3.list_object_versions, Bucket=bucket, MaxKeys=2)
    markers = {"KeyMarker": first["NextKeyMarker"], "VersionIdMarker": first["NextVersionIdMarker"]}
    lab.call("second", lab.s3.list_object_versions, Bucket=bucket, MaxKeys=2, **markers)


@list_object_versions.success
def with_a_prefix_below_a_delimiter(lab: Lab) -> None:
    """Prefix and delimiter work as in a listing of objects."""
    bucket = lab.bucket("Enabled", objects={"a/1": b"1", "a/b/2": b"2", "c": b"3"})
    lab.call("list", lab.s3.list_object_versions, Bucket=bucket, Prefix="a/", Delimiter="/")


@list_object_versions.success
def without_versioning(lab: Lab) -> None:
    """Objects of an unversioned bucket are listed with the version id null."""
    lab.call("list", lab.s3.list_object_versions, Bucket=lab.bucket(objects={"k": b"x"}))


@list_object_versions.error
def of_a_missing_bucket(lab: Lab) -> None:
    """The bucket must exist."""
    lab.call("list", lab.s3.list_object_versions, Bucket=lab.name("bucket"))


@list_object_versions.error
def with_a_version_marker_alone(lab: Lab) -> None:
    """A version-id marker needs a key marker."""
    lab.call("list", lab.s3.list_object_versions, Bucket=lab.bucket("Enabled"), VersionIdMarker="v")
