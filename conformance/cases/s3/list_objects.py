"""ListObjects."""

from conformance.case import operation
from conformance.lab import Lab

list_objects = operation("s3.ListObjects", "https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjects.html")

OBJECTS = {"a/1": b"1", "a/2": b"22", "b": b"333", "c/1": b"1"}


@list_objects.success
def all_of_them(lab: Lab) -> None:
    """Keys in UTF-8 order, each with size, ETag, time, class and owner."""
    lab.call("list", lab.s3.list_objects, Bucket=lab.bucket(objects=OBJECTS))


@list_objects.success
def below_a_delimiter(lab: Lab) -> None:
    """Keys that go on behind the delimiter are rolled up into common prefixes."""
    lab.call("list", lab.s3.list_objects, Bucket=lab.bucket(objects=OBJECTS), Delimiter="/")


@list_objects.success
def with_a_prefix(lab: Lab) -> None:
    """`prefix` limits the answer to keys that begin with it."""
    lab.call("list", lab.s3.list_objects, Bucket=lab.bucket(objects=OBJECTS), Prefix="a/", Delimiter="/")


@list_objects.success
def in_pages(lab: Lab) -> None:
    """`max-keys` cuts the answer; with a delimiter it names the next marker."""
    bucket = lab.bucket(objects=OBJECTS)
    first = lab.call("first", lab.s3.list_objects, Bucket=bucket, Delimiter="/", MaxKeys=2)
    marker = first.get("NextMarker", "b")
    lab.call("second", lab.s3.list_objects, Bucket=bucket, Delimiter="/", MaxKeys=2, Marker=marker)


@list_objects.success
def from_a_marker(lab: Lab) -> None:
    """The answer begins behind the marker."""
    lab.call("list", lab.s3.list_objects, Bucket=lab.bucket(objects=OBJECTS), Marker="a/2")


@list_objects.success
def of_an_empty_bucket(lab: Lab) -> None:
    """An empty bucket has no contents."""
    bucket = lab.bucket()
    lab.call("list", lab.s3.list_objects, Bucket=bucket)
    lab.http("raw", "GET", f"/{bucket}", sign="s3")


@list_objects.error
def of_a_missing_bucket(lab: Lab) -> None:
    """The bucket must exist."""
    lab.call("list", lab.s3.list_objects, Bucket=lab.name("bucket"))


@list_objects.error
def with_a_negative_maximum(lab: Lab) -> None:
    """`max-keys` is not negative."""
    lab.call("list", lab.s3.list_objects, Bucket=lab.bucket(), MaxKeys=-1)
