"""How long a batch waits for records that are about to come.

Clients that write in turn with their answers come back one after the other: the first one's record would go out alone,
and all the others would wait for two syncs, every time. So a batch that could depart waits until as many records are
there as writers were seen lately, or until half of what a sync takes has passed. Nobody waits where that can't pay:
alone, on a disk that syncs at once, or when those who were expected didn't come the last time.

The delay, and half a sync as its measure, are PostgreSQL's ``commit_delay`` and ``commit_siblings``:
https://www.postgresql.org/docs/current/wal-configuration.html
"""

from __future__ import annotations

_QUICK_SYNC_S = 0.001
"""Syncs below this are not worth a wait; it is also what an event loop's timer can tell apart."""
_PATIENCE_MAX_S = 0.005
_PAUSE_BATCHES = 16
"""So many batches depart at once after one that waited in vain."""
_WEIGHT = 0.25


class Gathering:
    """expected: how many records are to be in the next batch."""

    def __init__(self) -> None:
        self.expected = 1
        self._sync_s = 0.0
        self._pause = 0

    def landed(self, records: int, waiting: int, sync_s: float) -> None:
        """A batch is on the disk: so many records of it are answered now, so many wait already."""
        self.expected = records + waiting
        self._sync_s += (sync_s - self._sync_s) * _WEIGHT
        self._pause = max(self._pause - 1, 0)

    def patience_s(self, waiting: int) -> float:
        """How long a batch of so many records should wait for more; 0: not at all."""
        if waiting >= self.expected or self._pause or self._sync_s < _QUICK_SYNC_S:
            return 0.0
        return min(max(self._sync_s / 2, _QUICK_SYNC_S), _PATIENCE_MAX_S)

    def in_vain(self) -> None:
        """A batch waited as long as it should, and those who were expected didn't come."""
        self._pause = _PAUSE_BATCHES
