"""https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteMessageBatch.html"""

from __future__ import annotations

from typing import Any

from services.context import Context
from services.sqs import batches, errors
from services.sqs.batches import Entry
from services.sqs.changes import change
from services.sqs.in_flight import deletable
from services.sqs.urls import addressed

_SHAPE = "DeleteMessageBatchRequestEntry"


def delete_message_batch(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """Deletes up to ten messages in one record; an entry that is refused fails alone."""
    queue = addressed(ctx, request)
    entries = batches.checked_entries(ctx, request, _SHAPE)
    now = ctx.now_ms()
    # A dict, since two entries may hold the same handle.
    sequences: dict[int, None] = {}

    def delete(entry: Entry, prefix: str) -> dict[str, Any]:
        handle = entry.get("ReceiptHandle")
        if not handle:
            raise errors.MISSING_PARAMETER(name=f"{prefix}ReceiptHandle")
        sequence = deletable(queue, handle, now)
        if sequence is not None:
            sequences[sequence] = None
        return {}

    response = batches.each(entries, _SHAPE, delete)
    if sequences:
        ctx.commit(change(queue, "delete", messages=list(sequences)))
    return response
