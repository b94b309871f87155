"""The durable store: machines kept by a journal, a base and blobs in a directory.

A record's way: :meth:`DurableStore.commit` encodes it (that may fail, and then nothing has happened), applies it to
the live state, and queues it; the journal's thread writes and syncs it with all others that wait;
:meth:`DurableStore.durable` returns. Everything an answer shows waits for that, so nobody ever acts on a state that
a crash takes back.

When the disk fails at or after the append, nothing is tried again, since nobody knows what is on it: whoever waits
gets StorageUnavailable, the live state is built anew from the disk up to the last record that anybody was told
about, reads go on from there, and mutations are refused until a restart.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

from storage.base import load_base
from storage.bodies.blobs import DurableBody
from storage.bodies.body import Body
from storage.checkpoint import Position
from storage.checkpointer import Checkpointer
from storage.content import AT_ONCE_ENTITIES, Content, Program, content_of, dump, entities
from storage.errors import DirectoryRefused, StorageUnavailable
from storage.folded import seed_content
from storage.journal.reader import JournalReader
from storage.journal.records import Mark, encode_record
from storage.journal.writer import JournalWriter
from storage.kept import SeedBase
from storage.machine import Change, Machine
from storage.opening import Claim, Opened, claim
from storage.options import CheckpointResult, DurableOptions, StopResult
from storage.pointer import Home
from storage.preparation import Prepared, preparing
from storage.recovery import replay
from storage.replacement import Kind, Replayer, encode_value
from storage.scope import Scope

_log = logging.getLogger(__name__)


class ClaimedDirectory:
    """A directory that is locked and understood, for which a world is to be made: with :attr:`home` and
    :attr:`bodies`, and :meth:`open_store` over the machines."""

    def __init__(self, path: Path, options: DurableOptions) -> None:
        """Raises DirectoryRefused."""
        self._options = options
        self._claim = claim(path, options)
        self.home: Home = self._claim.home
        self.bodies = self._claim.bodies

    def open_store(self, machines: Mapping[str, Machine], bodies: object = None) -> DurableStore:
        """Fills the empty machines, which were made with the hooks of :attr:`bodies`; the store over them.
        Raises DirectoryRefused."""
        return DurableStore(self._claim, self._claim.load(machines), machines, self._options)

    def release(self) -> None:
        """Gives the directory up without opening a store."""
        self._claim.release()


class DurableStore:
    """See :class:`storage.store.Store`."""

    def __init__(
        self, claimed: Claim, opened: Opened, machines: Mapping[str, Machine], options: DurableOptions
    ) -> None:
        self.bodies = claimed.bodies
        self.home = claimed.home
        self.rewinds = False
        self.lsn = opened.last.lsn
        self.recovery = opened.recovery
        self._claim = claimed
        self._machines = machines
        self._options = options
        self._reason: str | None = None
        self._lost = False
        self._stopping = False
        self._stop_result: StopResult = "clean"
        self._machine_lsns = dict.fromkeys(machines, 0) | dict.fromkeys(opened.changed, self.lsn)
        self._journal = JournalWriter(
            claimed.files,
            opened.segment,
            opened.last,
            durability=options.durability,
            sync_bodies=self.bodies.sync,
            on_failure=self._journal_failed,
            segment_bytes=options.segment_bytes,
            bytes_so_far=opened.journal_bytes,
        )
        self._checkpointer = Checkpointer(
            claimed,
            self._journal,
            machines,
            opened.pointer,
            self._machine_lsns,
            interval_ms=options.flush_interval_ms,
            run_fold=options.run_fold,
            on_checkpoint=options.on_checkpoint,
        )
        self._ids = opened.recovery.ids
        self._time_ms = 0

    def commit(
        self, changes: Sequence[Change], bodies: Sequence[Body], *, request_id: str, time_ms: int, ids: int
    ) -> int:
        carried = self.bodies.to_carry(cast("Sequence[DurableBody]", bodies)) if bodies else {}
        line, mark = self._encode(changes, carried, request_id, time_ms, ids)
        machine_lsns = self._machine_lsns
        try:
            for kind, account, region, value in changes:
                name = kind[: kind.index(".")]
                self._machines[name].apply(kind, account, region, value)
                machine_lsns[name] = mark.lsn
        except BaseException as error:
            self._fail(f"record {mark.lsn} could not be applied: {error!r}")
            raise
        self._queue(line, mark, carried, time_ms, ids)
        for body in bodies:
            body.discard()
        return mark.lsn

    def _encode(
        self, changes: Sequence[Change], carried: Mapping[str, bytes], request_id: str, time_ms: int, ids: int
    ) -> tuple[bytes, Mark]:
        """The next record's line and mark. Raises StorageUnavailable; nothing has changed."""
        if self._reason is not None:
            raise StorageUnavailable(self._reason)
        journal = self._journal
        line, mark = encode_record(
            journal.queued, journal.synced, changes, carried, request_id=request_id, time_ms=time_ms, ids=ids
        )
        problem = journal.room_problem(len(line))
        if problem is not None:
            raise StorageUnavailable(f"there is no room for the journal: {problem}")
        return line, mark

    def _queue(self, line: bytes, mark: Mark, carried: Mapping[str, bytes], time_ms: int, ids: int) -> None:
        """A record that was applied goes to the journal."""
        self.lsn = mark.lsn
        self.bodies.applied(mark.lsn, carried)
        self._journal.append(line, mark)
        self._ids, self._time_ms = ids, time_ms
        self._checkpointer.committed()

    def machine_lsn(self, name: str) -> int:
        return self._machine_lsns[name]

    def is_durable(self, lsn: int) -> bool:
        return lsn <= self._journal.answered and not self._lost

    async def durable(self, lsn: int) -> None:
        await self._journal.wait(lsn)
        if not self.is_durable(lsn):
            raise StorageUnavailable(self._reason or "the store is closed")

    def unhealthy(self) -> str | None:
        return None if self._stopping else self._reason

    def describe(self) -> Mapping[str, Any]:
        return {
            "mode": "durable",
            "durability": self._options.durability,
            "directory": str(self._claim.layout.root),
            "lsn": self.lsn,
            "durable_lsn": self._journal.answered,
            "base_lsn": self._checkpointer.pointer.base.lsn,
            "recovery": {
                "found": self.recovery.found,
                "records": self.recovery.records,
                "counts": self.recovery.counts,
                "milliseconds": round(self.recovery.milliseconds, 1),
                "notes": self.recovery.notes,
            },
        }

    async def start(self) -> None:
        self._journal.start()
        self._checkpointer.start()

    async def checkpoint(self) -> CheckpointResult:
        """Brings base and rest form up to date while it runs. Raises StorageUnavailable if that fails."""
        if self._reason is not None:
            raise StorageUnavailable(self._reason)
        try:
            return await self._checkpointer.run(rest=True)
        except OSError as error:
            raise StorageUnavailable(str(error)) from error

    # The whole state, out and in.

    @property
    def seed(self) -> Content | None:
        seed = self._claim.kept.seed
        return None if seed is None else seed_content(self._claim.files, self._claim.layout, self.home, seed)

    @asynccontextmanager
    async def captured(self, program: Program) -> AsyncIterator[Content]:
        if entities(self._machines) > AT_ONCE_ENTITIES and self._options.run_fold is not None:
            try:
                async with self._checkpointer.content() as content:
                    yield content
            except OSError as error:
                raise StorageUnavailable(str(error)) from error
            return
        lsn, dumped = self.lsn, dump(self._machines, self.home, program.rest_names)
        hashes = list(self.bodies.references.counts)
        await self.bodies.hold(hashes)
        try:
            await self.durable(lsn)
            bodies = {sha256: self.bodies.source(sha256) for sha256 in hashes}
            yield content_of(dumped, bodies, self.home, lsn)
        finally:
            for sha256 in hashes:
                self.bodies.unpin(sha256)

    @asynccontextmanager
    async def prepared(self, content: Content | None, scope: Scope, program: Program) -> AsyncIterator[Prepared]:
        if self._reason is not None:
            raise StorageUnavailable(self._reason)
        async with preparing(self._claim.files, self._claim.layout, self.bodies, self._claim.kept) as prepare:
            yield await prepare(content, scope, program)

    def replace(self, kind: Kind, prepared: Prepared, *, request_id: str, time_ms: int, ids: int) -> int:
        prepared.check(self._machines)
        change = (kind, "", "", encode_value(prepared.scope, prepared.documents))
        line, mark = self._encode((change,), {}, request_id, time_ms, ids)
        try:
            prepared.put_in_place(self._machines, self.bodies.references)
        except BaseException as error:
            self._fail(f"record {mark.lsn} could not be applied: {error!r}")
            raise
        self._machine_lsns.update(dict.fromkeys(prepared.parts, mark.lsn))
        self._claim.kept.named({document.file: mark.lsn for document in prepared.documents.values()})
        self._queue(line, mark, {}, time_ms, ids)
        if prepared.scope.is_everything:
            self._checkpointer.offer_base(mark, ids, prepared.documents)
        return mark.lsn

    async def keep_seed(self, prepared: Prepared, lsn: int) -> None:
        kept, content = self._claim.kept, prepared.content
        assert content is not None
        files = [document.file for document in prepared.documents.values()]
        seed = SeedBase(content.name, content.commit, content.state_hash, prepared.documents, prepared.hashes())
        # A base that is published meanwhile doesn't remove them, though neither it nor the seed so far names them.
        kept.coming(files)
        try:
            # With durability ``os`` neither the record nor its bodies need be on the disk yet.
            await self._journal.sync()
            if self._journal.failure is not None:
                raise StorageUnavailable(f"the seed can't be kept: {self._reason}")
            await asyncio.to_thread(kept.keep_seed, seed)
        except OSError as error:
            raise StorageUnavailable(f"the seed can't be kept: {error.strerror or error}") from error
        finally:
            kept.named(dict.fromkeys(files, lsn))
        self.bodies.kept = kept.blobs()
        await self._checkpointer.mark_seeded()

    async def stop(self) -> StopResult:
        if not self._stopping:
            self._stopping = True
            self._stop_result = await self._stop()
        return self._stop_result

    async def _stop(self) -> StopResult:
        failed = self._reason
        self._reason = failed or "emu is stopping"
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._options.stop_timeout_s
        try:
            await self._checkpointer.cancel()
            if failed is None and self.lsn > self._checkpointer.pointer.base.lsn:
                # First, since a power cut may tear a batch in any order: of a batch with what it vouches for, the
                # clean record alone might be left.
                await self._journal.sync()
                if self._journal.failure is None:
                    self._append_clean_record()
            await self._journal.close()
            if self._journal.failure is not None or failed is not None:
                return "failed"
            position = Position(self._journal.queued, self._ids)
            return "clean" if await self._checkpointer.write_at_rest(position, deadline - loop.time()) else "live"
        finally:
            self._claim.lock.release()

    def _append_clean_record(self) -> None:
        """Says that the journal ends here on purpose, and that everything before it is on the disk."""
        journal = self._journal
        line, mark = encode_record(
            journal.queued,
            journal.queued.lsn,
            (),
            {},
            request_id="",
            time_ms=self._time_ms,
            ids=self._ids,
            clean=True,
        )
        journal.append(line, mark)

    # When the disk fails.

    def _journal_failed(self, error: Exception) -> None:
        self._fail(f"the journal can't be written: {error}")

    def _fail(self, reason: str) -> None:
        """Nothing more is taken, and the live state goes back to what anybody was told about."""
        if self._lost:
            return
        self._reason = f"{reason}. Changes are refused until emu is restarted"
        self._checkpointer.disable()
        _log.critical("%s; the state is built anew from the disk", self._reason)
        answered = self._journal.answered
        try:
            self._rebuild(answered)
        except (DirectoryRefused, OSError) as error:
            self._lost = True
            self._reason = f"{reason}, and the directory can't be read: {error}"
            _log.critical("%s", self._reason)
        self.lsn = answered
        for name, lsn in self._machine_lsns.items():
            self._machine_lsns[name] = min(lsn, answered)

    def _rebuild(self, up_to: int) -> None:
        """Fills the machines again: the base and every record up to ``up_to``."""
        layout, files = self._claim.layout, self._claim.files
        pointer = self._checkpointer.pointer
        with self.bodies.starting_over():
            for machine in self._machines.values():
                machine.clear()
        load_base(files, layout.documents, pointer.documents, self._machines)
        if up_to > pointer.base.lsn:
            reader = JournalReader(files, layout.journal, pointer.base)
            replayer = Replayer(files, layout.documents)
            replay(reader, self._machines, self.bodies, replayer, pointer.ids, up_to)
            if reader.last.lsn < up_to:
                raise DirectoryRefused(f"the journal ends at record {reader.last.lsn}, and {up_to} was answered for")


__all__ = ["ClaimedDirectory", "DurableOptions", "DurableStore"]
