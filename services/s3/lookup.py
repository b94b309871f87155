"""Finding what a request names, or refusing in AWS's words."""

from __future__ import annotations

from typing import Any

from services.context import Context
from services.s3 import errors, limits
from services.s3.bucket import Bucket, UploadEntry
from services.s3.model import NULL_VERSION, DeleteMarker, ObjectVersion
from services.s3.names import http_date, is_account_id, is_version_id, key_size, leads_out


def find_bucket(ctx: Context, name: str, expected_owner: str | None = None) -> Bucket:
    """Whoever asks: a bucket's name is enough. ``expected_owner`` is the account that the caller expects it to have.

    Errors: NoSuchBucket; AccessDenied where the bucket belongs to another account than expected;
    InvalidBucketOwnerAWSAccountID where what is expected is no account id.
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html
    """
    if expected_owner is not None and not is_account_id(expected_owner):
        ctx.refuse(errors.INVALID_OWNER_ACCOUNT, value=expected_owner)
    bucket: Bucket | None = ctx.state.buckets.get(name)
    if bucket is None:
        raise errors.NO_SUCH_BUCKET(bucket=name)
    if expected_owner is not None and expected_owner != bucket.settings.account:
        ctx.refuse(errors.EXPECTED_OWNER_DIFFERS)
    return bucket


def bucket_of(ctx: Context, request: dict[str, Any]) -> Bucket:
    """The bucket that a request is about."""
    return find_bucket(ctx, request["Bucket"], request.get("ExpectedBucketOwner"))


def bucket_url(ctx: Context, name: str) -> str:
    """Where a bucket is, at the address that the client used; its keys follow. The client may have put the bucket's
    name into the host.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html
    """
    host = ctx.base_url.partition("://")[2]
    return f"{ctx.base_url}/" if host.startswith(f"{name}.") else f"{ctx.base_url}/{name}/"


def check_key(ctx: Context, key: str) -> None:
    """Errors: KeyTooLongError."""
    if (size := key_size(key)) > limits.KEY_BYTES_MAX:
        ctx.refuse(errors.KEY_TOO_LONG, size=size, size_max=limits.KEY_BYTES_MAX)


def check_path_key(ctx: Context, key: str) -> None:
    """For a key that stands in the request's path. Errors: KeyTooLongError, and 400 for one that leads out of the
    bucket when it is read as a path. https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html
    """
    check_key(ctx, key)
    if ".." in key and leads_out(key):
        ctx.refuse(errors.RELATIVE_KEY)


def payload(request: dict[str, Any], member: str) -> dict[str, Any]:
    """The document in a request's body. Errors: MissingRequestBodyError."""
    if member not in request:
        raise errors.MISSING_REQUEST_BODY()
    document: dict[str, Any] = request[member]
    return document


def check_version_id(version_id: str) -> None:
    """Errors: InvalidArgument for what can't be a version id."""
    if not version_id:
        raise errors.INVALID_ARGUMENT(
            problem="Version id cannot be the empty string", name="versionId", value=version_id
        )
    if not is_version_id(version_id):
        raise errors.INVALID_ARGUMENT(problem="Invalid version id specified", name="versionId", value=version_id)


def find_object(bucket: Bucket, key: str, version_id: str | None, *, method: str = "GET") -> ObjectVersion:
    """The current version of an object, or the one of that id.

    Errors: NoSuchKey, also where the current version is a delete marker; NoSuchVersion; MethodNotAllowed where the
    id is a delete marker's. https://docs.aws.amazon.com/AmazonS3/latest/userguide/DeleteMarker.html
    """
    if version_id is None:
        current = bucket.objects.get(key)
        if current is None:
            marker = bucket.current(key)
            headers = {} if marker is None else _marker_headers(marker.version_id)
            raise errors.NO_SUCH_KEY(key=key, headers=headers)
        return current
    check_version_id(version_id)
    version = bucket.version(key, version_id)
    if version is None:
        raise errors.NO_SUCH_VERSION(key=key, version_id=version_id)
    if isinstance(version, DeleteMarker):
        headers = {
            **_marker_headers(version_id),
            "allow": "DELETE",
            "last-modified": http_date(version.last_modified_ms),
        }
        raise errors.METHOD_NOT_ALLOWED(method=method, resource_type="DeleteMarker", headers=headers)
    return version


def _marker_headers(version_id: str) -> dict[str, str]:
    return {"x-amz-delete-marker": "true", "x-amz-version-id": version_id}


def find_upload(bucket: Bucket, key: str, upload_id: str) -> UploadEntry:
    """Errors: NoSuchUpload."""
    entry: UploadEntry | None = bucket.uploads.get((key, upload_id))
    if entry is None:
        raise errors.NO_SUCH_UPLOAD(upload_id=upload_id)
    return entry


def shown_version(bucket: Bucket, version_id: str) -> dict[str, str]:
    """``VersionId`` for an answer; nothing for a bucket whose versioning was never enabled."""
    return {"VersionId": version_id} if bucket.is_versioned else {}


def event_version(bucket: Bucket, version_id: str) -> str | None:
    """The version id that an event names; None for the null version."""
    return None if version_id == NULL_VERSION or not bucket.is_versioned else version_id
