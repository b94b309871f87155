"""Events: which configurations they concern, and the message that a queue gets.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
"""

from __future__ import annotations

from typing import Any, NamedTuple

import orjson

from services.context import Context
from services.machine import Change
from services.s3.bucket import Bucket
from services.s3.listing import url_encoded
from services.s3.names import canonical_user_id, host_id, iso_date
from services.s3.notification import filter_text
from services.s3.settings import QueueConfiguration

_EVENT_VERSION = "2.1"


class Event(NamedTuple):
    """name: without ``s3:``. size: None for a deletion. version_id: None where the object has none to show."""

    name: str
    key: str
    size: int | None = None
    etag: str | None = None
    version_id: str | None = None


class Deliveries:
    """The events of one request on their way to the queues that want them, in the order of its changes to the bucket's
    objects. What is the same in the messages of all of them is made once."""

    def __init__(self, ctx: Context, bucket: Bucket) -> None:
        self._ctx = ctx
        self._bucket = bucket
        self._sequence = bucket.sequence
        self._interested: dict[str, list[tuple[QueueConfiguration, str]]] = {}
        self._messages: dict[str, list[str]] = {}

    def add(self, event: Event) -> None:
        """The event of the request's next change."""
        self._sequence += 1
        interested = self._interested.get(event.name)
        if interested is None:
            interested = self._interested[event.name] = [
                (configuration, _head(self._ctx, self._bucket, configuration, event.name))
                for configuration in self._bucket.settings.queue_configurations
                if names(configuration, event.name)
            ]
        for configuration, head in interested:
            if fits(configuration, event.key):
                message = f"{head}{_entity(event, self._sequence)}{_TAIL}"
                self._messages.setdefault(configuration.queue_arn, []).append(message)

    def changes(self) -> list[Change]:
        """What brings the events to their queues, to be committed with what happened."""
        return [
            change
            for queue_arn, messages in self._messages.items()
            for change in self._ctx.deliver(queue_arn, messages) or ()
        ]


def names(configuration: QueueConfiguration, event_name: str) -> bool:
    """Whether a configuration names an event."""
    name = f"s3:{event_name}"
    return any(
        name.startswith(wanted[:-1]) if wanted.endswith("*") else name == wanted for wanted in configuration.events
    )


def fits(configuration: QueueConfiguration, key: str) -> bool:
    """Whether a key passes a configuration's filter."""
    return key.startswith(filter_text(configuration.prefix)) and key.endswith(filter_text(configuration.suffix))


def _head(ctx: Context, bucket: Bucket, configuration: QueueConfiguration, event_name: str) -> str:
    """A message's JSON up to the object."""
    record = {
        "eventVersion": _EVENT_VERSION,
        "eventSource": "aws:s3",
        "awsRegion": bucket.settings.location,
        "eventTime": iso_date(ctx.now_ms()),
        "eventName": event_name,
        "userIdentity": {"principalId": f"AWS:{ctx.account}"},
        "requestParameters": {"sourceIPAddress": "127.0.0.1"},
        "responseElements": {"x-amz-request-id": ctx.request_id, "x-amz-id-2": host_id(ctx.request_id)},
        "s3": {
            "s3SchemaVersion": "1.0",
            "configurationId": configuration.id,
            "bucket": {
                "name": bucket.name,
                "ownerIdentity": {"principalId": canonical_user_id(bucket.settings.account)},
                "arn": f"arn:aws:s3:::{bucket.name}",
            },
        },
    }
    return f'{{"Records":[{orjson.dumps(record).decode().removesuffix("}}")},"object":'


_TAIL = "}}]}"
"""What is open in a head."""


def _entity(event: Event, sequence: int) -> str:
    """The object of a message, as JSON."""
    entity: dict[str, Any] = {"key": url_encoded(event.key)}
    if event.size is not None:
        entity["size"] = event.size
    if event.etag is not None:
        entity["eTag"] = event.etag
    if event.version_id is not None:
        entity["versionId"] = event.version_id
    # A number that grows with each change to the bucket tells the order of two events on one key.
    entity["sequencer"] = f"{sequence:018X}"
    return orjson.dumps(entity).decode()


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
