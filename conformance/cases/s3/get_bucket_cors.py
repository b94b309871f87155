"""GetBucketCors."""

from conformance.case import operation
from conformance.cases.s3.put_bucket_cors import sharing
from conformance.lab import Lab

get_bucket_cors = operation(
    "s3.GetBucketCors", "https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketCors.html"
)


@get_bucket_cors.success
def as_it_was_put(lab: Lab) -> None:
    """The rules come back with all that they say."""
    bucket = lab.bucket()
    configuration = sharing(ID="site", AllowedHeaders=["x-amz-*"], ExposeHeaders=["ETag"], MaxAgeSeconds=3000)
    lab.s3.put_bucket_cors(Bucket=bucket, CORSConfiguration=configuration)
    lab.call("get", lab.s3.get_bucket_cors, Bucket=bucket)


@get_bucket_cors.error
def never_set(lab: Lab) -> None:
    """There must be a configuration."""
    lab.call("get", lab.s3.get_bucket_cors, Bucket=lab.bucket())


@get_bucket_cors.error
def of_a_missing_bucket(lab: Lab) -> None:
    """The bucket must exist."""
    lab.call("get", lab.s3.get_bucket_cors, Bucket=lab.name("bucket"))
