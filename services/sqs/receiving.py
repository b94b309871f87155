"""Taking messages from a queue: which, under which receipts, and which of them are dead letters.

A receive is one record: the messages that go out, made invisible, and those that were received too often, moved to the
dead-letter queue.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from services.context import Context
from services.sqs import errors, limits, retention
from services.sqs.changes import change
from services.sqs.handles import new_receipt
from services.sqs.message import Message
from services.sqs.queue import Queue
from services.sqs.redrive import dead_letter_queue


@dataclass(frozen=True, slots=True)
class Wish:
    """What a caller asked for. ``visibility_timeout_ms``: None for the queue's own."""

    number_max: int
    visibility_timeout_ms: int | None
    attempt_id: str | None


def take(ctx: Context, queue: Queue, wish: Wish) -> list[Message]:
    """Receives what there is now; the messages as they are after it, none where nothing is visible."""
    now = ctx.now_ms()
    retention.expire(ctx, queue, now)
    visible_at = now + (
        queue.settings.visibility_timeout_ms if wish.visibility_timeout_ms is None else wish.visibility_timeout_ms
    )
    rows = _repeated(queue, wish.attempt_id, visible_at, now)
    if rows:
        return _receive(ctx, queue, rows, [], wish, now)
    if _too_many_in_flight(ctx, queue, now):
        return []
    target = dead_letter_queue(ctx, queue)
    while True:
        found, dead = _select(queue, target, wish.number_max, now)
        rows = [
            [
                message.sequence,
                new_receipt(ctx.ids),
                visible_at,
                message.receive_count + 1,
                now if message.first_received_at is None else message.first_received_at,
            ]
            for message in found
        ]
        received = _receive(ctx, queue, rows, dead, wish, now)
        if received or len(dead) < limits.MESSAGES_PER_RECORD_MAX:
            return received


def _select(queue: Queue, target: Queue | None, number_max: int, now: int) -> tuple[list[Message], list[Message]]:
    """The next messages to go out, and the dead letters met on the way to them."""
    found: list[Message] = []
    dead: list[Message] = []
    redrive = queue.settings.redrive
    for message in queue.available(now):
        receives_here = message.receive_count - message.receives_before
        if target is not None and redrive is not None and receives_here >= redrive.max_receive_count:
            dead.append(message)
            if len(dead) == limits.MESSAGES_PER_RECORD_MAX:
                break
        else:
            found.append(message)
            if len(found) == number_max:
                break
    return found, dead


def _receive(
    ctx: Context, queue: Queue, rows: list[list[Any]], dead: list[Message], wish: Wish, now: int
) -> list[Message]:
    changes = []
    if dead:
        # https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html:
        # on a FIFO queue the enqueue timestamp begins anew, on a standard queue it stays.
        moved = [[message.sequence, now if queue.settings.fifo else message.sent_at] for message in dead]
        name = queue.settings.redrive.target_name if queue.settings.redrive else ""
        changes.append(change(queue, "move", target=name, at=now, messages=moved))
    if rows:
        attempt = {} if wish.attempt_id is None else {"attempt": wish.attempt_id}
        changes.append(change(queue, "receive", at=now, messages=rows, **attempt))
    ctx.commit(*changes)
    return [queue.messages[row[0]] for row in rows]


def _repeated(queue: Queue, attempt_id: str | None, visible_at: int, now: int) -> list[list[Any]]:
    """The rows of an earlier receive under the same attempt id, as long as none of its messages was changed since."""
    attempt = queue.attempts.find(attempt_id, now) if attempt_id is not None else None
    rows: list[list[Any]] = []
    for sequence, receipt, until in attempt.receipts if attempt is not None else ():
        message = queue.messages.get(sequence)
        if message is None or message.receipt != receipt or message.visible_at != until or until <= now:
            return []
        rows.append([sequence, receipt, visible_at, message.receive_count, message.first_received_at])
    return rows


def _too_many_in_flight(ctx: Context, queue: Queue, now: int) -> bool:
    """AWS refuses on a standard queue and returns nothing on a FIFO queue."""
    if queue.received < limits.IN_FLIGHT_MAX or queue.in_flight(now) < limits.IN_FLIGHT_MAX:
        return False
    if queue.settings.fifo:
        return True
    ctx.refuse(errors.IN_FLIGHT_LIMIT)
    return False
