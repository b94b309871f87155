"""What the program sees of storage: one interface, kept by two stores (:mod:`storage.memory`,
:mod:`storage.durable`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

from storage.bodies.body import Bodies, Body
from storage.content import Content, Program
from storage.machine import Change
from storage.options import CheckpointResult, StopResult
from storage.preparation import Prepared
from storage.replacement import Kind
from storage.scope import Scope


class Store(Protocol):
    """Keeps machines. All methods run on the event loop's thread; ``commit`` never waits."""

    lsn: int
    """The last applied record's number; 0 before the first."""

    @property
    def bodies(self) -> Bodies: ...

    def commit(
        self,
        changes: Sequence[Change],
        bodies: Sequence[Body],
        *,
        request_id: str,
        time_ms: int,
        ids: int,
    ) -> int:
        """Encodes the record (may fail; nothing has changed), applies the changes, queues the record for the flush;
        its lsn. ``ids`` is the identifier source's position. Raises StorageUnavailable where mutations are
        refused."""

    def machine_lsn(self, name: str) -> int:
        """The lsn of the last record with a change of that machine: what an answer that read it must wait for."""

    def is_durable(self, lsn: int) -> bool: ...

    async def durable(self, lsn: int) -> None:
        """Returns when the record and all before it are on disk. Raises StorageUnavailable when that failed."""

    def unhealthy(self) -> str | None:
        """Why mutations are refused; None while all is well."""

    def describe(self) -> Mapping[str, Any]:
        """For ``/kumo/state``: mode, directory, lsn, what was recovered."""

    @property
    def seed(self) -> Content | None:
        """The state that a reset goes back to: the one that it began with, if it was given one, or that
        :meth:`keep_seed` named since."""

    def captured(self, program: Program) -> AbstractAsyncContextManager[Content]:
        """The whole state as it is now, or a moment later: encoded between two requests, or beside them where that
        would take too long. Its bodies stay until the end. Raises StorageUnavailable."""

    def prepared(
        self, content: Content | None, scope: Scope, program: Program
    ) -> AbstractAsyncContextManager[Prepared]:
        """Makes a content, or the empty state, ready for :meth:`replace`, beside the requests. Raises StateRefused or
        StorageUnavailable; nothing has changed."""

    def replace(self, kind: Kind, prepared: Prepared, *, request_id: str, time_ms: int, ids: int) -> int:
        """Puts what is prepared in the place of the part of the state that it is about, in one record; its lsn. Raises
        StateRefused or StorageUnavailable; nothing has changed."""

    async def keep_seed(self, prepared: Prepared, lsn: int) -> None:
        """What that record has put in the place of everything is the seed from now on; called before what prepared it
        ends. Raises StorageUnavailable; the seed is the one before then."""

    @property
    def rewinds(self) -> bool:
        """Whether a content that was restored once is put back from memory the next time."""

    async def checkpoint(self) -> CheckpointResult:
        """Brings what is on the disk up to date. Raises StorageUnavailable."""

    async def start(self) -> None:
        """Begins background work. The store is already open and loaded."""

    async def stop(self) -> StopResult:
        """The clean stop; how it ended."""
