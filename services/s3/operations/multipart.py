"""Multipart uploads: CreateMultipartUpload, UploadPart, UploadPartCopy, CompleteMultipartUpload, AbortMultipartUpload.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote_plus

from services.bodies import Body
from services.checksums import new_digest
from services.context import Context
from services.s3 import errors, limits
from services.s3.attributes import encryption, requested
from services.s3.bucket import Bucket
from services.s3.completion import (
    already_completed,
    completed_object,
    listed_parts,
    object_algorithm,
    object_checksum,
    part_members,
)
from services.s3.conditions import check_completion, check_copy_source
from services.s3.copies import copied_bytes, find_source
from services.s3.customer_keys import refuse_customer_key
from services.s3.integrity import (
    check_algorithm,
    check_size,
    checksum_member,
    checksum_members,
    upload_checksum_type,
    verified,
)
from services.s3.lookup import bucket_of, bucket_url, check_path_key, find_upload, shown_version
from services.s3.model import ObjectVersion, Part, Upload
from services.s3.names import new_upload_id, whole_seconds
from services.s3.ranges import check_part_number, parse_copy_range
from services.s3.writing import bucket_change, commit_object, next_version_id


def create_multipart_upload(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateMultipartUpload.html

    Errors: those of the attributes; InvalidRequest for a checksum type that the algorithm doesn't have.
    """
    bucket = bucket_of(ctx, request)
    key: str = request["Key"]
    check_path_key(ctx, key)
    attributes = requested(ctx, request, bucket)
    algorithm = check_algorithm(request["ChecksumAlgorithm"]) if "ChecksumAlgorithm" in request else None
    now_ms = ctx.now_ms()
    upload = Upload(
        key=key,
        upload_id=new_upload_id(ctx.ids, now_ms),
        initiated_ms=now_ms,
        checksum_algorithm=algorithm,
        checksum_type=upload_checksum_type(algorithm, request.get("ChecksumType")),
        **attributes._asdict(),
    )
    ctx.commit(bucket_change(bucket, "create_upload", upload=upload.encode()))
    answer: dict[str, Any] = {
        "Bucket": bucket.name,
        "Key": key,
        "UploadId": upload.upload_id,
        **encryption(upload.headers),
    }
    if upload.checksum_algorithm is not None:
        answer |= {"ChecksumAlgorithm": upload.checksum_algorithm, "ChecksumType": upload.checksum_type}
    return answer


def check_before_body(ctx: Context, request: dict[str, Any]) -> None:
    """What UploadPart is refused for before its body comes. Errors: NoSuchUpload, InvalidArgument, EntityTooLarge,
    NotImplemented."""
    bucket = bucket_of(ctx, request)
    refuse_customer_key(request)
    _part_number(request)
    find_upload(bucket, request["Key"], request["UploadId"])
    check_size(ctx, request.get("ContentLength", 0), limits.PART_BYTES_MAX)


def upload_part(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPart.html

    Errors: NoSuchUpload, InvalidArgument, EntityTooLarge, those of the checks on the bytes, and InvalidRequest where
    the checksum isn't of the upload's kind.
    """
    bucket = bucket_of(ctx, request)
    refuse_customer_key(request)
    number = _part_number(request)
    upload = find_upload(bucket, request["Key"], request["UploadId"]).upload
    body = request["Body"]
    check_size(ctx, body.size, limits.PART_BYTES_MAX)
    computed = verified(request, body)
    checksum = _part_checksum(upload, computed)
    part = Part(number, body.sha256, body.size, body.digests["md5"].hex(), ctx.now_ms(), checksum)
    _commit_part(ctx, bucket, upload, part, body)
    shown = checksum_member(*computed) if computed else {}
    return {"ETag": f'"{part.etag}"', **shown, **encryption(upload.headers)}


def _part_number(request: dict[str, Any]) -> int:
    number: int = request["PartNumber"]
    check_part_number(number)
    return number


def _part_checksum(upload: Upload, computed: tuple[str, str] | None) -> str | None:
    """The checksum that a part is kept with: of the upload's algorithm, and not to be left out where the object's is
    made of them. An upload that was begun without an algorithm takes parts with any: SDKs add one of their own accord
    (https://docs.aws.amazon.com/sdkref/latest/guide/feature-dataintegrity.html); it is verified, and that is all."""
    expected = upload.checksum_algorithm
    if expected is None:
        return None
    actual = computed[0] if computed else None
    if actual != expected and (actual is not None or upload.checksum_type == "COMPOSITE"):
        raise errors.CHECKSUM_TYPE_MISMATCH(
            expected=expected.lower(),
            actual=(actual or "null").lower(),
        )
    return computed[1] if computed else None


def _commit_part(ctx: Context, bucket: Bucket, upload: Upload, part: Part, body: Body | None) -> None:
    change = bucket_change(bucket, "put_part", key=upload.key, upload_id=upload.upload_id, part=part.encode())
    ctx.commit(change, bodies=() if body is None else (body,))


async def upload_part_copy(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPartCopy.html

    Errors: NoSuchUpload, InvalidArgument, InvalidRequest, those of finding the source and of the conditions on it.
    """
    refuse_customer_key(request)
    number = _part_number(request)
    upload = find_upload(bucket_of(ctx, request), request["Key"], request["UploadId"]).upload
    source = find_source(ctx, request)
    check_copy_source(request, source.version)
    header = request.get("CopySourceRange")
    span = parse_copy_range(header, source.version.size) if header is not None else None
    if (source.version.size if span is None else span.length) > limits.PART_BYTES_MAX:
        raise errors.INVALID_REQUEST(
            problem="The specified copy source is larger than the maximum allowable size for a copy source: "
            f"{limits.PART_BYTES_MAX}"
        )
    taken = await copied_bytes(ctx, source.version, upload.checksum_algorithm, span)
    with taken.held():
        # The upload may have ended meanwhile.
        bucket = bucket_of(ctx, request)
        upload = find_upload(bucket, request["Key"], request["UploadId"]).upload
        part = Part(number, taken.sha256, taken.size, taken.etag, ctx.now_ms(), taken.checksum)
        _commit_part(ctx, bucket, upload, part, taken.body)
    result = {**part_members(upload, part), "LastModified": whole_seconds(part.last_modified_ms)}
    return {"CopyPartResult": result, **source.shown_version(), **encryption(upload.headers)}


async def complete_multipart_upload(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """Makes one body of the parts' and puts the object. Once done, asking again for the same parts gives the same
    answer.

    Errors: NoSuchUpload, those of :func:`~services.s3.completion.listed_parts` and of the conditions; BadDigest.
    https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html
    """
    bucket = bucket_of(ctx, request)
    key, upload_id = request["Key"], request["UploadId"]
    if (done := already_completed(bucket, request)) is not None:
        return _completed(ctx, bucket, done)
    entry = find_upload(bucket, key, upload_id)
    parts = listed_parts(ctx, entry, request)
    check_completion(ctx, request, bucket, entry.upload)
    algorithm = object_algorithm(entry.upload)
    # A composite checksum is made of the parts'; only a full-object one is computed over the bytes.
    digests = {} if entry.upload.checksum_type == "COMPOSITE" else {algorithm: new_digest(algorithm)}
    body = await ctx.bodies.concatenate([(part.sha256, 0, part.size) for part in parts], digests)
    try:
        bucket = bucket_of(ctx, request)
        if (done := already_completed(bucket, request)) is not None:
            return _completed(ctx, bucket, done)
        # Entity tags are looked at once more: a part of the same tag has the same bytes.
        parts = listed_parts(ctx, find_upload(bucket, key, upload_id), request)
        check_completion(ctx, request, bucket, entry.upload)
        checksum = object_checksum(entry.upload, parts, body, request)
        version_id = next_version_id(ctx, bucket)
        version = completed_object(entry.upload, parts, body, checksum, version_id, ctx.now_ms())
        commit_object(ctx, bucket, version, "ObjectCreated:CompleteMultipartUpload", body=body, upload_id=upload_id)
    finally:
        body.discard()
    return _completed(ctx, bucket, version)


def _completed(ctx: Context, bucket: Bucket, version: ObjectVersion) -> dict[str, Any]:
    return {
        # AWS writes slashes and spaces of the key as a form does.
        "Location": bucket_url(ctx, bucket.name) + quote_plus(version.key, safe="*"),
        "Bucket": bucket.name,
        "Key": version.key,
        "ETag": f'"{version.etag}"',
        **checksum_members(version.checksum),
        **encryption(version.headers),
        **shown_version(bucket, version.version_id),
    }


def abort_multipart_upload(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_AbortMultipartUpload.html. Errors: NoSuchUpload."""
    bucket = bucket_of(ctx, request)
    if "IfMatchInitiatedTime" in request:
        raise errors.NOT_IMPLEMENTED(header="x-amz-if-match-initiated-time")
    upload = find_upload(bucket, request["Key"], request["UploadId"]).upload
    ctx.commit(bucket_change(bucket, "abort_upload", key=upload.key, upload_id=upload.upload_id))
    return {}
