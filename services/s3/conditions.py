"""Conditions on a request: If-Match and its kin, for reads, copies, writes and deletions.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-requests.html, and RFC 7232 for what takes precedence:
an entity tag beats a time.
"""

from __future__ import annotations

from typing import Any

from services.context import Context
from services.errors import ServiceError
from services.s3 import errors
from services.s3.bucket import Bucket
from services.s3.model import ObjectVersion, Upload
from services.s3.names import http_date, whole_seconds


def etag_matches(header: str, etag: str) -> bool:
    """Whether an entity tag is among those of a header, which may stand with quotes or without, or be ``*``."""
    for candidate in header.split(","):
        tag = candidate.strip().removeprefix("W/").strip('"')
        if tag in ("*", etag):
            return True
    return False


def check_read(request: dict[str, Any], version: ObjectVersion, headers: dict[str, str]) -> None:
    """The conditions of GetObject and HeadObject. ``headers`` go with an answer of 304.

    Errors: PreconditionFailed (412), NotModified (304).
    """
    modified = whole_seconds(version.last_modified_ms)
    if (tags := request.get("IfMatch")) is not None:
        if not etag_matches(tags, version.etag):
            raise errors.PRECONDITION_FAILED(condition="If-Match")
    elif (since := request.get("IfUnmodifiedSince")) is not None and modified > since:
        raise errors.PRECONDITION_FAILED(condition="If-Unmodified-Since")
    if (tags := request.get("IfNoneMatch")) is not None:
        unchanged = etag_matches(tags, version.etag)
    else:
        unchanged = (since := request.get("IfModifiedSince")) is not None and modified <= since
    if unchanged:
        raise errors.NOT_MODIFIED(
            headers={"etag": f'"{version.etag}"', "last-modified": http_date(version.last_modified_ms), **headers}
        )


def check_copy_source(request: dict[str, Any], source: ObjectVersion) -> None:
    """The conditions of CopyObject and UploadPartCopy on what is copied; all fail with 412.

    https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
    """
    modified = whole_seconds(source.last_modified_ms)
    failed = None
    if (tags := request.get("CopySourceIfMatch")) is not None:
        if not etag_matches(tags, source.etag):
            failed = "If-Match"
    elif (since := request.get("CopySourceIfUnmodifiedSince")) is not None and modified > since:
        failed = "If-Unmodified-Since"
    if (tags := request.get("CopySourceIfNoneMatch")) is not None:
        if etag_matches(tags, source.etag):
            failed = "If-None-Match"
    elif (since := request.get("CopySourceIfModifiedSince")) is not None and modified <= since:
        failed = "If-Modified-Since"
    if failed is not None:
        raise errors.PRECONDITION_FAILED(condition=f"x-amz-copy-source-{failed}")


def check_write(ctx: Context, request: dict[str, Any], bucket: Bucket) -> None:
    """The conditions of PutObject, CopyObject and CompleteMultipartUpload on what they would take the place of.

    Errors: PreconditionFailed; NoSuchKey for If-Match where there is no object; NotImplemented for both conditions at
    once, an If-None-Match other than ``*`` and an If-Match that is ``*``.
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
    """
    key: str = request["Key"]
    forbidding, demanding = request.get("IfNoneMatch"), request.get("IfMatch")
    if forbidding is not None and demanding is not None:
        raise errors.NOT_IMPLEMENTED(
            header="If-Match,If-None-Match", detail="Multiple conditional request headers present in the request"
        )
    if forbidding is not None:
        if forbidding.strip() != "*":
            raise _value_not_accepted("If-None-Match")
        if key in bucket.objects:
            raise errors.PRECONDITION_FAILED(condition="If-None-Match")
    if demanding is not None:
        if demanding.strip() == "*":
            raise _value_not_accepted("If-Match")
        current = bucket.objects.get(key)
        if current is None:
            raise errors.NO_SUCH_KEY(key=key)
        if not etag_matches(demanding, current.etag):
            raise errors.PRECONDITION_FAILED(condition="If-Match")


def _value_not_accepted(header: str) -> ServiceError:
    return errors.NOT_IMPLEMENTED(
        header=header, detail=f"We don't accept the provided value of {header} header for this API"
    )


def check_completion(ctx: Context, request: dict[str, Any], bucket: Bucket, upload: Upload) -> None:
    """The conditions of CompleteMultipartUpload. One that holds fails all the same where the key was written or
    deleted since the upload began: who lost that race has to begin anew. Of a deletion only a delete marker tells.

    Errors: those of :func:`check_write`, ConditionalRequestConflict.
    """
    check_write(ctx, request, bucket)
    current = bucket.current(upload.key)
    if current is None or current.last_modified_ms <= upload.initiated_ms:
        return
    for member, header in (("IfMatch", "If-Match"), ("IfNoneMatch", "If-None-Match")):
        if member in request:
            raise errors.CONDITIONAL_REQUEST_CONFLICT(condition=header, key=upload.key)


def check_deletion(bucket: Bucket, key: str, etag: str | None) -> None:
    """The condition of a deletion, always on the current version: an entity tag, or ``*`` for any object at all.

    Errors: PreconditionFailed; NoSuchKey for an entity tag where there is no object.
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-deletes.html
    """
    if etag is None:
        return
    current = bucket.objects.get(key)
    if current is None and etag.strip() != "*":
        raise errors.NO_SUCH_KEY(key=key)
    if current is None or not etag_matches(etag, current.etag):
        raise errors.PRECONDITION_FAILED(condition="If-Match")
