"""Queues and messages in Kumo's schema (``sqs.json``).

Kumo keeps a queue under its URL, whose host and account are always the same, and forgets what it has no member for:
encryption settings, redrive permissions, deduplication, who sent a message. Messages in flight stand among the others
with a ``VisibleAt`` in the future, where Kumo keeps them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from services.lines import LineWriter
from services.sqs import timestamps
from services.sqs.message import Message
from services.sqs.queue import Queue

_BASE_URL = "http://localhost:4566"


def url(queue: Queue) -> str:
    """As documents write it, whatever the host that clients use."""
    return f"{_BASE_URL}/{queue.account}/{queue.name}"


def queue_form(queue: Queue) -> dict[str, Any]:
    """Kumo's ``queue`` member."""
    values = queue.settings.values
    redrive = queue.settings.redrive
    return {
        "Name": queue.name,
        "URL": url(queue),
        "ARN": queue.arn,
        "Tags": dict(sorted(queue.tags.items())) or None,
        "CreatedTimestamp": timestamps.written(queue.created_at),
        "LastModifiedTimestamp": timestamps.written(queue.modified_at),
        "VisibilityTimeout": int(values["VisibilityTimeout"]),
        "MessageRetentionPeriod": int(values["MessageRetentionPeriod"]),
        "DelaySeconds": int(values["DelaySeconds"]),
        "MaxMessageSize": int(values["MaximumMessageSize"]),
        "ReceiveWaitTimeSeconds": int(values["ReceiveMessageWaitTimeSeconds"]),
        "FifoQueue": queue.settings.fifo,
        "ContentBasedDeduplication": queue.settings.content_based_deduplication,
        "RedrivePolicy": values.get("RedrivePolicy", ""),
        "MaxReceiveCount": redrive.max_receive_count if redrive else 0,
        "DeadLetterTargetArn": redrive.target_arn if redrive else "",
        "Policy": values.get("Policy", ""),
    }


def message_form(message: Message, *, fifo: bool) -> dict[str, Any]:
    """An element of Kumo's ``messages``."""
    content = message.content
    first = message.first_received_at
    return {
        "MessageID": content.message_id,
        "ReceiptHandle": "",
        "Body": content.body,
        "MD5OfBody": content.md5,
        "Attributes": {
            "ApproximateFirstReceiveTimestamp": "" if first is None else str(first),
            "ApproximateReceiveCount": str(message.receive_count),
            "SentTimestamp": str(message.sent_at),
        },
        "MessageAttributes": content.attributes,
        "SentTimestamp": timestamps.written(message.sent_at),
        "VisibleAt": timestamps.written(message.visible_at),
        "ReceiveCount": message.receive_count,
        "MessageGroupID": content.group_id or "",
        "MessageDeduplicationID": content.deduplication_id or "",
        "SequenceNumber": str(message.sequence) if fifo else "",
    }


def sequence_counter(queue: Queue) -> int:
    """Kumo counts on FIFO queues only."""
    return queue.counter if queue.settings.fifo else 0


def dump(queues: Iterable[Queue]) -> Iterator[bytes]:
    """The document, one entity a line."""
    writer = LineWriter()
    yield from writer.open("queues")
    for queue in queues:
        yield from writer.open(url(queue))
        yield from writer.entity("queue", queue_form(queue))
        yield from writer.open("messages", "[")
        for _, message in sorted(queue.messages.items()):
            yield from writer.entity(None, message_form(message, fifo=queue.settings.fifo))
        yield from writer.end()
        yield from writer.members({"sequenceCounter": sequence_counter(queue)})
        yield from writer.end()
    yield from writer.close()
