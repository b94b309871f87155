"""Events of other services that arrive as messages.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/NotificationHowTo.html
"""

from __future__ import annotations

from services.context import Context
from services.machine import Change
from services.sqs.changes import change
from services.sqs.queue import Queue
from services.sqs.sending import compose


def deliver(ctx: Context, arn: str, message: str) -> list[Change] | None:
    """The change that brings ``message`` to the queue. None where there is no such queue, and for a FIFO queue, which
    S3 doesn't deliver to."""
    queue: Queue | None = ctx.states["sqs"].by_arn(arn)
    if queue is None or queue.settings.fifo:
        return None
    outgoing = compose(ctx, queue, {"MessageBody": message}, ctx.now_ms())
    return [change(queue, "send", messages=[outgoing.value])]
