"""https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteQueue.html"""

from __future__ import annotations

from typing import Any

from services.context import Context
from services.sqs.changes import change
from services.sqs.urls import addressed


def delete_queue(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """Removes the queue with all its messages, at once. Those who poll it get QueueDoesNotExist."""
    queue = addressed(ctx, request)
    ctx.commit(change(queue, "delete_queue"))
    return {}
