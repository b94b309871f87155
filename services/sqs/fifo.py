"""Which messages of a FIFO queue may be received, and in which order, without looking at what may not.

Messages of a group are received in the order they arrived, and none while one of the group is in flight or while the
first of it is still delayed. So a group has one moment from which it is *ready*: the latest ``visible_at`` of its
first message and of those in flight. Groups are kept sorted by that moment: ready ones stand in front, the
longest-ready first, and a receive never meets a blocked one.

The messages with a receipt are always the first few of their group, at most as many as one receive returns: a receive
starts at the first message, and while any of those it took is in flight there is no other. So the moment is found by
looking at these few.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-understanding-logic.html
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping

from sortedcontainers import SortedList

from services.sqs.message import Message


class Groups:
    """The order of a FIFO queue. ``messages`` is the queue's own map and is only read."""

    def __init__(self, messages: Mapping[int, Message]) -> None:
        self._messages = messages
        self._order: SortedList[tuple[str, int]] = SortedList()
        self._ready: SortedList[tuple[int, int, str]] = SortedList()
        self._entries: dict[str, tuple[int, int, str]] = {}

    def add(self, message: Message) -> None:
        group = _group(message)
        self._order.add((group, message.sequence))
        self._refresh(group)

    def remove(self, message: Message) -> None:
        """The message has left ``messages``."""
        group = _group(message)
        self._order.remove((group, message.sequence))
        self._refresh(group)

    def changed(self, message: Message) -> None:
        """The message's visibility or receipt is another one now."""
        self._refresh(_group(message))

    def fill(self) -> None:
        """Takes in everything that ``messages`` holds, much faster than one by one."""
        self._order = SortedList((_group(message), message.sequence) for message in self._messages.values())
        self._entries.clear()
        for group in {group for group, _ in self._order}:
            self._entries[group] = self._entry(group)
        self._ready = SortedList(self._entries.values())

    def copy(self, messages: Mapping[int, Message]) -> Groups:
        """The same order over ``messages``, an equal map."""
        copy = Groups(messages)
        copy._order = self._order.copy()
        copy._ready = self._ready.copy()
        copy._entries = self._entries.copy()
        return copy

    def available(self, now: int) -> Iterator[Message]:
        """What a receive at ``now`` returns, in order: all it can of a group before it goes on to the next."""
        for ready_at, _, group in self._ready:
            if ready_at > now:
                return
            for message in self._of(group):
                if message.visible_at > now:
                    break
                yield message

    def next_available_at(self) -> int | None:
        """The moment from which :meth:`available` has something; None for an empty queue."""
        return self._ready[0][0] if self._ready else None

    def _of(self, group: str) -> Iterator[Message]:
        for _, sequence in self._order.irange((group, 0), (group, sys.maxsize)):
            yield self._messages[sequence]

    def _entry(self, group: str) -> tuple[int, int, str]:
        messages = self._of(group)
        first = next(messages)
        ready_at, message = first.visible_at, first
        while message.receipt is not None:
            ready_at = max(ready_at, message.visible_at)
            following = next(messages, None)
            if following is None:
                break
            message = following
        return ready_at, first.sequence, group

    def _refresh(self, group: str) -> None:
        position = self._order.bisect_left((group, 0))
        here = position < len(self._order) and self._order[position][0] == group
        entry = self._entry(group) if here else None
        before = self._entries.get(group)
        if entry == before:
            return
        if before is not None:
            self._ready.remove(before)
            del self._entries[group]
        if entry is not None:
            self._ready.add(entry)
            self._entries[group] = entry


def _group(message: Message) -> str:
    return message.content.group_id or ""
