"""SQS's own document: Kumo's schema (:mod:`services.sqs.kumo`) and beside it what Kumo has no member for.

A queue is a container under its URL, holding ``queue`` (one line), ``sequenceCounter``, and three lists with an
entity a line: ``messages`` by sequence, ``deduplication`` and ``attempts`` by age. Ours beside Kumo's members:

- in ``queue``: ``Id``, ``Attributes`` (all of them, which is what counts at loading), ``PurgedTimestamp``;
- in a message: ``Sequence``, ``SenderId`` always; ``TraceHeader``, ``SourceARN``, ``ReceivesBefore``, and for one
  that was received ``Receipt`` and ``ReceivedTimestamp``, where there is one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any

from services.lines import Block, LineWriter, blocks
from services.sqs import kumo, timestamps
from services.sqs.attempts import Attempt, attempts
from services.sqs.deduplication import Deduplication, Sent
from services.sqs.message import Content, Message
from services.sqs.queue import Queue
from services.sqs.settings import Settings


def dump(queues: Iterable[Queue]) -> Iterator[bytes]:
    """The lines of a namespace's document, queues by name."""
    writer = LineWriter()
    yield from writer.open("queues")
    for queue in queues:
        yield from writer.open(kumo.url(queue))
        yield from writer.entity("queue", _queue_form(queue))
        yield from writer.members({"sequenceCounter": queue.counter})
        for name, entities in (
            ("messages", (_message_form(m, fifo=queue.settings.fifo) for _, m in sorted(queue.messages.items()))),
            ("deduplication", (_sent_form(sent) for sent in queue.deduplication)),
            ("attempts", (_attempt_form(attempt) for attempt in queue.attempts)),
        ):
            yield from writer.open(name, "[")
            for entity in entities:
                yield from writer.entity(None, entity)
            yield from writer.end()
        yield from writer.end()
    yield from writer.close()


def _queue_form(queue: Queue) -> dict[str, Any]:
    form = kumo.queue_form(queue)
    form["Id"] = queue.queue_id
    form["Attributes"] = dict(sorted(queue.settings.values.items()))
    if queue.purged_at is not None:
        form["PurgedTimestamp"] = timestamps.written(queue.purged_at)
    return form


def _message_form(message: Message, *, fifo: bool) -> dict[str, Any]:
    form = kumo.message_form(message, fifo=fifo)
    form["Sequence"] = message.sequence
    form["SenderId"] = message.content.sender_id
    if message.content.trace_header is not None:
        form["TraceHeader"] = message.content.trace_header
    if message.source_arn is not None:
        form["SourceARN"] = message.source_arn
        form["ReceivesBefore"] = message.receives_before
    if message.receipt is not None and message.received_at is not None:
        form["Receipt"] = message.receipt
        form["ReceivedTimestamp"] = timestamps.written(message.received_at)
    return form


def _sent_form(sent: Sent) -> dict[str, Any]:
    return {
        "GroupID": sent.group_id,
        "DeduplicationID": sent.deduplication_id,
        "MessageID": sent.message_id,
        "Sequence": sent.sequence,
        "SentTimestamp": timestamps.written(sent.sent_at),
    }


def _attempt_form(attempt: Attempt) -> dict[str, Any]:
    return {
        "AttemptID": attempt.attempt_id,
        "ReceivedTimestamp": timestamps.written(attempt.received_at),
        "Receipts": [list(receipt) for receipt in attempt.receipts],
    }


def load(account: str, region: str, lines: Iterable[bytes]) -> Iterator[Queue]:
    """The queues of :func:`dump`. Raises ValueError where a line can't be what it wrote."""
    try:
        for url, of_queue in groupby(blocks(lines), key=_place):
            if url is None:
                raise ValueError("sqs: something stands outside the queues")
            yield _queue(account, region, of_queue)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"sqs: a line isn't what was written: {error!r}") from error


def _place(block: Block) -> str | None:
    """The URL of the queue that it belongs to."""
    return block.path[1] if len(block.path) > 1 and block.path[0] == "queues" else None


def _queue(account: str, region: str, blocks_of_it: Iterable[Block]) -> Queue:
    values: dict[str, Any] = {}
    messages: list[Message] = []
    sent: list[Sent] = []
    received: list[Attempt] = []
    for block in blocks_of_it:
        match block.path[2:]:
            case ():
                values |= block.members
            case ("messages",):
                messages += map(_message, block.entries)
            case ("deduplication",):
                sent += map(_sent, block.entries)
            case ("attempts",):
                received += map(_attempt, block.entries)
            case _:
                raise ValueError(f"sqs: {block.path} is nothing that a queue has")
    head = values["queue"]
    settings = Settings.of(head["Attributes"])
    created_at = timestamps.read(head["CreatedTimestamp"])
    queue = Queue(account, region, head["Name"], head["Id"], created_at, settings, head["Tags"] or {})
    queue.modified_at = timestamps.read(head["LastModifiedTimestamp"])
    if "PurgedTimestamp" in head:
        queue.purged_at = timestamps.read(head["PurgedTimestamp"])
    queue.counter = values["sequenceCounter"]
    queue.deduplication = Deduplication(sent, in_group=settings.deduplicates_in_group)
    queue.attempts = attempts(received)
    queue.fill(messages)
    return queue


def _sent(value: Mapping[str, Any]) -> Sent:
    return Sent(
        value["GroupID"],
        value["DeduplicationID"],
        value["MessageID"],
        value["Sequence"],
        timestamps.read(value["SentTimestamp"]),
    )


def _attempt(value: Mapping[str, Any]) -> Attempt:
    receipts = tuple((sequence, receipt, until) for sequence, receipt, until in value["Receipts"])
    return Attempt(value["AttemptID"], timestamps.read(value["ReceivedTimestamp"]), receipts)


def _message(value: Mapping[str, Any]) -> Message:
    first = value["Attributes"]["ApproximateFirstReceiveTimestamp"]
    received = value.get("ReceivedTimestamp")
    content = Content(
        value["MessageID"],
        value["Body"],
        value["MD5OfBody"],
        value["SenderId"],
        value["MessageAttributes"],
        value.get("TraceHeader"),
        value["MessageGroupID"] or None,
        value["MessageDeduplicationID"] or None,
    )
    sent_at = int(value["Attributes"]["SentTimestamp"])
    at_once = value["VisibleAt"] == value["SentTimestamp"]
    return Message(
        value["Sequence"],
        content,
        sent_at,
        # Most messages were never delayed nor received: reading the time again would be half of the work.
        sent_at if at_once else timestamps.read(value["VisibleAt"]),
        value["ReceiveCount"],
        int(first) if first else None,
        timestamps.read(received) if received else None,
        value.get("Receipt"),
        value.get("ReceivesBefore", 0),
        value.get("SourceARN"),
    )
