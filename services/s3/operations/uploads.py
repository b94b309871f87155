"""Listings of uploads on their way: ListMultipartUploads and ListParts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from services.context import Context
from services.s3 import errors, limits, listing
from services.s3.bucket import Bucket
from services.s3.completion import part_members
from services.s3.listing import Page, Position
from services.s3.lookup import bucket_of, find_upload
from services.s3.model import Upload
from services.s3.names import owner, whole_seconds

_BEHIND_ALL_IDS = "~"
"""Sorts behind every upload id."""


def list_parts(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """Errors: NoSuchUpload, InvalidArgument. https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListParts.html"""
    bucket = bucket_of(ctx, request)
    entry = find_upload(bucket, request["Key"], request["UploadId"])
    upload, marker = entry.upload, listing.count(request.get("PartNumberMarker", 0), "part-number-marker")
    limit = listing.page_size(request, "MaxParts", "max-parts", limits.PARTS_A_PAGE_MAX)
    numbers = list(islice(entry.parts.irange(marker, inclusive=(False, True)), limit + 1))
    shown = [entry.parts[number] for number in numbers[:limit]]
    answer: dict[str, Any] = {
        "Bucket": bucket.name,
        "Key": upload.key,
        "UploadId": upload.upload_id,
        "PartNumberMarker": marker,
        "NextPartNumberMarker": shown[-1].number if shown else 0,
        "MaxParts": limit,
        "IsTruncated": limit > 0 and len(numbers) > limit,
        "Parts": [
            {
                "PartNumber": part.number,
                "LastModified": whole_seconds(part.last_modified_ms),
                "Size": part.size,
                **part_members(upload, part),
            }
            for part in shown
        ],
        **_people(bucket),
        "StorageClass": upload.storage_class,
    }
    return answer | _checksum(upload)


def list_multipart_uploads(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """By key, and for one key in the order in which they were begun. The next markers are told on the last page too.

    Errors: InvalidArgument. https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListMultipartUploads.html
    """
    bucket = bucket_of(ctx, request)
    prefix, delimiter, key_marker = (request.get(name, "") for name in ("Prefix", "Delimiter", "KeyMarker"))
    id_marker = request.get("UploadIdMarker", "") if key_marker else ""
    _check_marker(bucket, key_marker, id_marker)
    limit = listing.page_size(request, "MaxUploads", "max-uploads", limits.UPLOADS_A_PAGE_MAX)
    encode = listing.text_encoder(request)
    if id_marker:
        position = Position(key_marker, True)
    else:
        position = listing.behind_marker(key_marker, prefix, delimiter)

    def items_of(key: str) -> Iterator[Upload]:
        behind = id_marker if key == key_marker else ""
        found = bucket.uploads.irange((key, behind), (key, _BEHIND_ALL_IDS), inclusive=(False, False))
        return (bucket.uploads[name].upload for name in found)

    entries = listing.walk(lambda start: _keys_from(bucket, start), prefix, delimiter, position)
    page = listing.take(entries, limit, items_of)
    answer: dict[str, Any] = {
        "Bucket": bucket.name,
        "KeyMarker": encode(key_marker),
        "UploadIdMarker": id_marker,
        "MaxUploads": limit,
        "IsTruncated": page.is_truncated,
        **listing.echoed(request, encode),
        **_next(page, encode),
    }
    if prefix:
        answer["Prefix"] = encode(prefix)
    answer["Uploads"] = [_entry(bucket, upload, encode) for upload in page.items]
    answer["CommonPrefixes"] = [{"Prefix": encode(text)} for text in page.prefixes]
    return answer


def _check_marker(bucket: Bucket, key_marker: str, id_marker: str) -> None:
    """Refuses the id of another key's upload. One that has ended is fine: who aborts page by page names such."""
    if not id_marker or (key_marker, id_marker) in bucket.uploads:
        return
    if any(upload_id == id_marker for _, upload_id in bucket.uploads):
        raise errors.INVALID_ARGUMENT(problem="Invalid uploadId marker", name="upload-id-marker", value=id_marker)


def _keys_from(bucket: Bucket, start: Position) -> Iterator[str]:
    """Keys that have uploads, each once."""
    first = (start.start, "" if start.inclusive else _BEHIND_ALL_IDS)
    last = None
    for key, _ in bucket.uploads.irange(first):
        if key != last:
            yield key
        last = key


def _next(page: Page[Upload], encode: Callable[[str], str]) -> dict[str, str]:
    if page.last is None:
        return {"NextKeyMarker": encode(page.last_prefix or ""), "NextUploadIdMarker": ""}
    return {"NextKeyMarker": encode(page.last.key), "NextUploadIdMarker": page.last.upload_id}


def _entry(bucket: Bucket, upload: Upload, encode: Callable[[str], str]) -> dict[str, Any]:
    return {
        "Key": encode(upload.key),
        "UploadId": upload.upload_id,
        "Initiated": whole_seconds(upload.initiated_ms),
        "StorageClass": upload.storage_class,
        **_people(bucket),
        **_checksum(upload),
    }


def _people(bucket: Bucket) -> dict[str, Any]:
    shown = owner(bucket.settings.account)
    return {"Owner": shown, "Initiator": shown}


def _checksum(upload: Upload) -> dict[str, Any]:
    if upload.checksum_algorithm is None:
        return {}
    return {"ChecksumAlgorithm": upload.checksum_algorithm, "ChecksumType": upload.checksum_type}
