"""New versions and deletions: the change, and the events that go with it into one record."""

from __future__ import annotations

from typing import Any

from services.bodies import Body
from services.context import Context
from services.machine import Change
from services.s3.bucket import Bucket
from services.s3.events import Deliveries, Event
from services.s3.lookup import event_version
from services.s3.model import NULL_VERSION, DeleteMarker, ObjectVersion
from services.s3.names import new_version_id

_ETAG_OF_NOTHING = "d41d8cd98f00b204e9800998ecf8427e"


def bucket_change(bucket: Bucket, kind: str, **value: Any) -> Change:
    """A change to a bucket, under its owner's account and Region whoever calls."""
    settings = bucket.settings
    return (f"s3.{kind}", settings.account, settings.region, {"bucket": settings.name, **value})


def next_version_id(ctx: Context, bucket: Bucket) -> str:
    """The id that the next version in a bucket gets.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/versioning-workflows.html
    """
    return new_version_id(ctx.ids) if bucket.settings.versioning == "Enabled" else NULL_VERSION


def commit_object(
    ctx: Context,
    bucket: Bucket,
    version: ObjectVersion,
    event_name: str,
    *,
    body: Body | None = None,
    upload_id: str | None = None,
) -> None:
    """Makes a version its key's newest. ``body`` is named where nothing refers to it yet; ``upload_id`` where the
    version ends a multipart upload."""
    if upload_id is None:
        change = bucket_change(bucket, "put_object", object=version.encode())
    else:
        change = bucket_change(bucket, "complete_upload", upload_id=upload_id, object=version.encode())
    deliveries = Deliveries(ctx, bucket)
    deliveries.add(
        Event(event_name, version.key, version.size, version.etag, event_version(bucket, version.version_id))
    )
    ctx.commit(change, *deliveries.changes(), bodies=() if body is None else (body,))


def delete_marker_change(bucket: Bucket, marker: DeleteMarker, deliveries: Deliveries) -> Change:
    """The change that puts a delete marker on top of an object."""
    version_id = event_version(bucket, marker.version_id)
    deliveries.add(Event("ObjectRemoved:DeleteMarkerCreated", marker.key, etag=_ETAG_OF_NOTHING, version_id=version_id))
    return bucket_change(bucket, "put_delete_marker", marker=marker.encode())


def delete_version_change(bucket: Bucket, key: str, version_id: str, deliveries: Deliveries) -> Change:
    """The change that takes one version away for good."""
    deliveries.add(Event("ObjectRemoved:Delete", key, version_id=event_version(bucket, version_id)))
    return bucket_change(bucket, "delete_version", key=key, version_id=version_id)
