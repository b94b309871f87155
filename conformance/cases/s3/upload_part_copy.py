"""UploadPartCopy."""

from conformance.case import operation
from conformance.lab import Lab

upload_part_copy = operation(
    "s3.UploadPartCopy", "https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPartCopy.html"
)


@upload_part_copy.success
def of_an_object_and_of_a_range(lab: Lab) -> None:
    """A part may be a whole object or a range of one."""
    bucket = lab.bucket(objects={"from": b"0123456789"})
    upload = {"Bucket": bucket, "Key": "to"}
    upload["UploadId"] = lab.s3.create_multipart_upload(**upload)["UploadId"]
    source = {"Bucket": bucket, "Key": "from"}
    lab.call("whole", lab.s3.upload_part_copy, **upload, PartNumber=1, CopySource=source)
    lab.call("range", lab.s3.upload_part_copy, **upload, PartNumber=2, CopySource=source, CopySourceRange="bytes=2-4")
    lab.call("parts", lab.s3.list_parts, **upload)


@upload_part_copy.error
def of_a_missing_key(lab: Lab) -> None:
    """The source must exist."""
    bucket = lab.bucket()
    upload = {"Bucket": bucket, "Key": "to"}
    upload["UploadId"] = lab.s3.create_multipart_upload(**upload)["UploadId"]
    source = {"Bucket": bucket, "Key": "missing"}
    lab.call("copy", lab.s3.upload_part_copy, **upload, PartNumber=1, CopySource=source)


@upload_part_copy.error
def range_outside(lab: Lab) -> None:
    """The range must lie within the source."""
    bucket = lab.bucket(objects={"from": b"0123456789"})
    upload = {"Bucket": bucket, "Key": "to"}
    upload["UploadId"] = lab.s3.create_multipart_upload(**upload)["UploadId"]
    source = {"Bucket": bucket, "Key": "from"}
    lab.call("copy", lab.s3.upload_part_copy, **upload, PartNumber=1, CopySource=source, CopySourceRange="bytes=8-20")


@upload_part_copy.error
def into_an_upload_that_never_was(lab: Lab) -> None:
    """The upload must exist."""
    bucket = lab.bucket(objects={"from": b"0123456789"})
    source = {"Bucket": bucket, "Key": "from"}
    upload = {"Bucket": bucket, "Key": "to", "UploadId": "nonsense"}
    lab.call("copy", lab.s3.upload_part_copy, **upload, PartNumber=1, CopySource=source)
