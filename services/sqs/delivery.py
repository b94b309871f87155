"""Events of other services that arrive as messages.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/NotificationHowTo.html, and for the trace header
https://docs.aws.amazon.com/xray/latest/devguide/xray-services-s3.html
"""

from __future__ import annotations

from collections.abc import Sequence

from services.context import Context
from services.machine import Change
from services.sqs.changes import change
from services.sqs.queue import Queue
from services.sqs.sending import plain


def deliver(ctx: Context, arn: str, messages: Sequence[str]) -> list[Change] | None:
    """The change that brings the messages to the queue. None where there is no such queue, and for a FIFO queue, which
    S3 doesn't deliver to. One that is too long for the queue is lost: nobody is there to be refused."""
    queue: Queue | None = ctx.states["sqs"].by_arn(arn)
    if queue is None or queue.settings.fifo:
        return None
    now = ctx.now_ms()
    visible_at, size_max = now + queue.settings.delay_ms, queue.settings.message_size_max
    trace = {} if ctx.trace_header is None else {"trace": ctx.trace_header}
    values = [
        {**plain(ctx, message, encoded, now, visible_at), **trace}
        for message in messages
        if len(encoded := message.encode()) <= size_max
    ]
    return [change(queue, "send", messages=values)] if values else []
