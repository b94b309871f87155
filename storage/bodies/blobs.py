"""Bodies of a durable store, kept by content.

Where a body is
---------------
- Up to 32 KiB it rides in the journal record that first refers to it, and stays in memory (``pending``) until a
  published base holds it as a file.
- A larger one is a *blob*, ``emu/blobs/<sha256>``. Order: temporary file, its sync, rename, sync of the directory
  (one for all uploads that wait), and only then the record. With durability ``os`` the syncs come later, but still
  before the journal's; :mod:`storage.tail` says what a power cut may leave then.

An upload of content that some state refers to needs no file of its own, as long as nobody has taken that away; one
that finds the same content on its way waits for that one's sync.

When a blob goes
----------------
When nothing refers to it any more since record L, no upload holds it, and a base at or beyond L is published. Until
then the base on the disk, or a fold on its way, may still name it. A reader has the file open, which is enough.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import threading
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from storage.bodies.body import Body, BodyReader, Digest
from storage.bodies.readers import MemoryReader, concatenate, open_file
from storage.bodies.references import References
from storage.bodies.spool import Hashing, Spool, Spooled
from storage.directory import Layout
from storage.errors import StorageUnavailable
from storage.files import Files
from storage.pointer import Durability

INLINE_BYTES = 32 * 1024
BLOB_MODE = 0o400


class Pending(NamedTuple):
    """A body that only the journal holds. lsn: the record that carries it."""

    lsn: int
    data: bytes


class DurableBody:
    """A finished upload. It holds the blob until it is discarded; ``data`` is what a record would carry."""

    def __init__(
        self, bodies: DurableBodies, sha256: str, size: int, digests: Mapping[str, bytes], data: bytes | None
    ) -> None:
        self.sha256 = sha256
        self.size = size
        self.digests = digests
        self.data = data
        self._bodies: DurableBodies | None = bodies

    def discard(self) -> None:
        if self._bodies is not None:
            if self.data is None:
                self._bodies.unpin(self.sha256)
            self._bodies = None


class DurableWriter:
    """See :class:`storage.bodies.body.BodyWriter`."""

    def __init__(self, bodies: DurableBodies, spool: Spool) -> None:
        self._bodies = bodies
        self._spool = spool

    async def write(self, chunk: bytes) -> None:
        try:
            await self._spool.write(chunk)
        except OSError as error:
            raise _no_room(error) from error

    async def finish(self) -> DurableBody:
        try:
            return await self._bodies.keep(await self._spool.finish())
        except OSError as error:
            raise _no_room(error) from error

    def abort(self) -> None:
        self._spool.abort()


def _no_room(error: OSError) -> StorageUnavailable:
    return StorageUnavailable(f"the body can't be written: {error.strerror or error}")


class DurableBodies:
    """See :class:`storage.bodies.body.Bodies`. All methods run on the event loop's thread unless they say otherwise."""

    def __init__(self, files: Files, layout: Layout, durability: Durability) -> None:
        self.references = References()
        self.pending: dict[str, Pending] = {}
        self.kept: Collection[str] = ()
        """Bodies that some kept history needs, whatever the references say."""
        self._files = files
        self._layout = layout
        self._syncs = durability == "fsync"
        self._pins: dict[str, int] = {}
        self._storing: dict[str, asyncio.Task[None]] = {}
        self._dead: dict[str, int] = {}
        self._lsn = 0
        self._removing: dict[str, asyncio.Future[None]] = {}
        self._unsynced: deque[Path] = deque()
        self._directory_sync = _SharedSync(lambda: files.sync_directory(layout.blobs))
        self._numbers = itertools.count(1)

    # Uploads.

    def put(self, data: bytes, digests: Mapping[str, Digest]) -> DurableBody:
        hashing = Hashing(digests)
        hashing.update(data)
        sha256, results = hashing.result()
        return DurableBody(self, sha256, len(data), results, data)

    def writer(self, digests: Mapping[str, Digest]) -> DurableWriter:
        return DurableWriter(self, Spool(self._files, self._new_path, INLINE_BYTES, digests))

    async def concatenate(self, ranges: Sequence[tuple[str, int, int]], digests: Mapping[str, Digest]) -> Body:
        return await concatenate(self, ranges, digests)

    async def keep(self, spooled: Spooled) -> DurableBody:
        """A finished upload's body, its blob in place. Raises OSError."""
        if spooled.data is not None:
            return DurableBody(self, spooled.sha256, spooled.size, spooled.digests, spooled.data)
        assert spooled.path is not None
        sha256 = spooled.sha256
        self._pins[sha256] = self._pins.get(sha256, 0) + 1
        try:
            while sha256 in self._removing:
                await asyncio.shield(self._removing[sha256])
            storing = self._storing.get(sha256)
            if storing is None and self._is_there(sha256) and self._is_counted_on(sha256):
                self._files.unlink(spooled.path)
            elif storing is not None:
                self._files.unlink(spooled.path)
                await asyncio.shield(storing)
            else:
                storing = asyncio.get_running_loop().create_task(self._store_in_thread(spooled.path, sha256))
                self._storing[sha256] = storing
                await asyncio.shield(storing)
        except BaseException:
            self.unpin(sha256)
            raise
        return DurableBody(self, sha256, spooled.size, spooled.digests, None)

    def _is_counted_on(self, sha256: str) -> bool:
        """Whether a record or a kept history needs a blob, or somebody who holds it. It must not be replaced then, not
        even a dead one: with durability ``os`` what would take its place isn't on the disk yet, and the record that let
        go of it perhaps never will be."""
        return sha256 in self.references or sha256 in self._dead or sha256 in self.kept or self._pins.get(sha256, 0) > 1

    async def _store_in_thread(self, path: Path, sha256: str) -> None:
        try:
            await asyncio.get_running_loop().run_in_executor(None, self._store, path, sha256)
        finally:
            del self._storing[sha256]

    def _store(self, path: Path, sha256: str) -> None:
        """In a thread: the temporary file becomes the blob."""
        target = self._layout.blobs / sha256
        self._files.chmod(path, BLOB_MODE)
        if self._syncs:
            fd = self._files.open_existing(path)
            try:
                self._files.datasync(fd)
            finally:
                self._files.close(fd)
        self._files.rename(path, target)
        if self._syncs:
            self._directory_sync.sync()
        else:
            self._unsynced.append(target)

    def sync(self) -> None:
        """In the journal's thread, with durability ``os``: every blob in place is on the disk."""
        if not self._unsynced:
            return
        while self._unsynced:
            try:
                fd = self._files.open_existing(self._unsynced.popleft())
            except FileNotFoundError:
                continue  # it went meanwhile
            try:
                self._files.datasync(fd)
            finally:
                self._files.close(fd)
        self._files.sync_directory(self._layout.blobs)

    def _new_path(self) -> Path:
        return self._layout.uploads / f"{next(self._numbers)}"

    # Reading.

    def open(self, sha256: str, end: int = 0) -> BodyReader:
        """See :meth:`storage.bodies.body.Bodies.open`."""
        pending = self.pending.get(sha256)
        if pending is not None:
            return MemoryReader(pending.data)
        blob = self._layout.blobs / sha256
        if sha256 not in self.references and not self._files.exists(blob):
            raise KeyError(sha256)
        return open_file(self._files, blob, end)

    def read(self, sha256: str) -> bytes:
        """A whole body. Raises as :meth:`open` does."""
        reader = self.open(sha256)
        try:
            return reader.read(0, reader.size)
        finally:
            reader.close()

    # References, pins, and what becomes of bodies without either.

    def retain(self, sha256: str) -> None:
        self.references.retain(sha256)

    def release(self, sha256: str) -> None:
        self.references.release(sha256)

    def unpin(self, sha256: str) -> None:
        left = self._pins[sha256] - 1
        if left:
            self._pins[sha256] = left
            return
        del self._pins[sha256]
        never_referred_to = sha256 not in self.references and sha256 not in self._dead and sha256 not in self.kept
        if never_referred_to and sha256 not in self._storing:
            with contextlib.suppress(OSError):
                self._files.unlink(self._layout.blobs / sha256)

    async def hold(self, hashes: Collection[str]) -> None:
        """Keeps bodies, there or about to be, from being removed until :meth:`unpin`."""
        for sha256 in hashes:
            self._pins[sha256] = self._pins.get(sha256, 0) + 1
        while going := [self._removing[sha256] for sha256 in hashes if sha256 in self._removing]:
            await asyncio.shield(going[0])

    def source(self, sha256: str) -> bytes | Path:
        """Where a body is: its bytes, or the blob."""
        pending = self.pending.get(sha256)
        return self._layout.blobs / sha256 if pending is None else pending.data

    def to_carry(self, bodies: Iterable[DurableBody]) -> dict[str, bytes]:
        """What the record that refers to these bodies must hold: small bodies that nothing refers to yet, and those
        that somebody removed from the disk."""
        return {
            body.sha256: body.data
            for body in bodies
            if body.data is not None and not (body.sha256 in self.references.counts and self._is_there(body.sha256))
        }

    def _is_there(self, sha256: str) -> bool:
        return sha256 in self.pending or self._files.exists(self._layout.blobs / sha256)

    def applied(self, lsn: int, carried: Mapping[str, bytes]) -> None:
        """A record was applied: what it carried is pending, what it let go of is dead."""
        self._lsn = lsn
        for sha256, data in carried.items():
            if sha256 in self.references.counts:
                self.pending[sha256] = Pending(lsn, data)
        for sha256 in self.references.take_dead():
            self.pending.pop(sha256, None)
            self._dead[sha256] = lsn

    @contextlib.contextmanager
    def starting_over(self) -> Iterator[None]:
        """While the machines are emptied, to be filled again from the disk: what they let go of doesn't count."""
        self.references = _NoReferences()
        try:
            yield
        finally:
            self.references = References()
            self.pending.clear()

    def settle(self, base_lsn: int) -> list[str]:
        """A base at that lsn is published: bodies that it holds as files needn't stay in memory. Returns the blobs
        that can be removed; until :meth:`removed` an upload of the same content waits."""
        for sha256 in [sha256 for sha256, pending in self.pending.items() if pending.lsn <= base_lsn]:
            del self.pending[sha256]
        ripe = [sha256 for sha256, lsn in self._dead.items() if lsn <= base_lsn]
        going = []
        for sha256 in ripe:
            if sha256 in self._pins or sha256 in self._storing:
                continue
            del self._dead[sha256]
            if sha256 not in self.references and sha256 not in self.kept:
                going.append(sha256)
        return going

    async def remove(self, blobs: Sequence[str]) -> None:
        """Removes blobs that :meth:`settle` named, in a thread."""
        loop = asyncio.get_running_loop()
        gone = loop.create_future()
        self._removing.update(dict.fromkeys(blobs, gone))
        try:
            await loop.run_in_executor(None, self.unlink_blobs, blobs)
        finally:
            for sha256 in blobs:
                del self._removing[sha256]
            gone.set_result(None)

    def unlink_blobs(self, blobs: Iterable[str]) -> None:
        """In any thread."""
        for sha256 in blobs:
            with contextlib.suppress(FileNotFoundError):
                self._files.unlink(self._layout.blobs / sha256)

    def missing(self, names: Iterable[str]) -> list[str]:
        """What the state refers to and is neither pending nor among the blobs named, in order."""
        there = set(names)
        return sorted(sha256 for sha256 in self.references.counts if sha256 not in there and not self._is_there(sha256))

    def orphans(self, names: Iterable[str]) -> list[str]:
        """Those of the blobs named that nothing knows: traces of uploads that no record followed."""
        return [
            name
            for name in names
            if name not in self.references
            and name not in self._dead
            and name not in self._pins
            and name not in self._storing
            and name not in self.kept
        ]


class _NoReferences(References):
    """Counts nothing."""

    def retain(self, sha256: str) -> None: ...

    def release(self, sha256: str) -> None: ...


class _SharedSync:
    """One sync for all threads that wait for one: each is done when a sync that began after its call has ended."""

    def __init__(self, sync: Callable[[], None]) -> None:
        self._sync = sync
        self._running = threading.Lock()
        self._tickets = itertools.count(1)
        self._issued = 0
        self._done = 0

    def sync(self) -> None:
        ticket = self._issued = next(self._tickets)
        with self._running:
            if self._done >= ticket:
                return
            upto = self._issued
            self._sync()
            self._done = upto
