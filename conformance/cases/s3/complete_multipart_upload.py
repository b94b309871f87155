"""CompleteMultipartUpload."""

from conformance.case import operation
from conformance.lab import Lab

complete_multipart_upload = operation(
    "s3.CompleteMultipartUpload", "https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html"
)

MINIMUM_PART_BYTES = 5 * 1024 * 1024


def begin(lab: Lab, *bodies: bytes, versioning: str | None = None) -> tuple[dict[str, str], list[dict[str, object]]]:
    """An upload with these parts: the parameters that name it, and its part list."""
    upload = {"Bucket": lab.bucket(versioning), "Key": "k"}
    upload["UploadId"] = lab.s3.create_multipart_upload(**upload)["UploadId"]
    parts: list[dict[str, object]] = []
    for number, body in enumerate(bodies, 1):
        etag = lab.s3.upload_part(**upload, PartNumber=number, Body=body)["ETag"]
        parts.append({"PartNumber": number, "ETag": etag})
    return upload, parts


@complete_multipart_upload.success
def joins_the_parts(lab: Lab) -> None:
    """The object's ETag is made of the parts' MD5s and their number."""
    upload, parts = begin(lab, b"a" * MINIMUM_PART_BYTES, b"end")
    lab.call("complete", lab.s3.complete_multipart_upload, **upload, MultipartUpload={"Parts": parts})
    lab.call("get", lab.s3.get_object, Bucket=upload["Bucket"], Key="k")
    lab.call("uploads", lab.s3.list_multipart_uploads, Bucket=upload["Bucket"])


@complete_multipart_upload.success
def of_some_of_the_parts(lab: Lab) -> None:
    """Parts that aren't named are dropped."""
    upload, parts = begin(lab, b"first", b"second")
    lab.call("complete", lab.s3.complete_multipart_upload, **upload, MultipartUpload={"Parts": parts[1:]})
    lab.call("get", lab.s3.get_object, Bucket=upload["Bucket"], Key="k")


@complete_multipart_upload.success
def in_a_versioned_bucket(lab: Lab) -> None:
    """The object is a version of its own; the one before it is kept."""
    upload, parts = begin(lab, b"x", versioning="Enabled")
    before = lab.s3.put_object(Bucket=upload["Bucket"], Key="k", Body=b"before")["VersionId"]
    lab.call("complete", lab.s3.complete_multipart_upload, **upload, MultipartUpload={"Parts": parts})
    lab.call("versions", lab.s3.list_object_versions, Bucket=upload["Bucket"])
    lab.call("before", lab.s3.get_object, Bucket=upload["Bucket"], Key="k", VersionId=before)


@complete_multipart_upload.error
def in_the_wrong_order(lab: Lab) -> None:
    """Parts are named in ascending order."""
    upload, parts = begin(lab, b"a" * MINIMUM_PART_BYTES, b"end")
    lab.call("complete", lab.s3.complete_multipart_upload, **upload, MultipartUpload={"Parts": parts[::-1]})


@complete_multipart_upload.error
def with_another_etag(lab: Lab) -> None:
    """A part is named with the ETag that UploadPart gave."""
    upload, _ = begin(lab, b"x")
    parts = {"Parts": [{"PartNumber": 1, "ETag": '"0cc175b9c0f1b6a831c399e269772661"'}]}
    lab.call("complete", lab.s3.complete_multipart_upload, **upload, MultipartUpload=parts)
    lab.call("head", lab.s3.head_object, Bucket=upload["Bucket"], Key="k")


@complete_multipart_upload.error
def with_a_part_that_never_was(lab: Lab) -> None:
    """A part that wasn't uploaded is refused."""
    upload, parts = begin(lab, b"x")
    parts.append({"PartNumber": 7, "ETag": parts[0]["ETag"]})
    lab.call("complete", lab.s3.complete_multipart_upload, **upload, MultipartUpload={"Parts": parts})


@complete_multipart_upload.error
def with_a_part_too_small(lab: Lab) -> None:
    """Every part but the last has at least 5 MiB."""
    upload, parts = begin(lab, b"small", b"end")
    lab.call("complete", lab.s3.complete_multipart_upload, **upload, MultipartUpload={"Parts": parts})


@complete_multipart_upload.error
def of_no_parts(lab: Lab) -> None:
    """At least one part is named."""
    upload, _ = begin(lab, b"x")
    lab.call("complete", lab.s3.complete_multipart_upload, **upload, MultipartUpload={"Parts": []})


@complete_multipart_upload.error
def of_an_upload_that_never_was(lab: Lab) -> None:
    """The upload must exist."""
    parts = {"Parts": [{"PartNumber": 1, "ETag": '"x"'}]}
    upload = {"Bucket": lab.bucket(), "Key": "k", "UploadId": "nonsense"}
    lab.call("complete", lab.s3.complete_multipart_upload, **upload, MultipartUpload=parts)
