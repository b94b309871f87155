"""DeleteObject."""

from conformance.case import operation
from conformance.lab import Lab

delete_object = operation("s3.DeleteObject", "https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObject.html")


@delete_object.success
def removes(lab: Lab) -> None:
    """An object is deleted with 204 and is gone."""
    bucket = lab.bucket(objects={"k": b"x"})
    lab.call("delete", lab.s3.delete_object, Bucket=bucket, Key="k")
    lab.call("get", lab.s3.get_object, Bucket=bucket, Key="k")


@delete_object.success
def of_a_missing_key(lab: Lab) -> None:
    """Deleting what isn't there succeeds."""
    lab.call("delete", lab.s3.delete_object, Bucket=lab.bucket(), Key="missing")


@delete_object.success
def puts_a_delete_marker(lab: Lab) -> None:
    """In a versioned bucket a delete without a version id adds a delete marker."""
    bucket = lab.bucket("Enabled", objects={"k": b"x"})
    lab.call("delete", lab.s3.delete_object, Bucket=bucket, Key="k")
    lab.call("versions", lab.s3.list_object_versions, Bucket=bucket)


@delete_object.success
def removes_a_delete_marker(lab: Lab) -> None:
    """Deleting the marker by its version id brings the object back."""
    bucket = lab.bucket("Enabled", objects={"k": b"x"})
    marker = lab.s3.delete_object(Bucket=bucket, Key="k")
    lab.call("delete", lab.s3.delete_object, Bucket=bucket, Key="k", VersionId=marker["VersionId"])
    lab.call("get", lab.s3.get_object, Bucket=bucket, Key="k")


@delete_object.success
def removes_a_version(lab: Lab) -> None:
    """Deleting a version by its id removes it for good; the one before it is the latest again."""
    bucket = lab.bucket("Enabled")
    lab.s3.put_object(Bucket=bucket, Key="k", Body=b"one")
    second = lab.s3.put_object(Bucket=bucket, Key="k", Body=b"two")
    lab.call("delete", lab.s3.delete_object, Bucket=bucket, Key="k", VersionId=second["VersionId"])
    lab.call("get", lab.s3.get_object, Bucket=bucket, Key="k")


@delete_object.success
def while_suspended(lab: Lab) -> None:
    """With versioning suspended the null version is replaced by a marker with the id null."""
    bucket = lab.bucket("Enabled")
    lab.s3.put_object(Bucket=bucket, Key="k", Body=b"one")
    lab.s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Suspended"})
    lab.s3.put_object(Bucket=bucket, Key="k", Body=b"two")
    lab.call("delete", lab.s3.delete_object, Bucket=bucket, Key="k")
    lab.call("versions", lab.s3.list_object_versions, Bucket=bucket)


@delete_object.success
def if_the_etag_matches(lab: Lab) -> None:
    """If-Match with the object's ETag deletes it."""
    bucket = lab.bucket()
    etag = lab.s3.put_object(Bucket=bucket, Key="k", Body=b"x")["ETag"]
    lab.call("delete", lab.s3.delete_object, Bucket=bucket, Key="k", IfMatch=etag)


@delete_object.error
def if_another_etag_matches(lab: Lab) -> None:
    """If-Match with another ETag is refused and deletes nothing."""
    bucket = lab.bucket(objects={"k": b"x"})
    lab.call("delete", lab.s3.delete_object, Bucket=bucket, Key="k", IfMatch='"other"')
    lab.call("head", lab.s3.head_object, Bucket=bucket, Key="k")


@delete_object.error
def in_a_missing_bucket(lab: Lab) -> None:
    """The bucket must exist."""
    lab.call("delete", lab.s3.delete_object, Bucket=lab.name("bucket"), Key="k")
