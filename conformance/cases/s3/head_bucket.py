"""HeadBucket."""

from conformance.case import operation
from conformance.lab import Lab

head_bucket = operation("s3.HeadBucket", "https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html")


@head_bucket.success
def names_the_region(lab: Lab) -> None:
    """The answer carries the bucket's region."""
    bucket = lab.bucket()
    lab.call("head", lab.s3.head_bucket, Bucket=bucket)
    lab.http("raw", "HEAD", f"/{bucket}", sign="s3", show=("x-amz-bucket-region",))


@head_bucket.error
def of_a_missing_bucket(lab: Lab) -> None:
    """A bucket that doesn't exist is 404, without a body."""
    lab.call("head", lab.s3.head_bucket, Bucket=lab.name("bucket"))
