"""Events: which configurations they concern, and the message that a queue gets.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson

from services.context import Context
from services.machine import Change
from services.s3.bucket import Bucket
from services.s3.listing import url_encoded
from services.s3.names import canonical_user_id, host_id, iso_date
from services.s3.settings import QueueConfiguration

_EVENT_VERSION = "2.1"


@dataclass(frozen=True, slots=True)
class Event:
    """name: without ``s3:``. size: None for a deletion. version_id: None where the object has none to show."""

    name: str
    key: str
    size: int | None = None
    etag: str | None = None
    version_id: str | None = None


def deliveries(ctx: Context, bucket: Bucket, event: Event, position: int = 1) -> list[Change]:
    """The changes that bring an event to the queues that want it, to be committed with what happened.

    position: which of the record's changes to the bucket's objects the event tells of, from 1.
    """
    changes: list[Change] = []
    for configuration in bucket.settings.queue_configurations:
        if wants(configuration, event):
            message = _message(ctx, bucket, configuration, event, bucket.sequence + position)
            changes += ctx.deliver(configuration.queue_arn, message) or ()
    return changes


def wants(configuration: QueueConfiguration, event: Event) -> bool:
    """Whether an event is one of those that a configuration names, and its key fits."""
    if not (event.key.startswith(configuration.prefix) and event.key.endswith(configuration.suffix)):
        return False
    name = f"s3:{event.name}"
    return any(
        name.startswith(wanted[:-1]) if wanted.endswith("*") else name == wanted for wanted in configuration.events
    )


def _message(ctx: Context, bucket: Bucket, configuration: QueueConfiguration, event: Event, sequence: int) -> str:
    account = bucket.settings.account
    entity: dict[str, Any] = {"key": url_encoded(event.key)}
    if event.size is not None:
        entity["size"] = event.size
    if event.etag is not None:
        entity["eTag"] = event.etag
    if event.version_id is not None:
        entity["versionId"] = event.version_id
    # A number that grows with each change to the bucket tells the order of two events on one key.
    entity["sequencer"] = f"{sequence:018X}"
    record = {
        "eventVersion": _EVENT_VERSION,
        "eventSource": "aws:s3",
        "awsRegion": bucket.settings.location,
        "eventTime": iso_date(ctx.now_ms()),
        "eventName": event.name,
        "userIdentity": {"principalId": f"AWS:{ctx.account}"},
        "requestParameters": {"sourceIPAddress": "127.0.0.1"},
        "responseElements": {"x-amz-request-id": ctx.request_id, "x-amz-id-2": host_id(ctx.request_id)},
        "s3": {
            "s3SchemaVersion": "1.0",
            "configurationId": configuration.id,
            "bucket": {
                "name": bucket.name,
                "ownerIdentity": {"principalId": canonical_user_id(account)},
                "arn": f"arn:aws:s3:::{bucket.name}",
            },
            "object": entity,
        },
    }
    return orjson.dumps({"Records": [record]}).decode()


def test_message(ctx: Context, bucket: Bucket) -> str:
    """What a queue gets when a configuration that names it is put.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/how-to-enable-disable-notification-intro.html
    """
    message = {
        "Service": "Amazon S3",
        "Event": "s3:TestEvent",
        "Time": iso_date(ctx.now_ms()),
        "Bucket": bucket.name,
        "RequestId": ctx.request_id,
        "HostId": host_id(ctx.request_id),
    }
    return orjson.dumps(message).decode()
