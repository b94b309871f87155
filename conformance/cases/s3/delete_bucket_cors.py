"""DeleteBucketCors."""

from conformance.case import operation
from conformance.cases.s3.put_bucket_cors import sharing
from conformance.lab import Lab

delete_bucket_cors = operation(
    "s3.DeleteBucketCors", "https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketCors.html"
)


@delete_bucket_cors.success
def removes_the_configuration_alone(lab: Lab) -> None:
    """The configuration is gone; the bucket stays."""
    bucket = lab.bucket()
    lab.s3.put_bucket_cors(Bucket=bucket, CORSConfiguration=sharing())
    lab.call("delete", lab.s3.delete_bucket_cors, Bucket=bucket)
    lab.call("get", lab.s3.get_bucket_cors, Bucket=bucket)
    lab.outcome("head", lab.s3.head_bucket, Bucket=bucket)


@delete_bucket_cors.error
def in_a_missing_bucket(lab: Lab) -> None:
    """The bucket must exist."""
    lab.call("delete", lab.s3.delete_bucket_cors, Bucket=lab.name("bucket"))
