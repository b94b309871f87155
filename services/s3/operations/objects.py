"""Objects: PutObject, GetObject, HeadObject."""

from __future__ import annotations

from typing import Any

from services.context import Context
from services.s3 import errors, limits
from services.s3.attributes import ARCHIVES, described, encryption, requested
from services.s3.bucket import Bucket
from services.s3.conditions import check_read, check_write
from services.s3.customer_keys import check_customer_key
from services.s3.integrity import check_size, checksum_member, checksum_members, verified
from services.s3.lookup import bucket_of, check_path_key, find_object, shown_version
from services.s3.model import NULL_VERSION, Checksum, ObjectVersion
from services.s3.names import http_date, whole_seconds
from services.s3.ranges import Span, parse_range, part_span
from services.s3.writing import commit_object, next_version_id

_OVERRIDES = {
    "CacheControl": "response-cache-control",
    "ContentDisposition": "response-content-disposition",
    "ContentEncoding": "response-content-encoding",
    "ContentLanguage": "response-content-language",
    "ContentType": "response-content-type",
}
_LAST_OF_LATIN_1 = "\xff"


def check_before_body(ctx: Context, request: dict[str, Any]) -> None:
    """What PutObject is refused for before its body comes; a client that waits to be asked for it
    (``Expect: 100-continue``) never sends it then.

    Errors: EntityTooLarge, KeyTooLongError, those of the conditions and of the attributes.
    https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPUT.html
    """
    bucket = bucket_of(ctx, request)
    check_path_key(ctx, request["Key"])
    check_size(ctx, request.get("ContentLength", 0), limits.PUT_OBJECT_BYTES_MAX)
    requested(ctx, request, bucket)
    check_write(ctx, request, bucket)


def put_object(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html

    Errors: those of the conditions, of the attributes and of the checks on the bytes; EntityTooLarge, KeyTooLongError.
    """
    bucket = bucket_of(ctx, request)
    key: str = request["Key"]
    check_path_key(ctx, key)
    attributes = requested(ctx, request, bucket)
    check_write(ctx, request, bucket)
    body = request["Body"]
    check_size(ctx, body.size, limits.PUT_OBJECT_BYTES_MAX)
    computed = verified(request, body)
    version = ObjectVersion(
        key=key,
        version_id=next_version_id(ctx, bucket),
        sha256=body.sha256,
        size=body.size,
        etag=body.digests["md5"].hex(),
        last_modified_ms=ctx.now_ms(),
        checksum=Checksum(computed[0], "FULL_OBJECT", computed[1]) if computed else None,
        **attributes._asdict(),
    )
    commit_object(ctx, bucket, version, "ObjectCreated:Put", body=body)
    return {
        "ETag": f'"{version.etag}"',
        **checksum_members(version.checksum),
        **encryption(version.headers),
        # Unlike other operations, this one doesn't name the null version of a bucket whose versioning is suspended.
        **({} if version.version_id == NULL_VERSION else {"VersionId": version.version_id}),
    }


def get_object(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """``Body`` of the answer is ``(reader, start, length)``.

    Errors: those of the conditions; NoSuchKey, NoSuchVersion, MethodNotAllowed, InvalidRange, InvalidPartNumber;
    InvalidRequest for a key of the customer's, as no object is encrypted with one;
    InvalidObjectState for an archived object, which no operation here restores.
    https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
    """
    version, span, answer = _read(ctx, request, "GET")
    if version.storage_class in ARCHIVES:
        ctx.refuse(errors.INVALID_OBJECT_STATE, storage_class=version.storage_class)
    answer["Body"] = (ctx.bodies.open(version.sha256, span.start + span.length), span.start, span.length)
    return answer


def head_object(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html"""
    return _read(ctx, request, "HEAD")[2]


def _read(ctx: Context, request: dict[str, Any], method: str) -> tuple[ObjectVersion, Span, dict[str, Any]]:
    bucket = bucket_of(ctx, request)
    check_path_key(ctx, request["Key"])
    version = find_object(bucket, request["Key"], request.get("VersionId"), method=method)
    check_customer_key(request)
    _check_conditions(bucket, version, request)
    span = _wanted(ctx, version, request)
    answer: dict[str, Any] = {
        "AcceptRanges": "bytes",
        "ContentLength": span.length,
        "ETag": f'"{version.etag}"',
        "LastModified": whole_seconds(version.last_modified_ms),
        **described(version),
        **shown_version(bucket, version.version_id),
    }
    if ctx.status == 206:
        answer["ContentRange"] = span.content_range(version.size) if span.length else "bytes */0"
    if "PartNumber" in request and version.multipart is not None:
        answer["PartsCount"] = len(version.multipart.parts)
    if request.get("ChecksumMode") == "ENABLED":
        answer |= _checksum(version, span, request.get("PartNumber"))
    answer |= _overridden(request)
    if (expires_ms := request.get("ResponseExpires")) is not None:
        answer["Expires"] = http_date(expires_ms)
    return version, span, answer


def _check_conditions(bucket: Bucket, version: ObjectVersion, request: dict[str, Any]) -> None:
    headers = {"x-amz-version-id": version.version_id} if bucket.is_versioned else {}
    check_read(request, version, headers)


def _wanted(ctx: Context, version: ObjectVersion, request: dict[str, Any]) -> Span:
    """The bytes that the answer is about; what is less than the object, or asked for as a part, is 206."""
    number, header = request.get("PartNumber"), request.get("Range")
    if number is not None:
        if header is not None:
            raise errors.INVALID_REQUEST(problem="Cannot specify both Range header and partNumber query parameter")
        ctx.status = 206
        return part_span(version, number)
    span = parse_range(header, version.size) if header is not None else None
    if span is None:
        return Span(0, version.size)
    ctx.status = 206
    return span


def _overridden(request: dict[str, Any]) -> dict[str, str]:
    """The headers that the client wants to have otherwise. They come URL-encoded, and may say more than a header can.

    Errors: InvalidArgument. https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
    """
    found: dict[str, str] = {}
    for member, name in _OVERRIDES.items():
        value = request.get(f"Response{member}")
        if value is None:
            continue
        if not value.isascii() and max(value) > _LAST_OF_LATIN_1:
            raise errors.INVALID_ARGUMENT(
                problem="Header value cannot be represented using ISO-8859-1.", name=name, value=value
            )
        found[member] = value
    return found


def _checksum(version: ObjectVersion, span: Span, number: int | None) -> dict[str, str]:
    """A checksum fits what it was computed over: the object, or one of its parts, but no other range."""
    if number is not None and version.multipart is not None:
        part = version.multipart.parts[number - 1]
        if version.checksum is None or part.checksum is None:
            return {}
        return {**checksum_member(version.checksum.algorithm, part.checksum), "ChecksumType": version.checksum.type}
    if span.length != version.size:
        return {}
    return checksum_members(version.checksum)
