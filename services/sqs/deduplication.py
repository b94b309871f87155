"""What a FIFO queue accepted within the deduplication interval, whatever became of it since.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-exactly-once-processing.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from services.sqs.limits import DEDUPLICATION_INTERVAL_MS
from services.sqs.recent import Recent


@dataclass(frozen=True, slots=True)
class Sent:
    """A message that was accepted."""

    group_id: str
    deduplication_id: str
    message_id: str
    sequence: int
    sent_at: int


class Deduplication:
    """What was sent, by deduplication id: in its group (``in_group``) or in the whole queue."""

    def __init__(self, sent: Iterable[Sent] = (), *, in_group: bool) -> None:
        self._in_group = in_group
        self._recent: Recent[tuple[str, str], Sent] = Recent(
            DEDUPLICATION_INTERVAL_MS,
            key=lambda one: self._key(one.group_id, one.deduplication_id),
            moment=lambda one: one.sent_at,
            entries=sent,
        )

    def _key(self, group_id: str, deduplication_id: str) -> tuple[str, str]:
        return (group_id if self._in_group else "", deduplication_id)

    def find(self, group_id: str, deduplication_id: str, now: int) -> Sent | None:
        """The message of which one sent now would be a duplicate."""
        return self._recent.find(self._key(group_id, deduplication_id), now)

    def add(self, sent: Sent) -> None:
        self._recent.add(sent)

    def scoped(self, *, in_group: bool) -> Deduplication:
        """The same memory under another scope."""
        return Deduplication(self, in_group=in_group)

    def copy(self) -> Deduplication:
        return Deduplication(self, in_group=self._in_group)

    def __iter__(self) -> Iterator[Sent]:
        return iter(self._recent)
