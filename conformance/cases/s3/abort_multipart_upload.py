"""AbortMultipartUpload."""

from conformance.case import operation
from conformance.lab import Lab

abort_multipart_upload = operation(
    "s3.AbortMultipartUpload", "https://docs.aws.amazon.com/AmazonS3/latest/API/API_AbortMultipartUpload.html"
)


@abort_multipart_upload.success
def forgets_the_upload(lab: Lab) -> None:
    """The upload and its parts are gone."""
    upload = {"Bucket": lab.bucket(), "Key": "k"}
    upload["UploadId"] = lab.s3.create_multipart_upload(**upload)["UploadId"]
    lab.s3.upload_part(**upload, PartNumber=1, Body=b"x")
    lab.call("abort", lab.s3.abort_multipart_upload, **upload)
    lab.call("parts", lab.s3.list_parts, **upload)
    lab.call("uploads", lab.s3.list_multipart_uploads, Bucket=upload["Bucket"])


@abort_multipart_upload.error
def of_an_upload_that_never_was(lab: Lab) -> None:
    """The upload must exist."""
    lab.call("abort", lab.s3.abort_multipart_upload, Bucket=lab.bucket(), Key="k", UploadId="nonsense")


@abort_multipart_upload.error
def in_a_missing_bucket(lab: Lab) -> None:
    """The bucket must exist."""
    lab.call("abort", lab.s3.abort_multipart_upload, Bucket=lab.name("bucket"), Key="k", UploadId="nonsense")
