"""https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_PurgeQueue.html"""

from __future__ import annotations

from typing import Any

from services.context import Context
from services.sqs import errors, limits
from services.sqs.changes import change
from services.sqs.urls import addressed


def purge_queue(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """Removes all messages, those in flight too, at once (AWS: within a minute); at most once a minute."""
    queue = addressed(ctx, request)
    now = ctx.now_ms()
    if queue.purged_at is not None and now - queue.purged_at < limits.PURGE_INTERVAL_MS:
        ctx.refuse(errors.PURGE_QUEUE_IN_PROGRESS, name=queue.name)
    ctx.commit(change(queue, "purge", at=now))
    return {}
