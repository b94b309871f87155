"""PutBucketCors."""

from typing import Any

from conformance.case import operation
from conformance.lab import Lab

put_bucket_cors = operation(
    "s3.PutBucketCors", "https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketCors.html"
)


def sharing(**members: Any) -> dict[str, Any]:
    """A configuration of one rule, which is a whole one whatever is changed of it."""
    return {"CORSRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["https://example.com"], **members}]}


@put_bucket_cors.success
def takes_the_place_of_the_old(lab: Lab) -> None:
    """A new configuration replaces the whole of the one before."""
    bucket = lab.bucket()
    lab.s3.put_bucket_cors(Bucket=bucket, CORSConfiguration=sharing(ExposeHeaders=["ETag"]))
    lab.call("put", lab.s3.put_bucket_cors, Bucket=bucket, CORSConfiguration=sharing(AllowedMethods=["PUT"]))
    lab.call("get", lab.s3.get_bucket_cors, Bucket=bucket)


@put_bucket_cors.error
def of_an_unsupported_method(lab: Lab) -> None:
    """The methods are GET, PUT, HEAD, POST and DELETE."""
    configuration = sharing(AllowedMethods=["PATCH"])
    lab.call("put", lab.s3.put_bucket_cors, Bucket=lab.bucket(), CORSConfiguration=configuration)


@put_bucket_cors.error
def of_an_origin_with_two_wildcards(lab: Lab) -> None:
    """An origin has at most one wildcard."""
    configuration = sharing(AllowedOrigins=["https://*.example.*"])
    lab.call("put", lab.s3.put_bucket_cors, Bucket=lab.bucket(), CORSConfiguration=configuration)


@put_bucket_cors.error
def of_no_rules(lab: Lab) -> None:
    """A configuration has at least one rule."""
    lab.call("put", lab.s3.put_bucket_cors, Bucket=lab.bucket(), CORSConfiguration={"CORSRules": []})


@put_bucket_cors.error
def of_too_many_rules(lab: Lab) -> None:
    """A configuration has at most 100 rules."""
    configuration = {"CORSRules": sharing()["CORSRules"] * 101}
    lab.call("put", lab.s3.put_bucket_cors, Bucket=lab.bucket(), CORSConfiguration=configuration)


@put_bucket_cors.error
def in_a_missing_bucket(lab: Lab) -> None:
    """The bucket must exist."""
    lab.call("put", lab.s3.put_bucket_cors, Bucket=lab.name("bucket"), CORSConfiguration=sharing())
