"""Copies of whole objects: CopyObject."""

from __future__ import annotations

from typing import Any

from services.context import Context
from services.s3 import errors, limits
from services.s3.attributes import copied, encryption
from services.s3.bucket import Bucket
from services.s3.conditions import check_copy_source, check_write
from services.s3.copies import Source, copied_bytes, find_source
from services.s3.integrity import DEFAULT_ALGORITHM, check_algorithm, checksum_members
from services.s3.lookup import bucket_of, check_path_key, shown_version
from services.s3.model import Checksum, ObjectVersion
from services.s3.names import whole_seconds
from services.s3.writing import commit_object, next_version_id

_CHANGES_SOMETHING = ("StorageClass", "WebsiteRedirectLocation", "ServerSideEncryption", "ChecksumAlgorithm")


async def copy_object(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """Waits only where the bytes have to be read again.

    Errors: those of the conditions, of the attributes and of finding the source; InvalidRequest for a copy that would
    change nothing and for a source of more than 5 GiB.
    https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
    """
    bucket = bucket_of(ctx, request)
    check_path_key(ctx, request["Key"])
    source = find_source(ctx, request)
    check_copy_source(request, source.version)
    attributes = copied(ctx, request, bucket, source.version)
    _check_copy(ctx, request, bucket, source)
    check_write(ctx, request, bucket)
    algorithm = _algorithm(request, source.version)
    taken = await copied_bytes(ctx, source.version, algorithm)
    with taken.held():
        # Much may have happened meanwhile.
        bucket = bucket_of(ctx, request)
        check_write(ctx, request, bucket)
        version = ObjectVersion(
            key=request["Key"],
            version_id=next_version_id(ctx, bucket),
            sha256=taken.sha256,
            size=taken.size,
            etag=taken.etag,
            last_modified_ms=ctx.now_ms(),
            checksum=Checksum(algorithm, "FULL_OBJECT", taken.checksum) if taken.checksum is not None else None,
            **attributes._asdict(),
        )
        commit_object(ctx, bucket, version, "ObjectCreated:Copy", body=taken.body)
    result = {
        "ETag": f'"{version.etag}"',
        "LastModified": whole_seconds(version.last_modified_ms),
        **checksum_members(version.checksum),
    }
    return {
        "CopyObjectResult": result,
        **source.shown_version(),
        **shown_version(bucket, version.version_id),
        **encryption(version.headers),
    }


def _check_copy(ctx: Context, request: dict[str, Any], bucket: Bucket, source: Source) -> None:
    if source.version.size > limits.COPY_SOURCE_BYTES_MAX:
        raise errors.INVALID_REQUEST(
            problem="The specified copy source is larger than the maximum allowable size for a copy source: "
            f"{limits.COPY_SOURCE_BYTES_MAX}"
        )
    onto_itself = (
        source.bucket is bucket
        and source.version.key == request["Key"]
        and (source.version_id is None or bucket.current(request["Key"]) is source.version)
    )
    replaces = request.get("MetadataDirective") == "REPLACE" or any(name in request for name in _CHANGES_SOMETHING)
    if onto_itself and not replaces:
        ctx.refuse(errors.COPY_TO_ITSELF)


def _algorithm(request: dict[str, Any], source: ObjectVersion) -> str:
    """The copy keeps its source's kind of checksum unless it is told otherwise."""
    if "ChecksumAlgorithm" in request:
        return check_algorithm(request["ChecksumAlgorithm"])
    return source.checksum.algorithm if source.checksum is not None else DEFAULT_ALGORITHM
