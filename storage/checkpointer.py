"""When a checkpoint runs, and what the server does for one. What a checkpoint is, :mod:`storage.checkpoint` says."""

from __future__ import annotations

import asyncio
import itertools
import logging
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from storage.checkpoint import (
    FOLDER_PREFIX,
    Manifest,
    Position,
    publish,
    read_manifest,
    remove_unnamed_documents,
)
from storage.content import Content
from storage.errors import StorageUnavailable
from storage.folded import folded_content
from storage.journal.records import Mark
from storage.journal.segment import drop_segments
from storage.journal.writer import JournalWriter
from storage.machine import Machine
from storage.opening import Claim
from storage.options import CheckpointResult, FoldRequest
from storage.pointer import DocumentFile, Pointer, read_pointer, write_pointer
from storage.resting import OutOfTime, write_at_rest

_log = logging.getLogger(__name__)

JOURNAL_BYTES_MIN = 64 * 1024 * 1024
"""A checkpoint runs when the journal is larger than this and than half of the documents."""
_TICK_S = 1.0
_OFFER_S = 0.2
"""How long a restored base waits for the next one, which would replace it."""


class Checkpointer:
    """Looks after base and rest form. All methods run on the event loop's thread.

    pointer: what is published.
    """

    def __init__(
        self,
        claim: Claim,
        journal: JournalWriter,
        machines: Mapping[str, Machine],
        pointer: Pointer,
        machine_lsns: Mapping[str, int],
        *,
        interval_ms: int,
        run_fold: Callable[[FoldRequest], Awaitable[int]] | None,
        on_checkpoint: Callable[[CheckpointResult], None] = lambda result: None,
    ) -> None:
        self.pointer = pointer
        self._claim = claim
        self._files = claim.files
        self._layout = claim.layout
        self._bodies = claim.bodies
        self._journal = journal
        self._machines = machines
        self._machine_lsns = machine_lsns
        self._interval_s = interval_ms / 1000
        self._run_fold = run_fold
        self._bytes_at_base = 0
        self._timer: asyncio.TimerHandle | None = None
        self._seen_lsn = -1
        self._tried_lsn = -1
        self._one = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()
        self._publications: set[asyncio.Task[None]] = set()
        self._publishing = asyncio.Lock()
        self._numbers = itertools.count(1)
        self._enabled = False
        self._offered: tuple[Mark, int, Mapping[str, DocumentFile]] | None = None
        self._on_checkpoint = on_checkpoint

    # When.

    def start(self) -> None:
        self._enabled = True
        self._begin(self._sweep())
        if self._journal.queued.lsn > self.pointer.rest.lsn:
            self.committed()

    def committed(self) -> None:
        """A record was appended: looks again in a while."""
        if self._timer is None and self._enabled and self._run_fold is not None:
            self._timer = asyncio.get_running_loop().call_later(self._interval_s or _TICK_S, self._tick)

    def _tick(self) -> None:
        self._timer = None
        lsn = self._journal.queued.lsn
        quiet, self._seen_lsn = lsn == self._seen_lsn, lsn
        if not quiet or self._one.locked():
            self.committed()
        refresh = quiet and self._interval_s > 0 and lsn > self.pointer.rest.lsn
        if (refresh or self._journal_is_large()) and not self._one.locked() and lsn != self._tried_lsn:
            self._tried_lsn = lsn
            self._begin(self._run_logged(rest=refresh))

    def _journal_is_large(self) -> bool:
        documents = sum(document.size for document in self.pointer.documents.values())
        return self._journal.bytes - self._bytes_at_base > max(JOURNAL_BYTES_MIN, documents // 2)

    def _begin(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def disable(self) -> None:
        """Nothing is published any more."""
        self._enabled = False
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    async def cancel(self) -> None:
        """Ends what runs. A publication that has begun is finished; a fold is given up."""
        self.disable()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.gather(*self._publications, return_exceptions=True)

    # While emu runs.

    async def _run_logged(self, *, rest: bool) -> None:
        try:
            await self.run(rest=rest)
        except (StorageUnavailable, OSError) as error:
            _log.error("checkpoint failed, the journal is kept: %s", error)

    async def run(self, *, rest: bool) -> CheckpointResult:
        """Folds everything committed so far and publishes it. Raises StorageUnavailable or OSError."""
        started = time.perf_counter()

        def result(lsn: int, error: Exception | None = None) -> CheckpointResult:
            milliseconds = (time.perf_counter() - started) * 1000
            return CheckpointResult(lsn, rest, milliseconds, None if error is None else str(error))

        lsn = self._journal.queued.lsn
        try:
            bytes_now = self._journal.bytes
            async with self._folded(rest=rest, whole=False) as (folder, sealed):
                lsn = sealed.lsn
                await self._undisturbed(lambda: self._publish(folder, sealed))
            self._bytes_at_base = bytes_now
        except (StorageUnavailable, OSError) as error:
            self._on_checkpoint(result(lsn, error))
            raise
        done = result(lsn)
        self._on_checkpoint(done)
        return done

    @asynccontextmanager
    async def _folded(self, *, rest: bool, whole: bool) -> AsyncIterator[tuple[Path, Mark]]:
        """The folder of a fold of everything committed so far, and its mark. Nothing else is folded or published
        meanwhile. Raises StorageUnavailable or OSError."""
        if self._run_fold is None:
            raise StorageUnavailable("this store was opened without a way to run checkpoints")
        async with self._one:
            sealed = await self._journal.roll()
            folder = self._new_folder(sealed.lsn)
            try:
                status = await self._run_fold(FoldRequest(self._layout.root, folder, sealed.lsn, rest, whole))
                if status != 0:
                    raise StorageUnavailable(f"the checkpoint process ended with status {status}")
                yield folder, sealed
            finally:
                await asyncio.to_thread(self._files.remove_tree, folder)

    @asynccontextmanager
    async def content(self) -> AsyncIterator[Content]:
        """Everything committed so far, folded by a process; its files stay until the end. Raises StorageUnavailable
        or OSError."""
        async with self._folded(rest=True, whole=True) as (folder, _):
            manifest = await asyncio.to_thread(read_manifest, self._files, folder)
            yield await asyncio.to_thread(folded_content, self._files, self._layout, self.pointer, folder, manifest)

    async def _undisturbed(self, publish: Callable[[], Coroutine[None, None, None]]) -> None:
        """Publishes something, unless nothing is to be published any more: after any other publication, which gives
        the pointer that this one begins with, and to its end, whoever is cancelled."""

        async def whole() -> None:
            async with self._publishing:
                if self._enabled:
                    await publish()

        publication = asyncio.get_running_loop().create_task(whole())
        self._publications.add(publication)
        publication.add_done_callback(self._publications.discard)
        await asyncio.shield(publication)

    async def mark_seeded(self) -> None:
        """Publishes that the directory keeps a seed, which is on the disk, so that it is missed when it is gone."""
        if not self.pointer.seeded:
            await self._undisturbed(self._publish_mark)

    async def _publish_mark(self) -> None:
        pointer = self._pointer_now()
        try:
            await asyncio.to_thread(write_pointer, self._files, self._layout, pointer)
        except OSError as error:
            _log.error("emu.json doesn't say yet that there is a seed; the next one to be written will: %s", error)
            await self._read_back()
            return
        self.pointer = pointer

    def _pointer_now(self) -> Pointer:
        """What is published, with what came to be true since."""
        return replace(self.pointer, seeded=self._claim.kept.seed is not None)

    # A base that a restore brought.

    def offer_base(self, mark: Mark, ids: int, documents: Mapping[str, DocumentFile]) -> None:
        """The whole state at a record is what these documents say, which are in place: they make a base without any
        fold. It is published soon, unless another comes first."""
        if self._offered is None and self._enabled:
            asyncio.get_running_loop().call_later(_OFFER_S, self._take_offer)
        self._offered = (mark, ids, documents)

    def _take_offer(self) -> None:
        if self._enabled:
            self._begin(self._publish_offered())

    async def _publish_offered(self) -> None:
        async with self._one:
            offered, self._offered = self._offered, None
            if offered is None or offered[0].lsn <= self.pointer.base.lsn:
                return
            await self._journal.sync()
            if self._journal.failure is None:
                await self._undisturbed(lambda: self._publish_base(*offered))

    async def _publish_base(self, mark: Mark, ids: int, documents: Mapping[str, DocumentFile]) -> None:
        files, layout = self._files, self._layout
        pointer = replace(self._pointer_now(), base=mark, ids=ids, documents=documents)
        kept = self._claim.kept.documents

        def publish_in_thread() -> None:
            write_pointer(files, layout, pointer)
            drop_segments(files, layout.journal, mark.lsn)
            remove_unnamed_documents(files, layout, pointer, kept)

        try:
            await asyncio.to_thread(publish_in_thread)
        except OSError as error:
            _log.error("the restored base can't be published, the journal is kept: %s", error)
            await self._read_back()
            return
        self.pointer = pointer
        await self._bodies.remove(self._bodies.settle(mark.lsn))

    def _new_folder(self, lsn: int) -> Path:
        """A folder that no other process, an orphan of a killed server perhaps, writes to."""
        return self._layout.own / f"{FOLDER_PREFIX}{lsn}-{os.getpid()}-{next(self._numbers)}"

    async def _publish(self, folder: Path, sealed: Mark) -> None:
        manifest = await asyncio.to_thread(read_manifest, self._files, folder)
        if Mark(manifest.lsn, manifest.checksum) != sealed:
            raise StorageUnavailable(f"the checkpoint process folded up to record {manifest.lsn}, not {sealed.lsn}")
        try:
            self.pointer = await asyncio.to_thread(self._publish_in_thread, folder, manifest)
        except OSError:
            await self._read_back()
            raise
        await asyncio.to_thread(drop_segments, self._files, self._layout.journal, sealed.lsn)
        await self._bodies.remove(self._bodies.settle(sealed.lsn))

    async def _read_back(self) -> None:
        """After a publication that failed before or after the rename that counts: which one is it now?"""
        published = await asyncio.to_thread(read_pointer, self._files, self._layout)
        if published is not None:
            self.pointer = published

    def _publish_in_thread(self, folder: Path, manifest: Manifest) -> Pointer:
        kept = self._claim.kept.documents
        pointer = self._pointer_now()
        return publish(self._files, self._layout, pointer, folder, manifest, at_rest=False, kept_documents=kept)

    async def _sweep(self) -> None:
        """Looks once at the blobs there are: those that uploads of an earlier process left without a record go, and it
        is said aloud if somebody has removed some that the state refers to."""
        try:
            names = await asyncio.to_thread(self._files.names, self._layout.blobs)
            if missing := self._bodies.missing(names):
                _log.error(
                    "bodies that the state refers to are missing in %s: %d, %s among them; `emu verify` lists them, "
                    "and `emu repair` brings back those of which there is a copy",
                    self._layout.blobs,
                    len(missing),
                    missing[0],
                )
            await self._bodies.remove(self._bodies.orphans(names))
        except OSError as error:
            _log.warning("blobs that nothing refers to can't be removed: %s", error)

    # The clean stop.

    async def write_at_rest(self, position: Position, seconds: float) -> bool:
        """Writes base and rest form from the live state, at most for so long; whether it was done. The journal is
        closed."""
        try:
            self.pointer = await asyncio.to_thread(
                write_at_rest,
                self._claim,
                self._pointer_now(),
                self._new_folder(position.mark.lsn),
                self._machines,
                self._machine_lsns,
                position,
                time.monotonic() + seconds,
            )
        except OutOfTime:
            _log.warning(
                "the state is too large to be written in the time that a stop may take; the journal is kept, "
                "and the next start goes on from it"
            )
            return False
        except OSError as error:
            _log.error("base and rest form can't be written, the journal is kept: %s", error)
            return False
        return True


__all__ = ["Checkpointer", "FoldRequest"]
