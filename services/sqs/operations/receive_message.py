"""https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html"""

from __future__ import annotations

from collections.abc import Awaitable, Collection
from typing import Any

from services.context import Context
from services.sqs import attributes, errors, limits, message_attributes
from services.sqs.handles import handle
from services.sqs.message import Message, sequence_number
from services.sqs.queue import Queue
from services.sqs.receiving import Wish, take
from services.sqs.tokens import token
from services.sqs.urls import addressed

_SYSTEM_ATTRIBUTES = frozenset(
    {
        "AWSTraceHeader",
        "ApproximateFirstReceiveTimestamp",
        "ApproximateReceiveCount",
        "DeadLetterQueueSourceArn",
        "MessageDeduplicationId",
        "MessageGroupId",
        "SenderId",
        "SentTimestamp",
        "SequenceNumber",
    }
)


def receive_message(ctx: Context, request: dict[str, Any]) -> dict[str, Any] | Awaitable[dict[str, Any]]:
    """Receives up to ten messages. Where there are none it waits, if it may, and returns at the first that comes."""
    queue = addressed(ctx, request)
    wish = _wish(ctx, queue, request)
    wait_ms = _wait_ms(ctx, queue, request)
    attributes.check_names(request.get("AttributeNames") or (), also=_SYSTEM_ATTRIBUTES)
    attributes.check_names(request.get("MessageSystemAttributeNames") or (), also=_SYSTEM_ATTRIBUTES)
    messages = take(ctx, queue, wish)
    if messages or not wait_ms:
        return _response(queue, messages, request)
    return _poll(ctx, queue, wish, request, ctx.now_ms() + wait_ms)


async def _poll(ctx: Context, queue: Queue, wish: Wish, request: dict[str, Any], until_ms: int) -> dict[str, Any]:
    """A long poll: looks again whenever something may have become visible, by a change or by the passing of time. It
    keeps nobody longer than asked for in real time either, whatever the clock does.

    Nobody else has a turn between a look and the wait behind it, so that no message comes unnoticed: it may have come
    before the first look here, too.
    """
    real_until_ms = ctx.clock.real_ms() + until_ms - ctx.now_ms()
    while True:
        polled, queue = queue, addressed(ctx, request)
        if queue.queue_id != polled.queue_id:
            raise errors.QUEUE_DOES_NOT_EXIST()
        looked_at = ctx.now_ms()
        messages = take(ctx, queue, wish)
        if messages or looked_at >= until_ms or ctx.clock.real_ms() >= real_until_ms:
            return _response(queue, messages, request)
        # A clock that was set back, or slowed down, is further from the end than the poll is.
        end_ms = min(until_ms, looked_at + real_until_ms - ctx.clock.real_ms())
        next_at = queue.next_available_at()
        # What was available then and wasn't taken waits for something else than time.
        await ctx.wait(queue.topic, end_ms if next_at is None or next_at <= looked_at else min(next_at, end_ms))


def _wish(ctx: Context, queue: Queue, request: dict[str, Any]) -> Wish:
    number_max = request.get("MaxNumberOfMessages", 1)
    lowest, highest = limits.RECEIVE_MESSAGES
    if not lowest <= number_max <= highest:
        ctx.refuse(errors.MAX_NUMBER_OF_MESSAGES, value=number_max)
    timeout = request.get("VisibilityTimeout")
    if timeout is not None and not (
        limits.VISIBILITY_TIMEOUT_SECONDS[0] <= timeout <= limits.VISIBILITY_TIMEOUT_SECONDS[1]
    ):
        ctx.refuse(errors.VISIBILITY_TIMEOUT, value=timeout)
    attempt_id = token(ctx, request, "ReceiveRequestAttemptId")
    if attempt_id is not None and not queue.settings.fifo:
        ctx.refuse(errors.WRONG_QUEUE_TYPE, value=attempt_id, parameter="ReceiveRequestAttemptId")
        attempt_id = None
    return Wish(
        number_max=min(max(number_max, lowest), highest),
        visibility_timeout_ms=None if timeout is None else timeout * 1000,
        attempt_id=attempt_id,
    )


def _wait_ms(ctx: Context, queue: Queue, request: dict[str, Any]) -> int:
    seconds = request.get("WaitTimeSeconds")
    if seconds is None:
        return queue.settings.receive_wait_ms
    lowest, highest = limits.RECEIVE_WAIT_SECONDS
    if not lowest <= seconds <= highest:
        ctx.refuse(errors.WAIT_TIME_SECONDS, value=seconds)
    return int(seconds) * 1000


def _response(queue: Queue, messages: list[Message], request: dict[str, Any]) -> dict[str, Any]:
    if not messages:
        return {}
    system = {*(request.get("AttributeNames") or ()), *(request.get("MessageSystemAttributeNames") or ())}
    names = request.get("MessageAttributeNames") or ()
    return {"Messages": [_shown(queue, message, system, names) for message in messages]}


def _shown(queue: Queue, message: Message, system: set[str], names: Collection[str]) -> dict[str, Any]:
    content = message.content
    shown: dict[str, Any] = {
        "MessageId": content.message_id,
        "ReceiptHandle": handle(queue, message.sequence, message.receipt or ""),
        "MD5OfBody": content.md5,
        "Body": content.body,
    }
    if system:
        told = _system_attributes(queue, message)
        if "All" not in system:
            told = {name: value for name, value in told.items() if name in system}
        if told:
            shown["Attributes"] = told
    if names and content.attributes:
        selected = message_attributes.select(content.attributes, names)
        if selected:
            # The digest is of what is returned: clients compute theirs from that.
            shown["MD5OfMessageAttributes"] = message_attributes.digest(selected)
            shown["MessageAttributes"] = message_attributes.shown(selected)
    return shown


def _system_attributes(queue: Queue, message: Message) -> dict[str, str]:
    content = message.content
    attributes = {
        "SenderId": content.sender_id,
        "SentTimestamp": str(message.sent_at),
        "ApproximateReceiveCount": str(message.receive_count),
        "ApproximateFirstReceiveTimestamp": str(message.first_received_at),
        "AWSTraceHeader": content.trace_header,
        "DeadLetterQueueSourceArn": message.source_arn,
        "MessageGroupId": content.group_id,
        "MessageDeduplicationId": content.deduplication_id,
        "SequenceNumber": sequence_number(message.sequence) if queue.settings.fifo else None,
    }
    return {name: value for name, value in attributes.items() if value is not None}
