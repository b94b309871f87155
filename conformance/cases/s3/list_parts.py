"""ListParts."""

from conformance.case import operation
from conformance.lab import Lab

list_parts = operation("s3.ListParts", "https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListParts.html")


@list_parts.success
def in_pages(lab: Lab) -> None:
    """Parts in the order of their numbers; `max-parts` cuts the answer and the marker leads on."""
    upload = {"Bucket": lab.bucket(), "Key": "k"}
    upload["UploadId"] = lab.s3.create_multipart_upload(**upload)["UploadId"]
    for number in (3, 1, 2):
        lab.s3.upload_part(**upload, PartNumber=number, Body=b"x" * number)
    lab.call("all", lab.s3.list_parts, **upload)
    lab.call("first", lab.s3.list_parts, **upload, MaxParts=2)
    lab.call("second", lab.s3.list_parts, **upload, MaxParts=2, PartNumberMarker=2)


@list_parts.error
def of_an_upload_that_never_was(lab: Lab) -> None:
    """The upload must exist."""
    lab.call("list", lab.s3.list_parts, Bucket=lab.bucket(), Key="k", UploadId="nonsense")
