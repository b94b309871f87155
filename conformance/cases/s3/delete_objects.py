"""DeleteObjects."""

from conformance.case import operation
from conformance.lab import Lab

delete_objects = operation("s3.DeleteObjects", "https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html")


@delete_objects.success
def removes_many(lab: Lab) -> None:
    """Each key is reported as deleted, also one that wasn't there."""
    bucket = lab.bucket(objects={"a": b"1", "b": b"2", "kept": b"3"})
    keys = [{"Key": "a"}, {"Key": "b"}, {"Key": "missing"}]
    lab.call("delete", lab.s3.delete_objects, Bucket=bucket, Delete={"Objects": keys})
    lab.note("left", [entry["Key"] for entry in lab.s3.list_objects_v2(Bucket=bucket).get("Contents", [])])


@delete_objects.success
def quietly(lab: Lab) -> None:
    """Quiet reports only what failed."""
    bucket = lab.bucket(objects={"a": b"1"})
    lab.call("delete", lab.s3.delete_objects, Bucket=bucket, Delete={"Objects": [{"Key": "a"}], "Quiet": True})
    lab.note("left", [entry["Key"] for entry in lab.s3.list_objects_v2(Bucket=bucket).get("Contents", [])])


@delete_objects.success
def markers_and_versions(lab: Lab) -> None:
    """In a versioned bucket a key gets a marker and a version is removed."""
    bucket = lab.bucket("Enabled", objects={"a": b"1"})
    version = lab.s3.put_object(Bucket=bucket, Key="b", Body=b"2")["VersionId"]
    keys = [{"Key": "a"}, {"Key": "b", "VersionId": version}]
    lab.call("delete", lab.s3.delete_objects, Bucket=bucket, Delete={"Objects": keys})
    versions = lab.s3.list_object_versions(Bucket=bucket)
    lab.note("versions", [entry["Key"] for entry in versions.get("Versions", [])])
    lab.note("markers", [entry["Key"] for entry in versions.get("DeleteMarkers", [])])


@delete_objects.error
def in_a_missing_bucket(lab: Lab) -> None:
    """The bucket must exist."""
    bucket = lab.name("bucket")
    lab.call("delete", lab.s3.delete_objects, Bucket=bucket, Delete={"Objects": [{"Key": "a"}]})


@delete_objects.error
def more_than_a_thousand(lab: Lab) -> None:
    """A request names at most 1000 keys."""
    keys = [{"Key": f"k{number}"} for number in range(1001)]
    lab.outcome("delete", lab.s3.delete_objects, Bucket=lab.bucket(), Delete={"Objects": keys})


@delete_objects.error
def none_at_all(lab: Lab) -> None:
    """A request names at least one key."""
    lab.call("delete", lab.s3.delete_objects, Bucket=lab.bucket(), Delete={"Objects": []})


@delete_objects.error
def malformed(lab: Lab) -> None:
    """A body that isn't XML is refused."""
    headers = {"content-md5": "lc+uAhGmLd2IM2WcV6i/kA=="}
    lab.http("delete", "POST", f"/{lab.bucket()}?delete", headers=headers, body=b"<Delete", show=())


@delete_objects.error
def without_a_digest(lab: Lab) -> None:
    """Content-MD5, or a checksum, is required."""
    bucket = lab.bucket(objects={"a": b"1"})
    body = b"<Delete><Object><Key>a</Key></Object></Delete>"
    lab.http("delete", "POST", f"/{bucket}?delete", body=body, show=())
    lab.note("left", [entry["Key"] for entry in lab.s3.list_objects_v2(Bucket=bucket).get("Contents", [])])
