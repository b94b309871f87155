"""The end of a message's retention period: committed, not derived, because it removes something.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-basic-architecture.html
"""

from __future__ import annotations

from services.context import Context
from services.sqs.changes import change
from services.sqs.limits import MESSAGES_PER_RECORD_MAX
from services.sqs.queue import Queue
from services.sqs.state import State


def expire(ctx: Context, queue: Queue, now: int) -> None:
    """Removes all of a queue's messages whose time is over, so that nobody receives or counts them."""
    while expired := queue.expired(now, MESSAGES_PER_RECORD_MAX):
        ctx.commit(change(queue, "expire", messages=expired))


def next_deadline_ms(state: State) -> int | None:
    return state.next_deadline_ms()


def fire(ctx: Context, now: int) -> None:
    """Removes what is due, at most as much as one record takes; the next deadline says whether there is more."""
    queue: Queue | None = ctx.state.due(now)
    if queue is not None:
        ctx.commit(change(queue, "expire", messages=queue.expired(now, MESSAGES_PER_RECORD_MAX)))
