"""What a receipt handle still allows: deleting a message, and changing its visibility timeout.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteMessage.html
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ChangeMessageVisibility.html
"""

from __future__ import annotations

from services.context import Context
from services.sqs import errors, handles, limits
from services.sqs.message import FIFO, STANDARD, Event, Message
from services.sqs.queue import Queue


def deletable(queue: Queue, handle: str, now: int) -> int | None:
    """The sequence of the message that the handle deletes. None where a delete succeeds and removes nothing: the
    message is gone, or was received again since on a standard queue."""
    sequence, receipt = handles.parse(queue, handle)
    message = queue.messages.get(sequence)
    if message is None:
        return None
    if message.receipt == receipt and _allows(queue, message, Event.DELETE, now):
        return sequence
    if queue.settings.fifo:
        raise errors.RECEIPT_HANDLE_EXPIRED(value=handle)
    return None


def changeable(ctx: Context, queue: Queue, handle: str, seconds: int, now: int) -> list[int] | None:
    """``[sequence, visible_at]`` for a visibility timeout of so many seconds from now on. None where a change succeeds
    and changes nothing: the timeout ended on a standard queue. AWS documents MessageNotInflight for that, and doesn't
    answer it."""
    if not limits.VISIBILITY_TIMEOUT_SECONDS[0] <= seconds <= limits.VISIBILITY_TIMEOUT_SECONDS[1]:
        ctx.refuse(errors.VISIBILITY_TIMEOUT, value=seconds)
    sequence, receipt = handles.parse(queue, handle)
    message = queue.messages.get(sequence)
    if message is None or message.receipt != receipt or message.received_at is None:
        raise errors.MESSAGE_NOT_AVAILABLE(value=handle)
    if not _allows(queue, message, Event.CHANGE_VISIBILITY, now):
        if queue.settings.fifo:
            raise errors.RECEIPT_HANDLE_EXPIRED(value=handle)
        return None
    visible_at = now + seconds * 1000
    if visible_at - message.received_at > limits.VISIBILITY_TIMEOUT_SECONDS[1] * 1000:
        ctx.refuse(errors.TOTAL_VISIBILITY_TIMEOUT, value=seconds)
    return [sequence, visible_at]


def _allows(queue: Queue, message: Message, event: Event, now: int) -> bool:
    table = FIFO if queue.settings.fifo else STANDARD
    return event in table[message.phase(now)]
