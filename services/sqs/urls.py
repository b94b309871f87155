"""Queue URLs. State holds no host: a URL is built from the host the client used, and read by its path alone.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-queue-message-identifiers.html
"""

from __future__ import annotations

from typing import Any

from services.context import Context
from services.sqs import errors
from services.sqs.queue import Queue


def queue_url(ctx: Context, queue: Queue) -> str:
    return f"{ctx.base_url}/{queue.account}/{queue.name}"


def addressed(ctx: Context, request: dict[str, Any]) -> Queue:
    """The queue that ``QueueUrl`` names by its last two path segments, account and name, in the caller's region.

    Raises MissingParameter, InvalidAddress and QueueDoesNotExist.
    """
    url = request.get("QueueUrl")
    if not url:
        raise errors.MISSING_PARAMETER(name="QueueUrl")
    segments = url.rsplit("/", 2)
    if len(segments) != 3 or not segments[1] or not segments[2]:
        raise errors.INVALID_ADDRESS(url=url)
    queue: Queue | None = ctx.state.find(segments[1], ctx.region, segments[2])
    if queue is None:
        raise errors.QUEUE_DOES_NOT_EXIST()
    return queue
