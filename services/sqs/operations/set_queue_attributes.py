"""https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html"""

from __future__ import annotations

from typing import Any

from services.context import Context
from services.sqs import attributes, errors
from services.sqs.changes import change
from services.sqs.redrive import check_target
from services.sqs.urls import addressed


def set_queue_attributes(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """All of them or, where one is refused, none. They hold at once, for messages that are already there too."""
    queue = addressed(ctx, request)
    given = request.get("Attributes")
    if given is None:
        raise errors.MISSING_PARAMETER(name="Attributes")
    fifo = queue.settings.fifo
    checked = attributes.canonical(ctx, given, fifo=fifo)
    changes = attributes.with_consequences(ctx, checked, queue.settings.values)
    redrive = changes.get("RedrivePolicy")
    if redrive is not None:
        check_target(ctx, redrive, queue.arn, fifo=fifo)
    ctx.commit(change(queue, "set_attributes", at=ctx.now_ms(), attributes=changes))
    return {}
