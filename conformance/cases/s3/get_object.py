"""GetObject."""

from conformance.case import operation
from conformance.lab import Lab

get_object = operation("s3.GetObject", "https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html")

BODY = b"0123456789"


@get_object.success
def whole(lab: Lab) -> None:
    """The body, its length, type, ETag and time."""
    bucket = lab.bucket(objects={"k": BODY})
    lab.call("get", lab.s3.get_object, Bucket=bucket, Key="k")


@get_object.success
def headers_on_the_wire(lab: Lab) -> None:
    """The headers that clients read, as they are sent."""
    bucket = lab.bucket(objects={"k": BODY})
    shown = ("content-type", "content-length", "accept-ranges", "etag", "last-modified")
    lab.http("get", "GET", f"/{bucket}/k", sign="s3", show=shown)


@get_object.success
def one_range(lab: Lab) -> None:
    """A range is answered with 206 and Content-Range."""
    bucket = lab.bucket(objects={"k": BODY})
    lab.call("closed", lab.s3.get_object, Bucket=bucket, Key="k", Range="bytes=2-4")
    lab.call("open", lab.s3.get_object, Bucket=bucket, Key="k", Range="bytes=7-")
    lab.call("suffix", lab.s3.get_object, Bucket=bucket, Key="k", Range="bytes=-3")
    lab.call("beyond the end", lab.s3.get_object, Bucket=bucket, Key="k", Range="bytes=8-99")


@get_object.success
def ignores_a_range_it_cannot_read(lab: Lab) -> None:
    """A Range header that isn't well-formed is ignored."""
    bucket = lab.bucket(objects={"k": BODY})
    lab.call("get", lab.s3.get_object, Bucket=bucket, Key="k", Range="lines=1-2")


@get_object.success
def conditions_that_hold(lab: Lab) -> None:
    """If-Match with the ETag and If-None-Match with another one answer 200."""
    bucket = lab.bucket()
    etag = lab.s3.put_object(Bucket=bucket, Key="k", Body=BODY)["ETag"]
    lab.call("if match", lab.s3.get_object, Bucket=bucket, Key="k", IfMatch=etag)
    lab.call("if none match", lab.s3.get_object, Bucket=bucket, Key="k", IfNoneMatch='"other"')


@get_object.success
def with_other_response_headers(lab: Lab) -> None:
    """`response-*` parameters replace headers of the answer."""
    bucket = lab.bucket(objects={"k": BODY})
    lab.call(
        "get",
        lab.s3.get_object,
        Bucket=bucket,
        Key="k",
        ResponseContentType="text/plain",
        ResponseContentDisposition="inline",
        ResponseCacheControl="no-cache",
    )


@get_object.success
def an_old_version(lab: Lab) -> None:
    """`versionId` names one version."""
    bucket = lab.bucket("Enabled")
    first = lab.s3.put_object(Bucket=bucket, Key="k", Body=b"one")
    lab.s3.put_object(Bucket=bucket, Key="k", Body=b"two")
    lab.call("first", lab.s3.get_object, Bucket=bucket, Key="k", VersionId=first["VersionId"])
    lab.call("latest", lab.s3.get_object, Bucket=bucket, Key="k")


@get_object.error
def not_modified(lab: Lab) -> None:
    """If-None-Match with the ETag answers 304 without a body."""
    bucket = lab.bucket()
    etag = lab.s3.put_object(Bucket=bucket, Key="k", Body=BODY)["ETag"]
    lab.call("get", lab.s3.get_object, Bucket=bucket, Key="k", IfNoneMatch=etag)
    headers = {"if-none-match": etag}
    lab.http("raw", "GET", f"/{bucket}/k", headers=headers, sign="s3", show=("etag", "content-type"))


@get_object.error
def precondition_failed(lab: Lab) -> None:
    """If-Match with another ETag answers 412."""
    bucket = lab.bucket(objects={"k": BODY})
    lab.call("get", lab.s3.get_object, Bucket=bucket, Key="k", IfMatch='"other"')


@get_object.error
def range_outside(lab: Lab) -> None:
    """A range that begins behind the end answers 416."""
    bucket = lab.bucket(objects={"k": BODY})
    lab.call("get", lab.s3.get_object, Bucket=bucket, Key="k", Range="bytes=10-11")


@get_object.error
def of_a_missing_key(lab: Lab) -> None:
    """A key that doesn't exist answers 404 with the key."""
    lab.call("get", lab.s3.get_object, Bucket=lab.bucket(), Key="missing")


@get_object.error
def of_a_missing_bucket(lab: Lab) -> None:
    """A bucket that doesn't exist answers 404 with the bucket's name."""
    lab.call("get", lab.s3.get_object, Bucket=lab.name("bucket"), Key="k")


@get_object.error
def error_document_on_the_wire(lab: Lab) -> None:
    """An error is an XML document with code, message and ids, without a namespace."""
    bucket = lab.bucket()
    lab.http("get", "GET", f"/{bucket}/missing", sign="s3")


@get_object.error
def behind_a_delete_marker(lab: Lab) -> None:
    """When the latest version is a delete marker the answer is 404 and says so."""
    bucket = lab.bucket("Enabled", objects={"k": BODY})
    lab.s3.delete_object(Bucket=bucket, Key="k")
    lab.http("get", "GET", f"/{bucket}/k", sign="s3", show=("x-amz-delete-marker", "x-amz-version-id"))


@get_object.error
def of_a_delete_marker(lab: Lab) -> None:
    """A delete marker can't be read by its version id: 405."""
    bucket = lab.bucket("Enabled", objects={"k": BODY})
    marker = lab.s3.delete_object(Bucket=bucket, Key="k")
    lab.call("get", lab.s3.get_object, Bucket=bucket, Key="k", VersionId=marker["VersionId"])


@get_object.error
def of_a_version_that_never_was(lab: Lab) -> None:
    """A version id that can't be one of S3's is an invalid argument."""
    bucket = lab.bucket("Enabled", objects={"k": BODY})
    lab.call("get", lab.s3.get_object, Bucket=bucket, Key="k", VersionId="nonsense")


@get_object.error
def with_a_key_of_the_customers(lab: Lab) -> None:
    """An object that isn't encrypted with a customer's key isn't read with one."""
    bucket = lab.bucket(objects={"k": b"x"})
    key = {"SSECustomerAlgorithm": "AES256", "SSECustomerKey": "0123456789abcdef0123456789abcdef"}
    lab.call("get", lab.s3.get_object, Bucket=bucket, Key="k", **key)
    lab.call("head", lab.s3.head_object, Bucket=bucket, Key="k", **key)
