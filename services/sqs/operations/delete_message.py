"""https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteMessage.html"""

from __future__ import annotations

from typing import Any

from services.context import Context
from services.sqs import errors
from services.sqs.changes import change
from services.sqs.in_flight import deletable
from services.sqs.urls import addressed


def delete_message(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """Deletes a message by the handle of its latest receive. Deleting what is gone succeeds."""
    queue = addressed(ctx, request)
    handle = request.get("ReceiptHandle")
    if not handle:
        raise errors.MISSING_PARAMETER(name="ReceiptHandle")
    sequence = deletable(queue, handle, ctx.now_ms())
    if sequence is not None:
        ctx.commit(change(queue, "delete", messages=[sequence]))
    return {}
