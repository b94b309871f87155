"""DeleteBucket."""

from conformance.case import operation
from conformance.lab import Lab

delete_bucket = operation("s3.DeleteBucket", "https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucket.html")


@delete_bucket.success
def removes_an_empty_bucket(lab: Lab) -> None:
    """An empty bucket is deleted with 204 and is gone."""
    bucket = lab.bucket()
    lab.call("delete", lab.s3.delete_bucket, Bucket=bucket)
    lab.call("head", lab.s3.head_bucket, Bucket=bucket)


@delete_bucket.error
def of_a_missing_bucket(lab: Lab) -> None:
    """A bucket that doesn't exist is refused."""
    lab.call("delete", lab.s3.delete_bucket, Bucket=lab.name("bucket"))


@delete_bucket.error
def of_a_bucket_with_an_object(lab: Lab) -> None:
    """All objects must be deleted first."""
    bucket = lab.bucket(objects={"k": b"x"})
    lab.call("delete", lab.s3.delete_bucket, Bucket=bucket)


@delete_bucket.error
def of_a_bucket_with_only_old_versions(lab: Lab) -> None:
    """All versions and delete markers must be deleted first."""
    bucket = lab.bucket("Enabled", objects={"k": b"x"})
    marker = lab.s3.delete_object(Bucket=bucket, Key="k")
    lab.s3.delete_object(Bucket=bucket, Key="k", VersionId=marker["VersionId"])
    lab.s3.delete_object(Bucket=bucket, Key="k")
    lab.call("delete", lab.s3.delete_bucket, Bucket=bucket)
    lab.call("head", lab.s3.head_bucket, Bucket=bucket)
