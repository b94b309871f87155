"""A queue: its settings, its messages, and the sorted views that keep every call's cost independent of its depth.

The views hold keys only; the messages themselves stand in one map by sequence. All views follow from the messages, so a
queue that was loaded equals the one that was saved. Adding, removing and replacing a message costs O(log n), taking the
next ones O(their number), counting O(log n).
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping

from sortedcontainers import SortedList

from services.sqs.attempts import Attempts, attempts
from services.sqs.deduplication import Deduplication, Sent
from services.sqs.fifo import Groups
from services.sqs.message import Message
from services.sqs.settings import Settings

_LAST = sys.maxsize


class Queue:
    """queue_id: 16 hexadecimal characters, new with every CreateQueue, so that no receipt handle outlives its queue.

    counter: the sequence of the last message that arrived. purged_at: the last PurgeQueue; None if there was none.
    """

    def __init__(
        self,
        account: str,
        region: str,
        name: str,
        queue_id: str,
        created_at: int,
        settings: Settings,
        tags: Mapping[str, str],
    ) -> None:
        self.account = account
        self.region = region
        self.name = name
        self.queue_id = queue_id
        self.arn = f"arn:aws:sqs:{region}:{account}:{name}"
        self.topic = ("sqs", account, region, name)
        self.created_at = created_at
        self.modified_at = created_at
        self.purged_at: int | None = None
        self.settings = settings
        self.tags = tags
        self.counter = 0
        self.messages: dict[int, Message] = {}
        self.deduplication = Deduplication(in_group=settings.deduplicates_in_group)
        self.attempts: Attempts = attempts()
        self._empty()

    def _empty(self) -> None:
        self._timeline: SortedList[tuple[int, int]] = SortedList()
        self._received: SortedList[tuple[int, int]] = SortedList()
        self._ages: SortedList[tuple[int, int]] = SortedList()
        self._groups = Groups(self.messages) if self.settings.fifo else None

    # Messages come, change and go

    def add(self, message: Message) -> None:
        self.messages[message.sequence] = message
        self._timeline.add((message.visible_at, message.sequence))
        self._ages.add((message.sent_at, message.sequence))
        if message.receipt is not None:
            self._received.add((message.visible_at, message.sequence))
        if self._groups is not None:
            self._groups.add(message)

    def replace(self, message: Message) -> None:
        """Puts a later state of a message in its place."""
        before = self.messages[message.sequence]
        self.messages[message.sequence] = message
        self._timeline.remove((before.visible_at, before.sequence))
        self._timeline.add((message.visible_at, message.sequence))
        if before.receipt is not None:
            self._received.remove((before.visible_at, before.sequence))
        if message.receipt is not None:
            self._received.add((message.visible_at, message.sequence))
        if self._groups is not None:
            self._groups.changed(message)

    def remove(self, sequence: int) -> Message:
        message = self.messages.pop(sequence)
        self._timeline.remove((message.visible_at, sequence))
        self._ages.remove((message.sent_at, sequence))
        if message.receipt is not None:
            self._received.remove((message.visible_at, sequence))
        if self._groups is not None:
            self._groups.remove(message)
        return message

    def fill(self, messages: Iterable[Message]) -> None:
        """Takes many messages at once."""
        self.messages.update((message.sequence, message) for message in messages)
        kept = self.messages.values()
        self._timeline = SortedList((message.visible_at, message.sequence) for message in kept)
        self._ages = SortedList((message.sent_at, message.sequence) for message in kept)
        self._received = SortedList(
            (message.visible_at, message.sequence) for message in kept if message.receipt is not None
        )
        if self._groups is not None:
            self._groups.fill()

    def clear(self) -> None:
        """Removes all messages; the counter and what was sent stay known."""
        self.messages.clear()
        self._empty()

    def remember(self, message: Message) -> None:
        """Makes later messages with its deduplication id duplicates of this one."""
        content = message.content
        if content.deduplication_id is not None:
            self.deduplication.add(
                Sent(
                    content.group_id or "",
                    content.deduplication_id,
                    content.message_id,
                    message.sequence,
                    message.sent_at,
                )
            )

    def configure(self, settings: Settings, modified_at: int) -> None:
        if settings.deduplicates_in_group != self.settings.deduplicates_in_group:
            self.deduplication = self.deduplication.scoped(in_group=settings.deduplicates_in_group)
        self.settings = settings
        self.modified_at = modified_at

    # What may be received, and when

    def available(self, now: int) -> Iterator[Message]:
        """What a receive at ``now`` returns, in order: for a standard queue, what has been visible longest."""
        if self._groups is not None:
            yield from self._groups.available(now)
            return
        for visible_at, sequence in self._timeline:
            if visible_at > now:
                return
            yield self.messages[sequence]

    def next_available_at(self) -> int | None:
        """The moment from which :meth:`available` has something; None for an empty queue."""
        if self._groups is not None:
            return self._groups.next_available_at()
        return self._timeline[0][0] if self._timeline else None

    # Retention

    def expires_at(self) -> int | None:
        """When the oldest message's retention ends; None for an empty queue."""
        return self._ages[0][0] + self.settings.retention_ms if self._ages else None

    def expired(self, now: int, limit: int) -> list[int]:
        """Sequences of messages whose retention has ended, the oldest first."""
        found: list[int] = []
        for sent_at, sequence in self._ages:
            if sent_at + self.settings.retention_ms > now or len(found) == limit:
                break
            found.append(sequence)
        return found

    # Counts, exact

    def visible(self, now: int) -> int:
        return self._timeline.bisect_right((now, _LAST))

    def in_flight(self, now: int) -> int:
        return len(self._received) - self._received.bisect_right((now, _LAST))

    def delayed(self, now: int) -> int:
        return len(self.messages) - self.visible(now) - self.in_flight(now)

    @property
    def received(self) -> int:
        """Messages that were received at least once: never fewer than are in flight."""
        return len(self._received)

    def copy(self) -> Queue:
        """The same messages in containers of its own."""
        copy = Queue(self.account, self.region, self.name, self.queue_id, self.created_at, self.settings, self.tags)
        copy.modified_at = self.modified_at
        copy.purged_at = self.purged_at
        copy.counter = self.counter
        copy.deduplication = self.deduplication.copy()
        copy.attempts = attempts(self.attempts)
        copy.messages = self.messages.copy()
        copy._timeline = self._timeline.copy()
        copy._received = self._received.copy()
        copy._ages = self._ages.copy()
        copy._groups = self._groups.copy(copy.messages) if self._groups is not None else None
        return copy
