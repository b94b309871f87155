"""What the program sees of storage: one interface, kept by two stores (:mod:`storage.memory`,
:mod:`storage.durable`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Any, Literal, Protocol

from storage.machine import Change

if TYPE_CHECKING:
    from storage.content import Content, Program
    from storage.options import CheckpointResult
    from storage.preparation import Prepared
    from storage.replacement import Kind
    from storage.scope import Scope

Durability = Literal["fsync", "os"]
"""When a durable store answers: when a record is on the disk, or when the operating system has it."""


class StorageUnavailable(Exception):
    """Mutations are refused, or the outcome of one is unknown, because the disk failed. The text says why."""


class Digest(Protocol):
    """A running hash, as in :mod:`hashlib`."""

    def update(self, data: bytes, /) -> None: ...

    def digest(self) -> bytes: ...


class Body(Protocol):
    """A finished upload: not referenced yet, kept at least until :meth:`discard` or a commit that names it."""

    sha256: str
    size: int
    digests: Mapping[str, bytes]

    def discard(self) -> None:
        """The upload leads to nothing: its bytes may go. Harmless after a commit, and twice."""


class BodyReader(Protocol):
    """A body opened for reading, pinned until it is closed."""

    size: int

    def read(self, start: int, length: int) -> bytes: ...

    def close(self) -> None: ...


class BodyWriter(Protocol):
    """An upload on its way. Bytes beyond what is kept in memory go to a file, hashed and written in a thread."""

    async def write(self, chunk: bytes) -> None: ...

    async def finish(self) -> Body:
        """The body, on disk (synced in fsync mode) unless it is small enough to ride in the record."""

    def abort(self) -> None:
        """Forgets the upload; harmless after :meth:`finish`."""


class Bodies(Protocol):
    """The bodies of a store, kept by content."""

    def put(self, data: bytes, digests: Mapping[str, Digest]) -> Body: ...

    def writer(self, digests: Mapping[str, Digest]) -> BodyWriter: ...

    def open(self, sha256: str) -> BodyReader:
        """Raises KeyError for a hash that isn't kept."""

    async def concatenate(self, ranges: Sequence[tuple[str, int, int]], digests: Mapping[str, Digest]) -> Body: ...

    def retain(self, sha256: str) -> None: ...

    def release(self, sha256: str) -> None: ...


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
        """The state that it began with, if it was given one."""

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

    @property
    def rewinds(self) -> bool:
        """Whether a content that was restored once is put back from memory the next time."""

    async def checkpoint(self) -> CheckpointResult:
        """Brings what is on the disk up to date. Raises StorageUnavailable."""

    async def start(self) -> None:
        """Begins background work. The store is already open and loaded."""

    async def stop(self) -> None:
        """The clean stop."""
