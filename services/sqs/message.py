"""A message and its life.

Theory
======

A message is kept by one queue at a time. Two things are stored of where it stands, and both are plain values in the
message: ``visible_at``, the moment from which a receive may return it, and ``receipt``, the token of its latest receive
(None before the first). Which *phase* it is in follows from these and the time:

========== ======================================== ==============================================
phase      when                                     counted by GetQueueAttributes in
========== ======================================== ==============================================
DELAYED    ``now < visible_at``, never received     ApproximateNumberOfMessagesDelayed
IN_FLIGHT  ``now < visible_at``, received           ApproximateNumberOfMessagesNotVisible
VISIBLE    ``visible_at <= now``                    ApproximateNumberOfMessages
GONE       not in the queue any more                nothing
========== ======================================== ==============================================

So the end of a delay and the end of a visibility timeout are not events that anyone has to carry out or record: the
clock passes ``visible_at``, and that is all. A restart needs no timers, and a queue sorted by ``visible_at`` has what
may be received in front. What does change a message is written in :data:`STANDARD` and :data:`FIFO`, the tables of
phases and events. An event that a phase doesn't list is refused to the caller, or succeeds without an effect where AWS
has it so (changing the visibility of a standard queue's message whose timeout has ended).

The two tables differ in one place. The receipt of a standard queue's message stays good after its visibility timeout
ended, as long as nobody else received the message: it can still be deleted with it. On a FIFO queue it has expired by
then, because the next message of the group may depend on whether this one was processed.

A receipt that isn't the latest one never changes anything. On a standard queue deleting with it succeeds all the same
(AWS: "the request will succeed, but the message might not be deleted").

A message that was received ``maxReceiveCount`` times is not received once more: the receive that finds it MOVEs it to
the dead-letter queue, where it is VISIBLE at once under its old message id, with a new place in that queue's order.
On a standard queue it keeps the moment it was sent, from which its retention counts; on a FIFO queue that begins
anew.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-visibility-timeout.html
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, auto
from typing import Any, NamedTuple


class Phase(Enum):
    DELAYED = auto()
    VISIBLE = auto()
    IN_FLIGHT = auto()
    GONE = auto()


class Event(Enum):
    BECOME_VISIBLE = auto()
    RECEIVE = auto()
    CHANGE_VISIBILITY = auto()
    RETURN = auto()
    DELETE = auto()
    MOVE = auto()
    EXPIRE = auto()
    PURGE = auto()


Table = Mapping[Phase, Mapping[Event, Phase]]

_ENDS = {Event.EXPIRE: Phase.GONE, Event.PURGE: Phase.GONE}

FIFO: Table = {
    Phase.DELAYED: {Event.BECOME_VISIBLE: Phase.VISIBLE, **_ENDS},
    Phase.VISIBLE: {Event.RECEIVE: Phase.IN_FLIGHT, Event.MOVE: Phase.GONE, **_ENDS},
    Phase.IN_FLIGHT: {
        Event.CHANGE_VISIBILITY: Phase.IN_FLIGHT,
        Event.RETURN: Phase.VISIBLE,  # the timeout ended, or was changed to 0
        Event.DELETE: Phase.GONE,
        **_ENDS,
    },
    Phase.GONE: {},
}

STANDARD: Table = {**FIFO, Phase.VISIBLE: {**FIFO[Phase.VISIBLE], Event.DELETE: Phase.GONE}}


class Content(NamedTuple):
    """What was sent; the same through the message's whole life.

    md5: of the body, hexadecimal.
    attributes: by name, as in documents: ``{"DataType", "StringValue" or "BinaryValue" (base64)}``; None for none.
    trace_header: the system attribute ``AWSTraceHeader``.
    """

    message_id: str
    body: str
    md5: str
    sender_id: str
    attributes: Mapping[str, Mapping[str, str]] | None = None
    trace_header: str | None = None
    group_id: str | None = None
    deduplication_id: str | None = None

    @classmethod
    def of(cls, value: Mapping[str, Any]) -> Content:
        """From the value that a ``sqs.send`` change holds for a message."""
        return cls(
            value["id"],
            value["body"],
            value["md5"],
            value["sender"],
            value.get("attributes"),
            value.get("trace"),
            value.get("group"),
            value.get("deduplication"),
        )


class Message(NamedTuple):
    """A message in a queue.

    sequence: its place in the order of arrival in this queue, from 1.
    sent_at, visible_at, first_received_at, received_at: moments; the latter two None before the first receive.
    receive_count: receives in all queues it was in; ``receives_before`` of them were in other queues.
    receipt: the token of the latest receive in this queue.
    source_arn: the queue it was dead-lettered from.
    """

    sequence: int
    content: Content
    sent_at: int
    visible_at: int
    receive_count: int = 0
    first_received_at: int | None = None
    received_at: int | None = None
    receipt: str | None = None
    receives_before: int = 0
    source_arn: str | None = None

    def phase(self, now: int) -> Phase:
        if self.visible_at <= now:
            return Phase.VISIBLE
        return Phase.DELAYED if self.receipt is None else Phase.IN_FLIGHT

    def received(self, receipt: str, now: int, visible_at: int, count: int, first: int) -> Message:
        """After a receive."""
        return Message(
            self.sequence,
            self.content,
            self.sent_at,
            visible_at,
            count,
            first,
            now,
            receipt,
            self.receives_before,
            self.source_arn,
        )

    def visible_from(self, visible_at: int) -> Message:
        """After a change of its visibility timeout."""
        return Message(
            self.sequence,
            self.content,
            self.sent_at,
            visible_at,
            self.receive_count,
            self.first_received_at,
            self.received_at,
            self.receipt,
            self.receives_before,
            self.source_arn,
        )

    def moved(self, sequence: int, sent_at: int, now: int, source_arn: str) -> Message:
        """As it arrives in a dead-letter queue."""
        return Message(
            sequence,
            self.content,
            sent_at,
            now,
            receive_count=self.receive_count,
            receives_before=self.receive_count,
            source_arn=source_arn,
        )


_FIRST_SEQUENCE_NUMBER = 18_850_000_000_000_000_000


def sequence_number(sequence: int) -> str:
    """AWS's 20-digit number of a FIFO queue's message, which grows with the order of arrival."""
    return str(_FIRST_SEQUENCE_NUMBER + sequence)


def arrival(number: str) -> int:
    """The sequence that a sequence number stands for, also where a document has the small integer; 0 for none."""
    if not number.isdecimal():
        return 0
    return int(number) - _FIRST_SEQUENCE_NUMBER if int(number) > _FIRST_SEQUENCE_NUMBER else int(number)
