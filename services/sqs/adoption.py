"""Making a namespace's queues what a Kumo document says.

A queue or message whose form in Kumo's schema is the one we would write ourselves is kept as it is, with all that
Kumo has no member for. Members count in any case, missing ones are zero values. Where Kumo's fixed region stands in a
redrive policy, the namespace's own takes its place.
"""

from __future__ import annotations

import hashlib
from base64 import b64decode
from collections.abc import Mapping
from itertools import pairwise
from typing import Any, TypeVar

from services.sqs import kumo, timestamps
from services.sqs.attempts import attempts
from services.sqs.message import Content, Message, arrival
from services.sqs.queue import Queue
from services.sqs.redrive import canonical_redrive_policy
from services.sqs.settings import FIFO_DEFAULTS, STANDARD_DEFAULTS, Redrive, Settings

_Value = TypeVar("_Value")


class Fields:
    """A JSON object of a hand-made document: names in any case, missing values zero. ``place`` is for error
    messages."""

    def __init__(self, value: Any, place: str) -> None:
        if value is None:
            value = {}
        if not isinstance(value, Mapping):
            raise ValueError(f"{place}: an object is expected")
        self.place = place
        self._values = {str(name).lower(): member for name, member in value.items()}

    def get(self, name: str, zero: _Value) -> _Value:
        """The member, of the type of ``zero``."""
        value = self._values.get(name.lower())
        if value is None:
            return zero
        if not isinstance(value, type(zero)) or (isinstance(value, bool) and not isinstance(zero, bool)):
            raise ValueError(f"{self.place}.{name}: {type(zero).__name__} is expected, not {value!r}")
        return value

    def object(self, name: str) -> Fields:
        return Fields(self._values.get(name.lower()), f"{self.place}.{name}")

    def moment(self, name: str) -> int:
        text = self.get(name, "")
        try:
            return max(timestamps.read(text), 0) if text else 0
        except ValueError as error:
            raise ValueError(f"{self.place}.{name}: {error}") from None


def adopt(
    account: str, region: str, document: Mapping[str, Any], before: Mapping[str, Queue]
) -> tuple[list[Queue], Mapping[str, int]]:
    """The namespace's queues as the document says, and what is different from those ``before``."""
    found: dict[str, Any] = Fields(document, "sqs.json").get("queues", {})
    forms = {url: Fields(value, f"queues[{url!r}]") for url, value in found.items()}
    queues = [_queue(account, region, url, form, forms, before) for url, form in forms.items()]
    counts = dict.fromkeys(
        ("queues added", "queues removed", "messages added", "messages changed", "messages removed"), 0
    )
    by_name = {queue.name: queue for queue in queues}
    if len(by_name) < len(queues):
        raise ValueError("sqs.json: two queues have the same name")
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
    head = form.object("queue")
    name = head.get("Name", "") or url.rpartition("/")[2]
    if not name or "/" in name:
        raise ValueError(f"{form.place}: the queue has no name")
    old = before.get(name)
    fifo = head.get("FifoQueue", False) or name.endswith(".fifo")
    if old is not None and old.settings.fifo != fifo:
        old = None
    settings = _settings(account, region, head, fifo, old, forms)
    created_at = head.moment("CreatedTimestamp")
    tags: dict[str, str] = head.get("Tags", {})
    if not all(isinstance(value, str) for value in tags.values()):
        raise ValueError(f"{head.place}.Tags: strings are expected")
    # A receipt handle names its queue by this, so it must be the same whenever the same document is adopted.
    queue_id = (
        old.queue_id if old else hashlib.sha256(f"{account}/{region}/{name}/{created_at}".encode()).hexdigest()[:16]
    )
    queue = Queue(account, region, name, queue_id, created_at, settings, tags)
    queue.modified_at = head.moment("LastModifiedTimestamp")
    if old is not None:
        queue.purged_at = old.purged_at
        queue.deduplication = old.deduplication.scoped(in_group=settings.deduplicates_in_group)
        queue.attempts = attempts(old.attempts)
    messages = _messages(form, queue, old)
    queue.fill(messages)
    last = max((message.sequence for message in messages), default=0)
    counted = form.get("sequenceCounter", 0)
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
        values[attribute] = str(head.get(name, 0))
    # Zero would mean that no message can be kept: a document that leaves these out means the default.
    values["MessageRetentionPeriod"] = str(head.get("MessageRetentionPeriod", 0) or defaults["MessageRetentionPeriod"])
    values["MaximumMessageSize"] = str(head.get("MaxMessageSize", 0) or defaults["MaximumMessageSize"])
    if fifo:
        values["ContentBasedDeduplication"] = str(head.get("ContentBasedDeduplication", False)).lower()
    for attribute, value in (
        ("Policy", head.get("Policy", "")),
        ("RedrivePolicy", _redrive_policy(account, region, head, forms)),
    ):
        if value:
            values[attribute] = value
        else:
            values.pop(attribute, None)
    return Settings.of(values)


def _redrive_policy(account: str, region: str, head: Fields, forms: Mapping[str, Fields]) -> str:
    target = head.get("DeadLetterTargetArn", "")
    if not target:
        return ""
    name = target.rpartition(":")[2]
    if any(url.rpartition("/")[2] == name for url in forms):
        target = f"arn:aws:sqs:{region}:{account}:{name}"
    return canonical_redrive_policy(Redrive(target, max(head.get("MaxReceiveCount", 0), 1)))


def _messages(form: Fields, queue: Queue, old: Queue | None) -> list[Message]:
    """The document's messages, in its order, with sequences that grow in that order."""
    kept = {message.content.message_id: message for message in old.messages.values()} if old else {}
    fifo = queue.settings.fifo
    messages: list[Message] = []
    seen: set[str] = set()
    values: list[Any] = form.get("messages", [])
    for number, value in enumerate(values):
        fields = Fields(value, f"{form.place}.messages[{number}]")
        read = _message(fields, queue)
        message_id = read.content.message_id
        if not message_id or message_id in seen:
            raise ValueError(f"{fields.place}.MessageID: it must be there, and be another one for each message")
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
    body = fields.get("Body", "")
    system = fields.object("Attributes")
    sent_at = fields.moment("SentTimestamp")
    first = system.get("ApproximateFirstReceiveTimestamp", "")
    number = fields.get("SequenceNumber", "")
    content = Content(
        message_id=fields.get("MessageID", ""),
        body=body,
        md5=hashlib.md5(body.encode(), usedforsecurity=False).hexdigest(),
        sender_id=queue.account,
        attributes=_attributes(fields),
        group_id=fields.get("MessageGroupID", "") or None,
        deduplication_id=fields.get("MessageDeduplicationID", "") or None,
    )
    return Message(
        sequence=arrival(number) if queue.settings.fifo else 0,
        content=content,
        sent_at=sent_at,
        visible_at=fields.moment("VisibleAt"),
        receive_count=fields.get("ReceiveCount", 0),
        first_received_at=int(first) if first.isdecimal() else None,
    )


def _attributes(fields: Fields) -> Mapping[str, Mapping[str, str]] | None:
    given: Mapping[str, Any] = fields.get("MessageAttributes", {})
    attributes: dict[str, Mapping[str, str]] = {}
    for name, value in given.items():
        attribute = Fields(value, f"{fields.place}.MessageAttributes[{name!r}]")
        data_type = attribute.get("DataType", "")
        kind = "BinaryValue" if data_type.partition(".")[0] == "Binary" else "StringValue"
        text = attribute.get(kind, "")
        try:
            b64decode(text if kind == "BinaryValue" else "", validate=True)
        except ValueError:
            raise ValueError(f"{attribute.place}.{kind}: base64 is expected") from None
        attributes[name] = {"DataType": data_type, kind: text}
    return attributes or None
