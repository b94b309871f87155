"""HeadObject."""

from conformance.case import operation
from conformance.lab import Lab

head_object = operation("s3.HeadObject", "https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html")


@head_object.success
def describes_without_a_body(lab: Lab) -> None:
    """The headers of GetObject, without its body."""
    bucket = lab.bucket()
    lab.s3.put_object(Bucket=bucket, Key="k", Body=b"hello", ContentType="text/plain", Metadata={"a": "1"})
    lab.call("head", lab.s3.head_object, Bucket=bucket, Key="k")
    shown = ("content-type", "content-length", "etag", "accept-ranges")
    lab.http("raw", "HEAD", f"/{bucket}/k", sign="s3", show=shown)


@head_object.success
def of_a_version(lab: Lab) -> None:
    """`versionId` names one version."""
    bucket = lab.bucket("Enabled")
    first = lab.s3.put_object(Bucket=bucket, Key="k", Body=b"one")
    lab.s3.put_object(Bucket=bucket, Key="k", Body=b"second")
    lab.call("first", lab.s3.head_object, Bucket=bucket, Key="k", VersionId=first["VersionId"])
    lab.call("latest", lab.s3.head_object, Bucket=bucket, Key="k")


@head_object.success
def of_a_range(lab: Lab) -> None:
    """A range is honoured: 206 with the range's length."""
    bucket = lab.bucket(objects={"k": b"0123456789"})
    lab.call("head", lab.s3.head_object, Bucket=bucket, Key="k", Range="bytes=2-4")


@head_object.error
def of_a_missing_key(lab: Lab) -> None:
    """A key that doesn't exist answers a bare 404."""
    lab.call("head", lab.s3.head_object, Bucket=lab.bucket(), Key="missing")


@head_object.error
def of_a_missing_bucket(lab: Lab) -> None:
    """A bucket that doesn't exist answers a bare 404."""
    lab.call("head", lab.s3.head_object, Bucket=lab.name("bucket"), Key="k")


@head_object.error
def behind_a_delete_marker(lab: Lab) -> None:
    """A key whose latest version is a delete marker answers 404 and says so."""
    bucket = lab.bucket("Enabled", objects={"k": b"x"})
    lab.s3.delete_object(Bucket=bucket, Key="k")
    lab.http("head", "HEAD", f"/{bucket}/k", sign="s3", show=("x-amz-delete-marker", "x-amz-version-id"))


@head_object.error
def not_modified(lab: Lab) -> None:
    """If-None-Match with the ETag answers 304."""
    bucket = lab.bucket()
    etag = lab.s3.put_object(Bucket=bucket, Key="k", Body=b"x")["ETag"]
    lab.call("head", lab.s3.head_object, Bucket=bucket, Key="k", IfNoneMatch=etag)


@head_object.error
def precondition_failed(lab: Lab) -> None:
    """If-Match with another ETag answers 412."""
    bucket = lab.bucket(objects={"k": b"x"})
    lab.call("head", lab.s3.head_object, Bucket=bucket, Key="k", IfMatch='"other"')
