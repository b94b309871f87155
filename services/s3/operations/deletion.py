"""Deletion: DeleteObject and DeleteObjects.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/DeletingObjectVersions.html
"""

from __future__ import annotations

from typing import Any

from services.context import Context
from services.errors import ServiceError
from services.machine import Change
from services.s3 import errors, limits
from services.s3.bucket import Bucket
from services.s3.conditions import check_deletion
from services.s3.events import Deliveries
from services.s3.lookup import bucket_of, check_key, check_path_key, check_version_id, payload
from services.s3.model import NULL_VERSION, DeleteMarker
from services.s3.names import is_version_id
from services.s3.writing import delete_marker_change, delete_version_change, next_version_id

_DIRECTORY_BUCKETS_ONLY = {
    "IfMatchLastModifiedTime": "x-amz-if-match-last-modified-time",
    "IfMatchSize": "x-amz-if-match-size",
    "LastModifiedTime": "LastModifiedTime",
    "Size": "Size",
}

_BYPASS = "x-amz-bypass-governance-retention"


class _Deletions:
    """The changes of one request, which may name an object more than once: each deletion sees those before it."""

    def __init__(self, ctx: Context, bucket: Bucket) -> None:
        self._ctx = ctx
        self._bucket = bucket
        self._gone: set[tuple[str, str]] = set()
        self._changes: list[Change] = []
        self._deliveries = Deliveries(ctx, bucket)

    def delete(self, key: str, version_id: str | None, etag: str | None) -> dict[str, Any]:
        """``DeleteMarker`` and ``VersionId`` as DeleteObject answers them: of the version that went, or of the marker
        that came. Errors: InvalidArgument, and those of the condition."""
        check_key(self._ctx, key)
        if version_id is not None:
            check_version_id(version_id)
        check_deletion(self._bucket, key, etag)
        if version_id is not None:
            return self._delete_version(key, version_id)
        if self._bucket.is_versioned:
            return self._put_marker(key)
        self._delete_version(key, NULL_VERSION)
        return {}

    def commit(self) -> None:
        self._ctx.commit(*self._changes, *self._deliveries.changes())

    def _put_marker(self, key: str) -> dict[str, Any]:
        marker = DeleteMarker(key, next_version_id(self._ctx, self._bucket), self._ctx.now_ms())
        self._changes.append(delete_marker_change(self._bucket, marker, self._deliveries))
        return {"DeleteMarker": True, "VersionId": marker.version_id}

    def _delete_version(self, key: str, version_id: str) -> dict[str, Any]:
        version = self._bucket.version(key, version_id)
        if version is not None and (key, version_id) not in self._gone:
            self._gone.add((key, version_id))
            self._changes.append(delete_version_change(self._bucket, key, version_id, self._deliveries))
        answer: dict[str, Any] = {"VersionId": version_id}
        return {**answer, "DeleteMarker": True} if isinstance(version, DeleteMarker) else answer


def delete_object(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """What isn't there is deleted already.

    Errors: InvalidArgument, PreconditionFailed. https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObject.html
    """
    bucket = bucket_of(ctx, request)
    _refuse_unsupported(request)
    check_path_key(ctx, request["Key"])
    deletions = _Deletions(ctx, bucket)
    answer = deletions.delete(request["Key"], request.get("VersionId"), request.get("IfMatch"))
    deletions.commit()
    return answer


def delete_objects(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """All in one record; what is wrong with one entry is said in ``Errors`` and doesn't hinder the others.

    Errors: MissingRequestBodyError; MalformedXML for none and for more than 1,000.
    https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html
    """
    bucket = bucket_of(ctx, request)
    _refuse_unsupported(request)
    delete = payload(request, "Delete")
    wanted = delete.get("Objects", [])
    if not 1 <= len(wanted) <= limits.DELETE_OBJECTS_MAX:
        raise errors.MALFORMED_XML()
    deletions = _Deletions(ctx, bucket)
    deleted: list[dict[str, Any]] = []
    failed: list[dict[str, Any]] = []
    for entry in wanted:
        named = {name: entry[name] for name in ("Key", "VersionId") if name in entry}
        if not entry.get("Key"):
            raise errors.MALFORMED_XML()
        try:
            _refuse_unsupported(entry)
            _check_version(entry)
            result = deletions.delete(entry["Key"], entry.get("VersionId"), entry.get("ETag"))
        except ServiceError as error:
            failed.append({**named, "Code": error.code, "Message": error.message})
            continue
        if result.get("DeleteMarker"):
            named |= {"DeleteMarker": True, "DeleteMarkerVersionId": result["VersionId"]}
        deleted.append(named)
    deletions.commit()
    answer: dict[str, Any] = {} if delete.get("Quiet") else {"Deleted": deleted}
    return {**answer, "Errors": failed} if failed else answer


def _check_version(entry: dict[str, Any]) -> None:
    """What can't be a version's id is no such version here; DeleteObject answers InvalidArgument."""
    version_id = entry.get("VersionId")
    if version_id is not None and not is_version_id(version_id):
        raise errors.NO_SUCH_VERSION(key=entry["Key"], version_id=version_id)


def _refuse_unsupported(request: dict[str, Any]) -> None:
    for member, header in _DIRECTORY_BUCKETS_ONLY.items():
        if member in request:
            raise errors.NOT_IMPLEMENTED(header=header)
    if "BypassGovernanceRetention" in request:
        # No bucket can be made with object lock yet, so AWS's answer for a bucket without it is the true one.
        raise errors.INVALID_ARGUMENT(
            problem=f"{_BYPASS} is only applicable to Object Lock enabled buckets.", name=_BYPASS
        )
