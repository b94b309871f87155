"""PutBucketVersioning."""

from conformance.case import operation
from conformance.lab import Lab

put_bucket_versioning = operation(
    "s3.PutBucketVersioning", "https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketVersioning.html"
)


@put_bucket_versioning.success
def gives_objects_version_ids(lab: Lab) -> None:
    """From then on every write is a version with an id of its own; what was there before has the id null."""
    bucket = lab.bucket(objects={"k": b"before"})
    status = {"Status": "Enabled"}
    lab.call("enable", lab.s3.put_bucket_versioning, Bucket=bucket, VersioningConfiguration=status)
    lab.call("put", lab.s3.put_object, Bucket=bucket, Key="k", Body=b"after")
    lab.call("null version", lab.s3.get_object, Bucket=bucket, Key="k", VersionId="null")
    lab.call("versions", lab.s3.list_object_versions, Bucket=bucket)


@put_bucket_versioning.success
def suspended_writes_the_null_version(lab: Lab) -> None:
    """While suspended a write replaces the null version and leaves the others."""
    bucket = lab.bucket("Enabled", objects={"k": b"one"})
    status = {"Status": "Suspended"}
    lab.call("suspend", lab.s3.put_bucket_versioning, Bucket=bucket, VersioningConfiguration=status)
    lab.call("put", lab.s3.put_object, Bucket=bucket, Key="k", Body=b"two")
    lab.s3.put_object(Bucket=bucket, Key="k", Body=b"three")
    lab.call("versions", lab.s3.list_object_versions, Bucket=bucket)


@put_bucket_versioning.error
def unknown_status(lab: Lab) -> None:
    """The status is Enabled or Suspended."""
    bucket = lab.bucket()
    status = {"Status": "Disabled"}
    lab.call("put", lab.s3.put_bucket_versioning, Bucket=bucket, VersioningConfiguration=status)


@put_bucket_versioning.error
def in_a_missing_bucket(lab: Lab) -> None:
    """The bucket must exist."""
    status = {"Status": "Enabled"}
    bucket = lab.name("bucket")
    lab.call("put", lab.s3.put_bucket_versioning, Bucket=bucket, VersioningConfiguration=status)
