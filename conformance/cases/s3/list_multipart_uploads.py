"""ListMultipartUploads."""

from conformance.case import operation
from conformance.lab import Lab

list_multipart_uploads = operation(
    "s3.ListMultipartUploads", "https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListMultipartUploads.html"
)


@list_multipart_uploads.success
def in_the_order_of_keys(lab: Lab) -> None:
    """Unfinished uploads by key."""
    bucket = lab.bucket()
    lab.s3.create_multipart_upload(Bucket=bucket, Key="b")
    lab.s3.create_multipart_upload(Bucket=bucket, Key="a")
    lab.call("list", lab.s3.list_multipart_uploads, Bucket=bucket)


@list_multipart_uploads.success
def with_a_prefix_below_a_delimiter(lab: Lab) -> None:
    """Prefix and delimiter work as in a listing of objects."""
    bucket = lab.bucket()
    for key in ("a/1", "a/b/2", "c"):
        lab.s3.create_multipart_upload(Bucket=bucket, Key=key)
    lab.call("list", lab.s3.list_multipart_uploads, Bucket=bucket, Prefix="a/", Delimiter="/")


@list_multipart_uploads.success
def in_pages(lab: Lab) -> None:
    """`max-uploads` cuts the answer; the markers lead on."""
    bucket = lab.bucket()
    for key in ("a", "b"):
        lab.s3.create_multipart_upload(Bucket=bucket, Key=key)
    first = lab.s3.list_multipart_uploads(Bucket=bucket, MaxUploads=1)
    lab.note("first", {"count": len(first["Uploads"]), "truncated": first["IsTruncated"]})
    markers = {"KeyMarker": first["NextKeyMarker"], "UploadIdMarker": first["NextUploadIdMarker"]}
    lab.call("second", lab.s3.list_multipart_uploads, Bucket=bucket, MaxUploads=1, **markers)


@list_multipart_uploads.error
def in_a_missing_bucket(lab: Lab) -> None:
    """The bucket must exist."""
    lab.call("list", lab.s3.list_multipart_uploads, Bucket=lab.name("bucket"))
