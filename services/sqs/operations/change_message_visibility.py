"""https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ChangeMessageVisibility.html"""

from __future__ import annotations

from typing import Any

from services.context import Context
from services.sqs import errors
from services.sqs.changes import change
from services.sqs.in_flight import changeable
from services.sqs.urls import addressed


def change_message_visibility(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """Makes a message in flight visible so many seconds from now; 0 gives it back at once."""
    queue = addressed(ctx, request)
    for name in ("ReceiptHandle", "VisibilityTimeout"):
        if request.get(name) in (None, ""):
            raise errors.MISSING_PARAMETER(name=name)
    row = changeable(ctx, queue, request["ReceiptHandle"], request["VisibilityTimeout"], ctx.now_ms())
    if row is not None:
        ctx.commit(change(queue, "change_visibility", messages=[row]))
    return {}
