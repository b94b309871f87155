"""https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html"""

from __future__ import annotations

from typing import Any

from services.context import Context
from services.errors import ServiceError
from services.sqs import batches, errors, limits, sending
from services.sqs.changes import change
from services.sqs.queue import Queue
from services.sqs.sending import Outgoing
from services.sqs.urls import addressed

_SHAPE = "SendMessageBatchRequestEntry"

_REFUSES_ALL = frozenset({errors.BATCH_GROUP_ID_MISSING.rule, errors.DEDUPLICATION_ID_MISSING.rule})
"""What an entry of a FIFO queue's batch can't be without: AWS refuses all of them for one that lacks it."""


def send_message_batch(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """Sends up to ten messages in one record. An entry that is refused fails alone; too many bytes refuse them all, and
    so does a group or a deduplication id that is missing on a FIFO queue."""
    queue = addressed(ctx, request)
    entries = batches.checked_entries(ctx, request, _SHAPE)
    now = ctx.now_ms()
    outgoing: list[tuple[str, Outgoing]] = []
    failed: list[dict[str, Any]] = []
    for number, entry in enumerate(entries, 1):
        try:
            composed = sending.compose(ctx, queue, entry, now, entry=f"{_SHAPE}.{number}.")
        except ServiceError as error:
            if error.refusal.rule in _REFUSES_ALL:
                raise
            failed.append(batches.failure(entry["Id"], error))
        else:
            outgoing.append((entry["Id"], composed))
    size = sum(composed.size for _, composed in outgoing)
    if size > limits.BATCH_SIZE_BYTES_MAX:
        ctx.refuse(errors.BATCH_TOO_LONG, limit=limits.BATCH_SIZE_BYTES_MAX, size=size)
    response: dict[str, Any] = {"Successful": _send(ctx, queue, outgoing, now)}
    if failed:
        response["Failed"] = failed
    return response


def _send(ctx: Context, queue: Queue, outgoing: list[tuple[str, Outgoing]], now: int) -> list[dict[str, Any]]:
    """Sends what isn't a duplicate, of an earlier message or of an earlier entry, and answers for each."""
    answers: list[dict[str, Any]] = []
    fresh: list[dict[str, Any]] = []
    first: dict[tuple[str, str], tuple[str, int]] = {}
    for entry_id, composed in outgoing:
        value = composed.value
        sequence = queue.counter + len(fresh) + 1
        place = (value["id"], sequence)
        duplicate = sending.duplicate_of(queue, composed, now)
        if duplicate is not None:
            place = (duplicate.message_id, duplicate.sequence)
        elif queue.settings.fifo:
            group = value["group"] if queue.settings.deduplicates_in_group else ""
            place = first.setdefault((group, value["deduplication"]), place)
        if place[1] == sequence:
            fresh.append(value)
        answers.append({"Id": entry_id, **sending.result(queue, composed, *place)})
    if fresh:
        ctx.commit(change(queue, "send", messages=fresh))
    return answers
