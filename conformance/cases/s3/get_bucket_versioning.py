"""GetBucketVersioning."""

from conformance.case import operation
from conformance.lab import Lab

get_bucket_versioning = operation(
    "s3.GetBucketVersioning", "https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketVersioning.html"
)


@get_bucket_versioning.success
def never_set_then_enabled_then_suspended(lab: Lab) -> None:
    """A bucket whose versioning was never set has no status."""
    bucket = lab.bucket()
    lab.call("never set", lab.s3.get_bucket_versioning, Bucket=bucket)
    for status in ("Enabled", "Suspended"):
        lab.s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": status})
        lab.call(status, lab.s3.get_bucket_versioning, Bucket=bucket)


@get_bucket_versioning.error
def of_a_missing_bucket(lab: Lab) -> None:
    """The bucket must exist."""
    lab.call("get", lab.s3.get_bucket_versioning, Bucket=lab.name("bucket"))
