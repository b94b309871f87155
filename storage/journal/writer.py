"""Appending to the journal: group commit.

Records queue on the event loop. All that wait go out together, in one ``pwrite`` and one ``fdatasync`` in the
journal's own thread, and one shared future wakes everybody who waits for one of them; what queues meanwhile is the
next batch, which on a slow disk waits a moment for the writers who are just being answered
(:mod:`storage.journal.gathering`). With durability ``os`` the loop itself writes (into the page cache) and answers;
the thread syncs bodies, then the journal, every 200 ms. A failure at or after the write is final: nothing is appended
any more and :attr:`JournalWriter.failure` says why.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable
from queue import SimpleQueue

from storage.files import Files
from storage.journal.appender import Appender, Batch
from storage.journal.gathering import Gathering
from storage.journal.records import Mark
from storage.journal.segment import SEGMENT_BYTES, Segment
from storage.pointer import Durability

_log = logging.getLogger(__name__)

SYNC_INTERVAL_S = 0.2


class Landing(asyncio.Future[None]):
    """What everybody waits for whose record is in one batch. A waiter that is cancelled must not cancel it for the
    others: its task gets the cancellation when the batch lands."""

    def cancel(self, msg: object = None) -> bool:
        return False


class JournalWriter:
    """All methods run on the event loop's thread.

    queued: the mark of the last record that was appended.
    answered: the highest lsn that may be answered for. synced: the highest known to be on the disk.
    sealed: the mark of the last record of the last sealed segment.
    bytes: how much was appended, with what an earlier process appended and no base holds.
    failure: why nothing is appended any more.
    """

    def __init__(
        self,
        files: Files,
        segment: Segment,
        last: Mark,
        *,
        durability: Durability,
        sync_bodies: Callable[[], None],
        on_failure: Callable[[Exception], None],
        segment_bytes: int = SEGMENT_BYTES,
        bytes_so_far: int = 0,
    ) -> None:
        self.queued = last
        self.answered = last.lsn
        self.synced = last.lsn
        self.sealed = last
        self.bytes = bytes_so_far
        self.failure: Exception | None = None
        self._syncs = durability == "fsync"
        self._sync_bodies = sync_bodies
        self._on_failure = on_failure
        self._loop: asyncio.AbstractEventLoop | None = None
        self._waiting: list[bytes] = []
        self._departed = last
        self._landing: Landing | None = None
        self._flight_landing: Landing | None = None
        self._flight: Batch | None = None
        self._scheduled = False
        self._sync_wanted = False
        self._roll_wanted = False
        self._roll_failure: OSError | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._gathering = Gathering()
        self._departure: asyncio.TimerHandle | None = None
        self._batches: SimpleQueue[Batch | None] = SimpleQueue()
        self._appender = Appender(files, segment, segment_bytes)
        self._thread = threading.Thread(target=self._work, name="journal", daemon=True)

    def start(self) -> None:
        """Called once, on the loop, before anything else."""
        self._loop = asyncio.get_running_loop()
        self._thread.start()
        if self._waiting:
            self._schedule()

    def room_problem(self, length: int) -> OSError | None:
        """Why a record of that length can't be taken though the journal is well: there is no space for a new
        segment."""
        if self._appender.spare_failure is None:
            return None
        return self._appender.room_problem(sum(map(len, self._waiting)) + length)

    def append(self, line: bytes, mark: Mark) -> None:
        """Queues a record."""
        self._waiting.append(line)
        self.queued = mark
        self._schedule()

    async def wait(self, lsn: int) -> None:
        """Returns when the record may be answered for, or the journal has failed."""
        while lsn > self.answered and self.failure is None:
            await self._next_landing()

    async def sync(self) -> None:
        """Returns when everything appended so far is on the disk, or the journal has failed."""
        target = self.queued.lsn
        while self.synced < target and self.failure is None:
            self._sync_wanted = True
            await self._next_landing()

    async def roll(self) -> Mark:
        """Seals the segment: the mark of its last record. Raises OSError where no new one can be made, and what
        made the journal fail."""
        self._roll_wanted = True
        while self._roll_wanted and self.failure is None:
            await self._next_landing()
        problem = self.failure or self._roll_failure
        if problem is not None:
            raise problem
        return self.sealed

    async def close(self) -> None:
        """Syncs what was appended, ends the thread and closes the file."""
        if self._loop is not None:
            await self.sync()
            if self._timer is not None:
                self._timer.cancel()
            self._batches.put(None)
            await asyncio.to_thread(self._thread.join)
        await asyncio.to_thread(self._appender.close)

    # On the loop: departures and landings.

    def _schedule(self) -> None:
        # Not at once: the requests that the loop serves in this turn go out together.
        if self._scheduled or self._flight is not None or self._loop is None:
            return
        if self._departure is None or not self._patience_s():
            self._scheduled = True
            self._loop.call_soon(self._depart)

    async def _next_landing(self) -> None:
        """Waits for the batch in flight, or without one for the next."""
        flight = self._flight
        if flight is None:
            self._schedule()
            landing = self._landing = self._landing or Landing()
        else:
            landing = self._flight_landing = self._flight_landing or Landing()
        await landing

    def _depart(self) -> None:
        self._scheduled = False
        if self._departure is not None:
            self._departure.cancel()
            self._departure = None
        elif self._loop is not None and (patience_s := self._patience_s()):
            self._departure = self._loop.call_later(patience_s, self._depart_in_vain)
            return
        self._depart_now()

    def _patience_s(self) -> float:
        """How long the batch should still wait for more records."""
        if not self._syncs or self._sync_wanted or self._roll_wanted or not self._waiting:
            return 0.0
        return self._gathering.patience_s(len(self._waiting))

    def _depart_in_vain(self) -> None:
        self._departure = None
        if not self._scheduled:
            self._gathering.in_vain()
            self._depart_now()

    def _depart_now(self) -> None:
        if self.failure is not None:
            return
        data = self._waiting[0] if len(self._waiting) == 1 else b"".join(self._waiting)
        self._waiting.clear()
        batch = Batch(data, self._departed, self.queued, self._roll_wanted)
        self._departed = self.queued
        self._flight_landing, self._landing = self._landing, None
        if self._syncs or self._sync_wanted or self._roll_wanted or not self._appender.fits(data):
            self._sync_wanted = False
            self._flight = batch
            self._batches.put(batch)
        else:
            self._write_unsynced(batch)

    def _write_unsynced(self, batch: Batch) -> None:
        try:
            self._appender.append(batch.data)
        except OSError as error:
            self._fail(error)
            return
        self._land(batch)
        if self._timer is None and self._loop is not None:
            self._timer = self._loop.call_later(SYNC_INTERVAL_S, self._sync_in_time)

    def _sync_in_time(self) -> None:
        self._timer = None
        if self.synced < self.queued.lsn:
            self._sync_wanted = True
            self._schedule()

    def _landed(self, batch: Batch, error: Exception | None) -> None:
        self._flight = None
        self._gathering.landed(batch.last.lsn - batch.before.lsn, len(self._waiting), batch.seconds)
        if batch.synced:
            self.synced = self.answered = batch.last.lsn
        if error is not None:
            self._fail(error)
            return
        if batch.roll:
            self._roll_wanted = False
            self._roll_failure = batch.roll_failure
            self.sealed = batch.last
        self._land(batch)
        if self._waiting or self._landing is not None or self._sync_wanted or self._roll_wanted:
            self._schedule()

    def _land(self, batch: Batch) -> None:
        self.bytes += len(batch.data)
        self.answered = batch.last.lsn
        landing, self._flight_landing = self._flight_landing, None
        if landing is not None:
            landing.set_result(None)

    def _fail(self, error: Exception) -> None:
        self.failure = error
        self._waiting.clear()
        self._appender.take_back()
        try:
            self._on_failure(error)
        finally:
            for landing in (self._flight_landing, self._landing):
                if landing is not None:
                    landing.set_result(None)
            self._flight_landing = self._landing = None

    # In the thread.

    def _work(self) -> None:
        assert self._loop is not None
        while (batch := self._batches.get()) is not None:
            error: Exception | None = None
            started = time.perf_counter()
            try:
                if not self._syncs:
                    self._sync_bodies()
                self._appender.carry_out(batch)
            except Exception as caught:  # noqa: BLE001 - whatever it is, those who wait must learn of it
                if not isinstance(caught, OSError):
                    _log.exception("the journal can't be written")
                error = caught
            batch.seconds = time.perf_counter() - started
            self._loop.call_soon_threadsafe(self._landed, batch, error)
