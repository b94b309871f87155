"""What happened, in order: the lifecycle's steps, and whatever else tells its story to a test author.

An entry has a number, a time, what it is, and its fields. The last ``CAPACITY`` entries are kept, fewer where they hold
more than ``WEIGHT_MAX`` bytes of items; a reader that fell behind sees from the numbers that some are missing.
Lifecycle steps (start, recovery, checkpoint, snapshot, verify, restore, reset, stop) also stand in the log, one
structured line each; every commit is an entry (:mod:`emu.history`), and so are the caller's own marks, faults, and
reads where they are recorded.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

from emu import log
from emu.history.commits import CommitEntry
from emu.history.traces import traces, weight
from emu.history.trail import Covers, Trail
from services.clock import Clock
from services.context import Context
from services.machine import Change

CAPACITY = 100_000
WEIGHT_MAX = 32 * 1024 * 1024


class Shown(Protocol):
    """What every kind of entry has. weight: bytes that it keeps beside its own few hundred."""

    @property
    def number(self) -> int: ...

    @property
    def what(self) -> str: ...

    @property
    def name(self) -> str: ...

    @property
    def weight(self) -> int: ...

    def document(self) -> dict[str, Any]: ...


@dataclass(frozen=True, slots=True)
class Entry:
    """One event. what: ``lifecycle``, ``mark``, ``fault``, ``read``; name: the step's, mark's, … time_ms: by the
    world's clock. replaced: the part of the state that is another one behind it."""

    weight: ClassVar[int] = 0

    number: int
    time_ms: int
    what: str
    name: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    replaced: Covers | None = None

    def document(self) -> dict[str, Any]:
        """As it is shown: one flat JSON object."""
        return {"number": self.number, "time_ms": self.time_ms, "what": self.what, "name": self.name, **self.fields}


class Events:
    """The entries of one run of the server."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._entries: deque[Shown] = deque()
        self._weight = 0
        self._number = 0
        self._trail = Trail()
        self._closed = False
        self._news: asyncio.Future[None] | None = None

    def add(self, what: str, name: str, /, **fields: Any) -> Entry:
        return self._add(what, name, fields, None)

    def _add(self, what: str, name: str, fields: Mapping[str, Any], replaced: Covers | None) -> Entry:
        self._number += 1
        entry = Entry(self._number, self._clock.now_ms(), what, name, fields, replaced)
        self._append(entry)
        return entry

    def commit(self, ctx: Context, lsn: int, time_ms: int, changes: Sequence[Change]) -> None:
        """A record that was just applied."""
        self._number = number = self._number + 1
        states = ctx.states
        traced = traces(states, changes)
        self._append(
            CommitEntry(
                number, time_ms, ctx.operation, lsn, ctx.request_id, ctx.service, ctx.account, ctx.region, traced,
                weight(traced), states,
            )
        )  # fmt: skip

    def _append(self, entry: Shown) -> None:
        entries = self._entries
        entries.append(entry)
        self._weight += entry.weight
        while len(entries) > CAPACITY or self._weight > WEIGHT_MAX:
            self._weight -= entries.popleft().weight
        self._wake()

    def _wake(self) -> None:
        if self._news is not None and not self._news.done():
            self._news.set_result(None)

    def lifecycle(self, step: str, replaced: Covers | None = None, /, **fields: Any) -> None:
        """A step of the lifecycle: an entry, and a line in the log."""
        self._add("lifecycle", step, fields, replaced)
        log.info(step, **fields)

    def after(self, number: int) -> list[Shown]:
        """The entries beyond a number, oldest first."""
        for entry in self._newer(self._trail.number):
            if isinstance(entry, CommitEntry):
                self._trail.follow(entry)
            elif isinstance(entry, Entry) and entry.replaced is not None:
                self._trail.forget(entry.replaced)
        self._trail.number = self._number
        return self._newer(number)

    def number_of(self, lsn: int) -> int:
        """The number of the last event that a reader has seen who knows the records up to ``lsn``."""
        for entry in reversed(self._entries):
            made = _record(entry)
            if made is not None and made <= lsn:
                return entry.number
        return 0

    def close(self) -> None:
        """The server stops: whoever follows comes to an end."""
        self._closed = True
        self._wake()

    def _newer(self, number: int) -> list[Shown]:
        newer: list[Shown] = []
        for entry in reversed(self._entries):
            if entry.number <= number:
                break
            newer.append(entry)
        newer.reverse()
        return newer

    async def follow(self, number: int) -> AsyncIterator[list[Shown]]:
        """The entries beyond a number, and then those that come, in batches; ends when the server stops."""
        while True:
            entries = self.after(number)
            if entries:
                number = entries[-1].number
                yield entries
                continue
            if self._closed:
                return
            if self._news is None or self._news.done():
                self._news = asyncio.get_running_loop().create_future()
            await asyncio.shield(self._news)


def _record(entry: Shown) -> int | None:
    """The record that an entry tells of; None for one that tells of something else."""
    if isinstance(entry, CommitEntry):
        return entry.lsn
    if isinstance(entry, Entry) and entry.replaced is not None:
        return int(entry.fields["lsn"])
    return None
