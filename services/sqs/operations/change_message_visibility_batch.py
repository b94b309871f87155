"""https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ChangeMessageVisibilityBatch.html"""

from __future__ import annotations

from typing import Any

from services.context import Context
from services.sqs import batches, errors
from services.sqs.batches import Entry
from services.sqs.changes import change
from services.sqs.in_flight import changeable
from services.sqs.urls import addressed

_SHAPE = "ChangeMessageVisibilityBatchRequestEntry"


def change_message_visibility_batch(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """Changes up to ten visibility timeouts in one record; an entry that is refused fails alone."""
    queue = addressed(ctx, request)
    entries = batches.checked_entries(ctx, request, _SHAPE)
    now = ctx.now_ms()
    rows: list[list[int]] = []

    def change_visibility(entry: Entry, prefix: str) -> dict[str, Any]:
        for name in ("ReceiptHandle", "VisibilityTimeout"):
            if entry.get(name) in (None, ""):
                raise errors.MISSING_PARAMETER(name=f"{prefix}{name}")
        row = changeable(ctx, queue, entry["ReceiptHandle"], entry["VisibilityTimeout"], now)
        if row is not None:
            rows.append(row)
        return {}

    response = batches.each(entries, _SHAPE, change_visibility)
    if rows:
        ctx.commit(change(queue, "change_visibility", messages=rows))
    return response
