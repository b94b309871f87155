"""Making a namespace's queues what a Kumo document says.

A queue or message whose form in Kumo's schema is the one we would write ourselves is kept as it is, with all that
Kumo has no member for. Members count in any case, missing ones are zero values. Where Kumo's fixed region stands in a
redrive policy, the namespace's own takes its place.
"""

from __future__ import annotations

import hashlib
import json
from base64 import b64decode
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from services.kumo_fields import Fields
from services.sqs import kumo
from services.sqs.attempts import attempts
from services.sqs.message import Content, Message, arrival
from services.sqs.queue import Queue
from services.sqs.redrive import canonical_redrive_policy
from services.sqs.settings import FIFO_DEFAULTS, STANDARD_DEFAULTS, Redrive, Settings

_NUMBER = (0, 2**31 - 1)
"""What a queue or message may count or wait: Kumo takes any number, and times must stay within the calendar."""
_SEQUENCE_MAX = 10**18
_SEQUENCE_DIGITS = 20
_MOMENT_DIGITS = 15


def adopt(
    account: str, region: str, document: Mapping[str, Any], before: Mapping[str, Queue]
) -> tuple[list[Queue], Mapping[str, int]]:
    """The namespace's queues as the document says, and what is different from those ``before``."""
    forms = {url: Fields(value, place) for url, value, place in Fields(document, "sqs").entries("queues")}
    queues = [_queue(account, region, url, form, forms, before) for url, form in forms.items()]
    counts = dict.fromkeys(
        ("queues added", "queues removed", "messages added", "messages changed", "messages removed"), 0
    )
    by_name = {queue.name: queue for queue in queues}
    if len(by_name) < len(queues):
        raise ValueError("sqs/queues: two queues have the same name")
    counts["queues added"] = len(by_name.keys() - before.keys())
    counts["queues removed"] = len(before.keys() - by_name.keys())
    for name in by_name.keys() | before.keys():
        _count_messages(before.get(name), by_name.get(name), counts)
    return queues, {what: number for what, number in counts.items() if number}


def _count_messages(old: Queue | None, new: Queue | None, counts: dict[str, int]) -> None:
    older = {message.content.message_id: message for message in old.messages.values()} if old else {}
    newer = {message.content.message_id: message for message in new.messages.values()} if new else {}
    counts["messages added"] += len(newer.keys() - older.keys())
    counts["messages removed"] += len(older.keys() - newer.keys())
    both = newer.keys() & older.keys()
    counts["messages changed"] += sum(newer[message_id] is not older[message_id] for message_id in both)


def _queue(
    account: str, region: str, url: str, form: Fields, forms: Mapping[str, Fields], before: Mapping[str, Queue]
) -> Queue:
    head = form.fields("queue")
    name = head.text("Name") or url.rpartition("/")[2]
    if not name or "/" in name:
        raise ValueError(f"{form.place}: the queue has no name")
    old = before.get(name)
    fifo = head.boolean("FifoQueue") or name.endswith(".fifo")
    if old is not None and old.settings.fifo != fifo:
        old = None
    settings = _settings(account, region, head, fifo, old, forms)
    created_at = _moment(head, "CreatedTimestamp")
    # A receipt handle names its queue by this, so it must be the same whenever the same document is adopted.
    queue_id = (
        old.queue_id if old else hashlib.sha256(f"{account}/{region}/{name}/{created_at}".encode()).hexdigest()[:16]
    )
    queue = Queue(account, region, name, queue_id, created_at, settings, head.texts("Tags") or {})
    queue.modified_at = _moment(head, "LastModifiedTimestamp")
    if old is not None:
        queue.purged_at = old.purged_at
        queue.deduplication = old.deduplication.scoped(in_group=settings.deduplicates_in_group)
        queue.attempts = attempts(old.attempts)
    messages = _messages(form, queue, old)
    queue.fill(messages)
    last = max((message.sequence for message in messages), default=0)
    counted = form.integer("sequenceCounter", (-_SEQUENCE_MAX, _SEQUENCE_MAX))
    queue.counter = max(last, counted, old.counter if old else 0)
    return queue


def _settings(
    account: str, region: str, head: Fields, fifo: bool, old: Queue | None, forms: Mapping[str, Fields]
) -> Settings:
    defaults = FIFO_DEFAULTS if fifo else STANDARD_DEFAULTS
    values = dict(old.settings.values if old else defaults)
    for name, attribute in (
        ("VisibilityTimeout", "VisibilityTimeout"),
        ("DelaySeconds", "DelaySeconds"),
        ("ReceiveWaitTimeSeconds", "ReceiveMessageWaitTimeSeconds"),
    ):
        values[attribute] = str(head.integer(name, _NUMBER))
    # Zero would mean that no message can be kept: a document that leaves these out means the default.
    for name, attribute in (
        ("MessageRetentionPeriod", "MessageRetentionPeriod"),
        ("MaxMessageSize", "MaximumMessageSize"),
    ):
        values[attribute] = str(head.integer(name, _NUMBER) or defaults[attribute])
    if fifo:
        values["ContentBasedDeduplication"] = str(head.boolean("ContentBasedDeduplication")).lower()
    for attribute, value in (
        ("Policy", head.text("Policy")),
        ("RedrivePolicy", _redrive_policy(account, region, head, forms)),
    ):
        if value:
            values[attribute] = value
        else:
            values.pop(attribute, None)
    return Settings.of(values)


def _redrive_policy(account: str, region: str, head: Fields, forms: Mapping[str, Fields]) -> str:
    target, count = _target_and_count(head)
    if not target:
        return ""
    name = target.rpartition(":")[2]
    if any(url.rpartition("/")[2] == name for url in forms):
        target = f"arn:aws:sqs:{region}:{account}:{name}"
    return canonical_redrive_policy(Redrive(target, max(count, 1)))


def _target_and_count(head: Fields) -> tuple[str, int]:
    """Where dead letters go, empty for nowhere, and after how many receives."""
    target, count = head.text("DeadLetterTargetArn"), head.integer("MaxReceiveCount", _NUMBER)
    text = head.text("RedrivePolicy")
    if target or not text:
        return target, count
    # Kumo writes both; a person may know AWS's text alone.
    try:
        policy = json.loads(text)
        return str(policy["deadLetterTargetArn"]), int(policy["maxReceiveCount"])
    except (ValueError, KeyError, TypeError) as error:
        raise head.refusal(
            "RedrivePolicy", "a JSON object with deadLetterTargetArn and maxReceiveCount is expected"
        ) from error


def _messages(form: Fields, queue: Queue, old: Queue | None) -> list[Message]:
    """The document's messages, in its order, with sequences that grow in that order."""
    kept = {message.content.message_id: message for message in old.messages.values()} if old else {}
    fifo = queue.settings.fifo
    messages: list[Message] = []
    seen: set[str] = set()
    for fields in form.items("messages"):
        read = _message(fields, queue)
        message_id = read.content.message_id
        if not message_id or message_id in seen:
            raise fields.refusal("MessageID", "it must be there, and be another one for each message")
        seen.add(message_id)
        same = kept.get(message_id)
        if same is not None and _same_form(same, read, fifo=fifo):
            read = same
        messages.append(read)
    return _numbered(messages, old.counter if old else 0)


def _same_form(ours: Message, read: Message, *, fifo: bool) -> bool:
    return kumo.message_form(ours, fifo=fifo) == kumo.message_form(read, fifo=fifo)


def _numbered(messages: list[Message], counter: int) -> list[Message]:
    """Keeps the sequences that are known if they grow and new messages stand behind; else gives all of them new
    ones."""
    known = [message.sequence for message in messages if message.sequence]
    unknown = len(messages) - len(known)
    in_order = all(message.sequence for message in messages[: len(known)])
    grow = all(one < other for one, other in pairwise(known))
    if in_order and grow:
        first = max(counter, known[-1] if known else 0) + 1
        new = range(first, first + unknown)
        return messages[: len(known)] + [
            message._replace(sequence=sequence) for message, sequence in zip(messages[len(known) :], new, strict=True)
        ]
    return [message._replace(sequence=counter + number) for number, message in enumerate(messages, 1)]


def _message(fields: Fields, queue: Queue) -> Message:
    body = fields.text("Body")
    first = fields.fields("Attributes").text("ApproximateFirstReceiveTimestamp")
    content = Content(
        message_id=fields.text("MessageID"),
        body=body,
        md5=hashlib.md5(body.encode(), usedforsecurity=False).hexdigest(),
        sender_id=queue.account,
        attributes=_attributes(fields),
        group_id=fields.text("MessageGroupID") or None,
        deduplication_id=fields.text("MessageDeduplicationID") or None,
    )
    return Message(
        sequence=_sequence(fields) if queue.settings.fifo else 0,
        content=content,
        sent_at=_moment(fields, "SentTimestamp"),
        visible_at=_moment(fields, "VisibleAt"),
        receive_count=fields.integer("ReceiveCount", _NUMBER),
        first_received_at=int(first) if first.isdecimal() and len(first) <= _MOMENT_DIGITS else None,
    )


def _sequence(fields: Fields) -> int:
    number = fields.text("SequenceNumber")
    sequence = arrival(number) if len(number) <= _SEQUENCE_DIGITS else _SEQUENCE_MAX + 1
    if sequence > _SEQUENCE_MAX:
        raise fields.refusal("SequenceNumber", "it is larger than any that is given out")
    return sequence


def _moment(fields: Fields, name: str) -> int:
    return max(fields.time_ms(name), 0)


def _attributes(fields: Fields) -> Mapping[str, Mapping[str, str]] | None:
    attributes: dict[str, Mapping[str, str]] = {}
    for name, value, place in fields.entries("MessageAttributes"):
        attribute = Fields(value, place)
        data_type = attribute.text("DataType")
        kind = "BinaryValue" if data_type.partition(".")[0] == "Binary" else "StringValue"
        text = attribute.text(kind)
        try:
            b64decode(text if kind == "BinaryValue" else "", validate=True)
        except ValueError:
            raise attribute.refusal(kind, "base64 is expected") from None
        attributes[name] = {"DataType": data_type, kind: text}
    return attributes or None
