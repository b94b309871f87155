"""https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_GetQueueUrl.html"""

from __future__ import annotations

from typing import Any

from services.context import Context
from services.sqs import errors
from services.sqs.urls import queue_url


def get_queue_url(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """The URL of a queue of the caller, or of the account that QueueOwnerAWSAccountId names."""
    name = request.get("QueueName")
    if not name:
        raise errors.MISSING_PARAMETER(name="QueueName")
    queue = ctx.state.find(request.get("QueueOwnerAWSAccountId") or ctx.account, ctx.region, name)
    if queue is None:
        raise errors.QUEUE_DOES_NOT_EXIST()
    return {"QueueUrl": queue_url(ctx, queue)}
