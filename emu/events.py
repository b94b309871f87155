"""What happened, in order: the lifecycle's steps, and whatever else tells its story to a test author.

An entry has a number, a time, what it is, and its fields. The last ``CAPACITY`` entries are kept; a reader that fell behind
sees from the numbers that some are missing. Lifecycle steps (start, recovery, checkpoint, snapshot, verify, restore, reset,
stop) also stand in the log, one structured line each.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from emu import log
from services.clock import Clock

CAPACITY = 100_000


@dataclass(frozen=True, slots=True)
class Entry:
    """One event. what: ``lifecycle``, … ; name: the step's. time_ms: by the world's clock."""

    number: int
    time_ms: int
    what: str
    name: str
    fields: Mapping[str, Any] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        """As it is shown: one flat JSON object."""
        return {"number": self.number, "time_ms": self.time_ms, "what": self.what, "name": self.name, **self.fields}


class Events:
    """The entries of one run of the server."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._entries: deque[Entry] = deque(maxlen=CAPACITY)
        self._number = 0
        self._news: asyncio.Future[None] | None = None

    def add(self, what: str, name: str, **fields: Any) -> Entry:
        self._number += 1
        entry = Entry(self._number, self._clock.now_ms(), what, name, fields)
        self._entries.append(entry)
        if self._news is not None and not self._news.done():
            self._news.set_result(None)
        return entry

    def lifecycle(self, step: str, **fields: Any) -> None:
        """A step of the lifecycle: an entry, and a line in the log."""
        self.add("lifecycle", step, **fields)
        log.info(step, **fields)

    def after(self, number: int) -> list[Entry]:
        """The entries beyond a number, oldest first."""
        newer: list[Entry] = []
        for entry in reversed(self._entries):
            if entry.number <= number:
                break
            newer.append(entry)
        newer.reverse()
        return newer

    async def follow(self, number: int) -> AsyncIterator[list[Entry]]:
        """The entries beyond a number, and then those that come, in batches; never ends by itself."""
        while True:
            entries = self.after(number)
            if entries:
                number = entries[-1].number
                yield entries
                continue
            if self._news is None or self._news.done():
                self._news = asyncio.get_running_loop().create_future()
            await asyncio.shield(self._news)
