"""Follows messages through the commits: which put announced one, where it was received, what deleted it.

The trail is followed only when somebody asks, from where it was left. A change names a message by its sequence in its
queue; who sent it and who received it last is kept here for each message that is still in one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from emu.history.traces import Trace

Place = tuple[str, str, str]
"""A queue: account, region, name."""


class Commit(Protocol):
    """What the trail needs of a commit. messages: what it found for each trace."""

    messages: tuple[Messages, ...] | None

    @property
    def traces(self) -> tuple[Trace, ...]: ...

    def as_cause(self, message_id: str) -> dict[str, Any]:
        """As a commit that came of it shows it."""


Met = tuple[str, Commit | None]
"""A message's id, and the commit that led to this one."""
Messages = tuple[Met, ...]


class Covers(Protocol):
    """:class:`storage.scope.Scope`: a part of the state."""

    def covers(self, service: str, account: str, region: str) -> bool: ...


@dataclass(slots=True)
class Story:
    """What is known of one message. sent, received: the commits that did it last."""

    message_id: str
    sent: Commit | None = None
    received: Commit | None = None


class Trail:
    """``number``: of the last event that was followed."""

    def __init__(self) -> None:
        self.number = 0
        self._stories: defaultdict[Place, dict[int, Story]] = defaultdict(dict)

    def follow(self, entry: Commit) -> None:
        """Goes on with the commit that came next; it learns its messages and their causes."""
        entry.messages = tuple(self._step(entry, trace) for trace in entry.traces)

    def forget(self, part: Covers) -> None:
        """Another state took the place of this part of it: sequences mean other messages there now."""
        for account, region, name in [*self._stories]:
            if part.covers("sqs", account, region):
                del self._stories[account, region, name]

    def _step(self, entry: Commit, trace: Trace) -> Messages:
        step = _STEPS.get(trace[0])
        return () if step is None else tuple(step(self, entry, trace, self._stories[trace[1], trace[2], trace[3]]))

    def _send(self, entry: Commit, trace: Trace, queue: dict[int, Story]) -> Iterator[Met]:
        ids, last = trace[4], trace[5]
        # Two changes of one record may go to the same queue: the last number belongs to the last of them.
        behind = sum(len(later[4]) for later in entry.traces[entry.traces.index(trace) + 1 :] if later[:4] == trace[:4])
        first = last - behind - len(ids) + 1
        for sequence, message_id in enumerate(ids, first):
            queue[sequence] = Story(message_id, sent=entry)
            yield message_id, None

    def _receive(self, entry: Commit, trace: Trace, queue: dict[int, Story]) -> Iterator[Met]:
        for sequence, message_id in zip(trace[4], trace[5], strict=True):
            story = queue.setdefault(sequence, Story(message_id))
            yield message_id, story.sent
            story.received = entry

    def _met(self, entry: Commit, trace: Trace, queue: dict[int, Story]) -> Iterator[Met]:
        for sequence in trace[4]:
            story = queue.get(sequence)
            if story is not None:
                yield story.message_id, story.received or story.sent

    def _gone(self, entry: Commit, trace: Trace, queue: dict[int, Story]) -> Iterator[Met]:
        yield from self._met(entry, trace, queue)
        for sequence in trace[4]:
            queue.pop(sequence, None)

    def _moved(self, entry: Commit, trace: Trace, queue: dict[int, Story]) -> Iterator[Met]:
        sequences, name, last = trace[4:7]
        target = self._stories[trace[1], trace[2], name]
        yield from self._met(entry, trace, queue)
        for arrived, sequence in enumerate(sequences, last - len(sequences) + 1):
            story = queue.pop(sequence, None)
            if story is not None:
                target[arrived] = Story(story.message_id, sent=entry)

    def _emptied(self, entry: Commit, trace: Trace, queue: dict[int, Story]) -> Iterator[Met]:
        queue.clear()
        yield from ()


_STEPS: Mapping[str, Callable[[Trail, Commit, Trace, dict[int, Story]], Iterator[Met]]] = {
    "sqs.send": Trail._send,
    "sqs.receive": Trail._receive,
    "sqs.change_visibility": Trail._met,
    "sqs.delete": Trail._gone,
    "sqs.expire": Trail._gone,
    "sqs.move": Trail._moved,
    "sqs.purge": Trail._emptied,
    "sqs.create_queue": Trail._emptied,
    "sqs.delete_queue": Trail._emptied,
}
