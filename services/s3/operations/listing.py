"""Listings of objects: ListObjects and ListObjectsV2."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from services.context import Context
from services.s3 import listing
from services.s3.bucket import Bucket
from services.s3.listing import Page, Position
from services.s3.lookup import bucket_of
from services.s3.model import ObjectVersion
from services.s3.names import owner, whole_seconds


def list_objects(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjects.html. Errors: InvalidArgument."""
    bucket = _listed_bucket(ctx, request)
    prefix, delimiter, marker = (request.get(name, "") for name in ("Prefix", "Delimiter", "Marker"))
    limit = listing.page_size(request, "MaxKeys", "maxKeys")
    encode = listing.text_encoder(request)
    page = _page(bucket, prefix, delimiter, listing.behind_marker(marker, prefix, delimiter), limit)
    answer = _head(bucket, request, page, encode, limit)
    answer["Marker"] = encode(marker)
    if page.is_truncated and delimiter:
        answer["NextMarker"] = encode(_last(page))
    return answer | _listed(bucket, page, encode, shows_owner=True)


def list_objects_v2(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html. Errors: InvalidArgument."""
    bucket = _listed_bucket(ctx, request)
    prefix, delimiter = request.get("Prefix", ""), request.get("Delimiter", "")
    start_after, token = request.get("StartAfter", ""), request.get("ContinuationToken")
    limit = listing.page_size(request, "MaxKeys", "maxKeys")
    encode = listing.text_encoder(request)
    if token is not None:
        position = listing.continued(token)
    else:
        position = Position(start_after, not start_after)
    page = _page(bucket, prefix, delimiter, position, limit)
    answer = _head(bucket, request, page, encode, limit)
    answer["KeyCount"] = len(page.items) + len(page.prefixes)
    if token is not None:
        answer["ContinuationToken"] = token
    elif start_after:
        answer["StartAfter"] = encode(start_after)
    if page.is_truncated:
        answer["NextContinuationToken"] = listing.continuation_token(
            _last(page), is_prefix=page.last_prefix is not None
        )
    return answer | _listed(bucket, page, encode, shows_owner=bool(request.get("FetchOwner")))


def _listed_bucket(ctx: Context, request: dict[str, Any]) -> Bucket:
    """An answer names its bucket's Region, as HeadBucket's does: clients find out so where to send their calls."""
    bucket = bucket_of(ctx, request)
    ctx.headers["x-amz-bucket-region"] = bucket.settings.location
    return bucket


def _page(bucket: Bucket, prefix: str, delimiter: str, position: Position, limit: int) -> Page[ObjectVersion]:
    objects = bucket.objects

    def keys_from(start: Position) -> Iterator[str]:
        return objects.irange(start.start, inclusive=(start.inclusive, True))

    def items_of(key: str) -> tuple[ObjectVersion]:
        return (objects[key],)

    return listing.take(listing.walk(keys_from, prefix, delimiter, position), limit, items_of)


def _last(page: Page[ObjectVersion]) -> str:
    if page.last_prefix is not None:
        return page.last_prefix
    assert page.last is not None, "a truncated page has a last entry"
    return page.last.key


def _head(
    bucket: Bucket, request: dict[str, Any], page: Page[ObjectVersion], encode: Callable[[str], str], limit: int
) -> dict[str, Any]:
    """What both versions of the operation say of the listing, which comes before what is listed: who reads the document
    as it arrives knows then what it is about."""
    return {
        "Name": bucket.name,
        "Prefix": encode(request.get("Prefix", "")),
        "MaxKeys": limit,
        "IsTruncated": page.is_truncated,
        **listing.echoed(request, encode),
    }


def _listed(
    bucket: Bucket, page: Page[ObjectVersion], encode: Callable[[str], str], *, shows_owner: bool
) -> dict[str, Any]:
    contents = [_entry(version, encode) for version in page.items]
    if shows_owner:
        shown = owner(bucket.settings.account)
        for entry in contents:
            entry["Owner"] = shown
    return {"Contents": contents, "CommonPrefixes": [{"Prefix": encode(text)} for text in page.prefixes]}


def _entry(version: ObjectVersion, encode: Callable[[str], str]) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "Key": encode(version.key),
        "LastModified": whole_seconds(version.last_modified_ms),
        "ETag": f'"{version.etag}"',
        "Size": version.size,
        "StorageClass": version.storage_class,
    }
    if version.checksum is not None:
        entry["ChecksumAlgorithm"] = [version.checksum.algorithm]
        entry["ChecksumType"] = version.checksum.type
    return entry
