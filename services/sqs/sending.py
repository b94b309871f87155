"""Composing a message: from what a client sends to what a ``sqs.send`` change holds.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.context import Context
from services.ids import uuid4
from services.sqs import errors, limits, message_attributes
from services.sqs.deduplication import Sent
from services.sqs.message import sequence_number
from services.sqs.queue import Queue
from services.sqs.tokens import token

_TRACE_HEADER = "AWSTraceHeader"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A checked message. ``value``: as the change holds it; ``size``: bytes that count towards AWS's limits."""

    value: dict[str, Any]
    size: int
    attributes_md5: str | None
    system_attributes_md5: str | None


def compose(ctx: Context, queue: Queue, request: Mapping[str, Any], now: int, *, entry: str = "") -> Outgoing:
    """Checks a SendMessage request or an entry of a batch. ``entry`` stands before names of missing parameters."""
    body = request.get("MessageBody")
    if not body:
        raise errors.MISSING_PARAMETER(name=f"{entry}MessageBody")
    message_attributes.check_characters(ctx, body)
    encoded = body.encode()
    delay_ms = _delay_ms(ctx, queue, request)
    optional: dict[str, Any] = {}
    size = len(encoded)
    attributes_md5 = None
    if given := request.get("MessageAttributes"):
        optional["attributes"] = attributes = message_attributes.keep(ctx, given)
        attributes_md5 = message_attributes.digest(attributes)
        size += message_attributes.size(attributes)
    if size > queue.settings.message_size_max:
        refusal = errors.ENTRY_TOO_LONG if entry else errors.MESSAGE_TOO_LONG
        ctx.refuse(refusal, limit=queue.settings.message_size_max)
    system_md5 = None
    if system := request.get("MessageSystemAttributes"):
        kept = _system_attributes(ctx, system)
        optional["trace"] = kept[_TRACE_HEADER]["StringValue"]
        system_md5 = message_attributes.digest(kept)
    elif ctx.trace_header is not None:
        optional["trace"] = ctx.trace_header
    _put_group(ctx, queue, request, optional, encoded, entry)
    # Last, so that a refused message takes no identifier.
    value = {**plain(ctx, body, encoded, now, now + delay_ms), **optional}
    return Outgoing(value, size, attributes_md5, system_md5)


def plain(ctx: Context, body: str, encoded: bytes, now: int, visible_at: int) -> dict[str, Any]:
    """A message that has nothing but a body, as the change holds it."""
    return {
        "body": body,
        "md5": hashlib.md5(encoded, usedforsecurity=False).hexdigest(),
        "sender": ctx.account,
        "sent_at": now,
        "visible_at": visible_at,
        "id": uuid4(ctx.ids),
    }


def _delay_ms(ctx: Context, queue: Queue, request: Mapping[str, Any]) -> int:
    seconds = request.get("DelaySeconds")
    if seconds is None:
        return queue.settings.delay_ms
    if not limits.DELAY_SECONDS[0] <= seconds <= limits.DELAY_SECONDS[1]:
        ctx.refuse(errors.DELAY_SECONDS, value=seconds)
    if queue.settings.fifo:
        # A FIFO queue delays all its messages alike; an explicit 0 is let through, and means nothing.
        if seconds:
            ctx.refuse(errors.WRONG_QUEUE_TYPE, value=seconds, parameter="DelaySeconds")
        return queue.settings.delay_ms
    return int(seconds) * 1000


def _system_attributes(ctx: Context, system: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, str]]:
    for name, attribute in system.items():
        if name != _TRACE_HEADER:
            raise errors.SYSTEM_ATTRIBUTE_NAME(name=name)
        if attribute.get("DataType") != "String" or not attribute.get("StringValue"):
            raise errors.SYSTEM_ATTRIBUTE_TYPE(name=name)
        message_attributes.check_characters(ctx, attribute["StringValue"])
    return {_TRACE_HEADER: {"DataType": "String", "StringValue": system[_TRACE_HEADER]["StringValue"]}}


def _put_group(
    ctx: Context, queue: Queue, request: Mapping[str, Any], value: dict[str, Any], encoded: bytes, entry: str
) -> None:
    group = token(ctx, request, "MessageGroupId")
    deduplication = token(ctx, request, "MessageDeduplicationId")
    if group is not None:
        value["group"] = group
    if not queue.settings.fifo:
        if deduplication is not None:
            ctx.refuse(errors.WRONG_QUEUE_TYPE, value=deduplication, parameter="MessageDeduplicationId")
        return
    if group is None:
        raise errors.BATCH_GROUP_ID_MISSING() if entry else errors.MISSING_PARAMETER(name="MessageGroupId")
    if deduplication is None:
        if not queue.settings.content_based_deduplication:
            raise errors.DEDUPLICATION_ID_MISSING()
        deduplication = hashlib.sha256(encoded).hexdigest()
    value["deduplication"] = deduplication


def duplicate_of(queue: Queue, outgoing: Outgoing, now: int) -> Sent | None:
    """The message that made this one a duplicate: it is accepted, and not delivered."""
    if not queue.settings.fifo:
        return None
    return queue.deduplication.find(outgoing.value["group"], outgoing.value["deduplication"], now)


def result(queue: Queue, outgoing: Outgoing, message_id: str, sequence: int) -> dict[str, Any]:
    """What SendMessage answers, and SendMessageBatch for an entry."""
    answer: dict[str, Any] = {"MessageId": message_id, "MD5OfMessageBody": outgoing.value["md5"]}
    if outgoing.attributes_md5 is not None:
        answer["MD5OfMessageAttributes"] = outgoing.attributes_md5
    if outgoing.system_attributes_md5 is not None:
        answer["MD5OfMessageSystemAttributes"] = outgoing.system_attributes_md5
    if queue.settings.fifo:
        answer["SequenceNumber"] = sequence_number(sequence)
    return answer
