"""What a copy takes from its source: the source itself, and the bytes with their entity tag and checksum.

Bytes are kept by content, so a copy of a whole object is another reference to the same body. They are read again only
where something about them isn't known: the MD5 of an object that came in parts, a checksum in another algorithm, a
range.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, unquote_plus

from services.bodies import Body
from services.checksums import encoded, new_digest
from services.context import Context
from services.s3 import errors
from services.s3.attributes import ARCHIVES
from services.s3.bucket import Bucket
from services.s3.customer_keys import check_source_customer_key
from services.s3.lookup import check_version_id, find_bucket, find_object
from services.s3.model import DeleteMarker, ObjectVersion
from services.s3.ranges import Span

_NAME = "x-amz-copy-source"


@dataclass(frozen=True, slots=True)
class Source:
    """version_id: the one that the request names, if it names one."""

    bucket: Bucket
    version: ObjectVersion
    version_id: str | None

    def shown_version(self) -> dict[str, str]:
        """``CopySourceVersionId`` for an answer."""
        return {"CopySourceVersionId": self.version.version_id} if self.bucket.is_versioned else {}


def find_source(ctx: Context, request: dict[str, Any]) -> Source:
    """The object that ``x-amz-copy-source`` names: ``[/]bucket/key[?versionId=id]``, URL-encoded, with ``+`` for a
    space too.

    Errors: InvalidArgument, InvalidRequest, and those of looking up the bucket and the object.
    https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html#API_CopyObject_RequestSyntax
    """
    header: str = request["CopySource"]
    path, has_version, version = header.partition("?versionId=")
    bucket_name, _, key = unquote_plus(path).removeprefix("/").partition("/")
    if not bucket_name or not key:
        raise errors.INVALID_ARGUMENT(problem="Invalid copy source object key", name=_NAME, value=_NAME)
    bucket = find_bucket(ctx, bucket_name, request.get("ExpectedSourceBucketOwner"))
    version_id = unquote(version) if has_version else None
    if version_id is not None:
        check_version_id(version_id)
        if isinstance(bucket.version(key, version_id), DeleteMarker):
            raise errors.INVALID_REQUEST(
                problem="The source of a copy request may not specifically refer to a delete marker by version id."
            )
    found = find_object(bucket, key, version_id)
    check_source_customer_key(request)
    if found.storage_class in ARCHIVES:
        ctx.refuse(errors.INVALID_SOURCE_STATE, storage_class=found.storage_class)
    return Source(bucket, found, version_id)


@dataclass(frozen=True, slots=True)
class CopiedBytes:
    """etag: their MD5. checksum: base64, in the algorithm that was asked for. body: None where they are kept
    already."""

    sha256: str
    size: int
    etag: str
    checksum: str | None
    body: Body | None = None

    @contextmanager
    def held(self) -> Iterator[None]:
        """Lets go of a new body at the end, whether it was committed or refused."""
        try:
            yield
        finally:
            if self.body is not None:
                self.body.discard()


async def copied_bytes(
    ctx: Context, source: ObjectVersion, algorithm: str | None, span: Span | None = None
) -> CopiedBytes:
    """A source's bytes, or a span of them, with their MD5 and, for an algorithm, their checksum."""
    whole = span is None or span == Span(0, source.size)
    came_in_parts = "-" in source.etag
    if whole and not came_in_parts:
        if algorithm is None:
            return CopiedBytes(source.sha256, source.size, source.etag, None)
        known = source.checksum
        if known is not None and known.algorithm == algorithm and known.type == "FULL_OBJECT":
            return CopiedBytes(source.sha256, source.size, source.etag, known.value)
    start, length = span or Span(0, source.size)
    digests = {"md5": new_digest("MD5")}
    if algorithm is not None:
        digests[algorithm] = new_digest(algorithm)
    body = await ctx.bodies.concatenate([(source.sha256, start, length)], digests)
    checksum = encoded(body.digests[algorithm]) if algorithm is not None else None
    return CopiedBytes(body.sha256, body.size, body.digests["md5"].hex(), checksum, body)
