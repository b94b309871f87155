"""Versioning: PutBucketVersioning, GetBucketVersioning, ListObjectVersions.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/Versioning.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import dropwhile, islice
from typing import Any

from services.context import Context
from services.s3 import errors, listing
from services.s3.bucket import Bucket
from services.s3.listing import Position
from services.s3.lookup import bucket_of, payload
from services.s3.model import ObjectVersion, Version
from services.s3.names import owner, whole_seconds
from services.s3.writing import bucket_change
from services.traits import INTERLEAVED


def put_bucket_versioning(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketVersioning.html

    Errors: IllegalVersioningConfigurationException without a status; MalformedXML for one other than Enabled
    and Suspended; NotImplemented for MFA delete.
    """
    bucket = bucket_of(ctx, request)
    configuration = payload(request, "VersioningConfiguration")
    if configuration.get("MFADelete") == "Enabled":
        raise errors.NOT_IMPLEMENTED(header="VersioningConfiguration/MfaDelete")
    status = configuration.get("Status")
    if status is None:
        raise errors.ILLEGAL_VERSIONING_CONFIGURATION()
    if status not in ("Enabled", "Suspended"):
        raise errors.MALFORMED_XML()
    ctx.commit(bucket_change(bucket, "put_versioning", status=status))
    return {}


def get_bucket_versioning(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketVersioning.html"""
    status = bucket_of(ctx, request).settings.versioning
    return {"Status": status} if status else {}


def list_object_versions(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """Errors: InvalidArgument. https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html"""
    bucket = bucket_of(ctx, request)
    prefix, delimiter, key_marker = (request.get(name, "") for name in ("Prefix", "Delimiter", "KeyMarker"))
    version_marker = request.get("VersionIdMarker")
    _check_marker(key_marker, version_marker)
    limit = listing.page_size(request, "MaxKeys", "maxKeys")
    encode = listing.text_encoder(request)
    if version_marker:
        position = Position(key_marker, True)
    else:
        position = listing.behind_marker(key_marker, prefix, delimiter)

    def items_of(key: str) -> list[Version]:
        versions = bucket.versions(key)
        return _behind(versions, version_marker) if version_marker and key == key_marker else versions

    def keys_from(start: Position) -> Iterator[str]:
        return bucket.keys_from(start.start, inclusive=start.inclusive)

    entries = listing.walk(keys_from, prefix, delimiter, position)
    page = listing.take(entries, limit, items_of)
    answer: dict[str, Any] = {
        "Name": bucket.name,
        "Prefix": encode(prefix),
        "KeyMarker": encode(key_marker),
        "VersionIdMarker": version_marker or "",
        "MaxKeys": limit,
        "IsTruncated": page.is_truncated,
        **listing.echoed(request, encode),
    }
    if page.is_truncated:
        if page.last is not None:
            answer |= {"NextKeyMarker": encode(page.last.key), "NextVersionIdMarker": page.last.version_id}
        else:
            answer["NextKeyMarker"] = encode(page.last_prefix or "")
    answer[INTERLEAVED] = _runs(bucket, page.items, encode)
    return answer | {"CommonPrefixes": [{"Prefix": encode(text)} for text in page.prefixes]}


def _check_marker(key_marker: str, version_marker: str | None) -> None:
    if version_marker is None:
        return
    if not version_marker:
        problem = "A version-id marker cannot be empty."
    elif not key_marker:
        problem = "A version-id marker cannot be specified without a key marker."
    else:
        return
    raise errors.INVALID_ARGUMENT(problem=problem, name="version-id-marker", value=version_marker)


def _behind(versions: list[Version], version_id: str) -> list[Version]:
    """What is older than a version. Where that one is gone by now, all: who deletes page by page must miss none."""
    behind = list(islice(dropwhile(lambda version: version.version_id != version_id, versions), 1, None))
    return behind if any(version.version_id == version_id for version in versions) else versions


def _runs(bucket: Bucket, found: list[Version], encode: Callable[[str], str]) -> list[tuple[str, list[dict[str, Any]]]]:
    """Versions and delete markers in one order, as clients that read the document from its beginning expect them."""
    runs: list[tuple[str, list[dict[str, Any]]]] = []
    shown_owner = owner(bucket.settings.account)
    for version in found:
        entry: dict[str, Any] = {
            "Key": encode(version.key),
            "VersionId": version.version_id,
            "IsLatest": bucket.current(version.key) is version,
            "LastModified": whole_seconds(version.last_modified_ms),
            "Owner": shown_owner,
        }
        member = "DeleteMarkers"
        if isinstance(version, ObjectVersion):
            member = "Versions"
            entry |= {"ETag": f'"{version.etag}"', "Size": version.size, "StorageClass": version.storage_class}
            if version.checksum is not None:
                entry["ChecksumAlgorithm"] = [version.checksum.algorithm]
                entry["ChecksumType"] = version.checksum.type
        if not runs or runs[-1][0] != member:
            runs.append((member, []))
        runs[-1][1].append(entry)
    return runs
