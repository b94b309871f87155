"""CreateMultipartUpload."""

from conformance.case import operation
from conformance.lab import Lab

create_multipart_upload = operation(
    "s3.CreateMultipartUpload", "https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateMultipartUpload.html"
)


@create_multipart_upload.success
def answers_with_an_upload_id(lab: Lab) -> None:
    """The answer names bucket, key and upload id."""
    bucket = lab.bucket()
    lab.call("create", lab.s3.create_multipart_upload, Bucket=bucket, Key="k")


@create_multipart_upload.success
def keeps_type_and_metadata(lab: Lab) -> None:
    """Type and metadata given here are the finished object's."""
    bucket = lab.bucket()
    upload = {"Bucket": bucket, "Key": "k"}
    upload["UploadId"] = lab.s3.create_multipart_upload(
        **upload, ContentType="text/plain", CacheControl="no-cache", Metadata={"a": "1"}
    )["UploadId"]
    etag = lab.s3.upload_part(**upload, PartNumber=1, Body=b"x")["ETag"]
    parts = {"Parts": [{"PartNumber": 1, "ETag": etag}]}
    lab.s3.complete_multipart_upload(**upload, MultipartUpload=parts)
    lab.call("head", lab.s3.head_object, Bucket=bucket, Key="k")


@create_multipart_upload.error
def in_a_missing_bucket(lab: Lab) -> None:
    """The bucket must exist."""
    lab.call("create", lab.s3.create_multipart_upload, Bucket=lab.name("bucket"), Key="k")


@create_multipart_upload.error
def with_an_unknown_storage_class(lab: Lab) -> None:
    """The storage class is one of S3's."""
    bucket = lab.bucket()
    lab.call("create", lab.s3.create_multipart_upload, Bucket=bucket, Key="k", StorageClass="CLOUD")
