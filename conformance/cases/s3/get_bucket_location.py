"""GetBucketLocation."""

from conformance.case import operation
from conformance.lab import Lab

get_bucket_location = operation(
    "s3.GetBucketLocation", "https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLocation.html"
)


@get_bucket_location.success
def of_us_east_1_is_empty(lab: Lab) -> None:
    """Buckets in us-east-1 have a null LocationConstraint."""
    bucket = lab.bucket()
    lab.call("get", lab.s3.get_bucket_location, Bucket=bucket)
    lab.http("raw", "GET", f"/{bucket}?location", sign="s3")


@get_bucket_location.error
def of_a_missing_bucket(lab: Lab) -> None:
    """A bucket that doesn't exist is refused."""
    lab.call("get", lab.s3.get_bucket_location, Bucket=lab.name("bucket"))
