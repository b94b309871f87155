"""https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html"""

from __future__ import annotations

from typing import Any

from services.context import Context
from services.sqs import sending
from services.sqs.changes import change
from services.sqs.urls import addressed


def send_message(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """Sends a message. A duplicate is answered as the first one was, and not delivered."""
    queue = addressed(ctx, request)
    now = ctx.now_ms()
    outgoing = sending.compose(ctx, queue, request, now)
    duplicate = sending.duplicate_of(queue, outgoing, now)
    if duplicate is not None:
        return sending.result(queue, outgoing, duplicate.message_id, duplicate.sequence)
    ctx.commit(change(queue, "send", messages=[outgoing.value]))
    return sending.result(queue, outgoing, outgoing.value["id"], queue.counter)
