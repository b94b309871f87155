"""What a FIFO queue remembers for five minutes: what was sent, and what was received under an attempt id.

Both are ordered by age and shed what is too old when something new comes, by the new one's moment: that needs no clock.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-exactly-once-processing.html
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from services.sqs.limits import DEDUPLICATION_INTERVAL_MS, RECEIVE_ATTEMPT_INTERVAL_MS


@dataclass(frozen=True, slots=True)
class Sent:
    """A message that was accepted, whatever became of it since."""

    group_id: str
    deduplication_id: str
    message_id: str
    sequence: int
    sent_at: int


@dataclass(frozen=True, slots=True)
class Attempt:
    """A receive with a ReceiveRequestAttemptId. ``receipts``: sequence and token of each message, with the moment until
    which it was made invisible."""

    attempt_id: str
    received_at: int
    receipts: tuple[tuple[int, str, int], ...]


class Deduplication:
    """What was sent within the deduplication interval, by deduplication id, in a group or in the whole queue."""

    def __init__(self, sent: Iterable[Sent] = (), *, in_group: bool) -> None:
        self._in_group = in_group
        self._sent: OrderedDict[tuple[str, str], Sent] = OrderedDict()
        for one in sent:
            self._sent.setdefault(self._key(one.group_id, one.deduplication_id), one)

    def _key(self, group_id: str, deduplication_id: str) -> tuple[str, str]:
        return (group_id if self._in_group else "", deduplication_id)

    def find(self, group_id: str, deduplication_id: str, now: int) -> Sent | None:
        """The message of which one sent now would be a duplicate."""
        sent = self._sent.get(self._key(group_id, deduplication_id))
        return sent if sent is not None and now - sent.sent_at < DEDUPLICATION_INTERVAL_MS else None

    def add(self, sent: Sent) -> None:
        while self._sent:
            oldest = next(iter(self._sent.values()))
            if sent.sent_at - oldest.sent_at < DEDUPLICATION_INTERVAL_MS:
                break
            self._sent.popitem(last=False)
        key = self._key(sent.group_id, sent.deduplication_id)
        self._sent[key] = sent
        self._sent.move_to_end(key)

    def scoped(self, *, in_group: bool) -> Deduplication:
        """The same memory under another scope."""
        return Deduplication(self, in_group=in_group)

    def copy(self) -> Deduplication:
        return Deduplication(self, in_group=self._in_group)

    def __iter__(self) -> Iterator[Sent]:
        return iter(self._sent.values())


class Attempts:
    """The latest receive under each attempt id."""

    def __init__(self, attempts: Iterable[Attempt] = ()) -> None:
        self._attempts = OrderedDict((attempt.attempt_id, attempt) for attempt in attempts)

    def find(self, attempt_id: str, now: int) -> Attempt | None:
        attempt = self._attempts.get(attempt_id)
        if attempt is not None and now - attempt.received_at < RECEIVE_ATTEMPT_INTERVAL_MS:
            return attempt
        return None

    def add(self, attempt: Attempt) -> None:
        while self._attempts:
            oldest = next(iter(self._attempts.values()))
            if attempt.received_at - oldest.received_at < RECEIVE_ATTEMPT_INTERVAL_MS:
                break
            self._attempts.popitem(last=False)
        self._attempts[attempt.attempt_id] = attempt
        self._attempts.move_to_end(attempt.attempt_id)

    def copy(self) -> Attempts:
        return Attempts(self)

    def __iter__(self) -> Iterator[Attempt]:
        return iter(self._attempts.values())
