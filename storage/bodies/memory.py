"""Bodies in memory, kept while something refers to them. Large ones spool to a directory that goes with the
process."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from storage.bodies.body import Body, BodyReader, Digest
from storage.bodies.readers import MemoryReader, concatenate, open_file
from storage.bodies.references import References
from storage.bodies.spool import Hashing, Spool
from storage.files import Files

SPOOL_BYTES = 4 * 1024 * 1024
"""Bodies above this size are kept in files."""


class MemoryBody:
    """An upload, held by a reference of its own until it is discarded."""

    def __init__(self, bodies: MemoryBodies, sha256: str, size: int, digests: Mapping[str, bytes]) -> None:
        self.sha256 = sha256
        self.size = size
        self.digests = digests
        self._bodies: MemoryBodies | None = bodies
        bodies.retain(sha256)

    def discard(self) -> None:
        if self._bodies is not None:
            bodies, self._bodies = self._bodies, None
            bodies.release(self.sha256)
            bodies.settle()


class MemoryWriter:
    """See :class:`storage.bodies.body.BodyWriter`."""

    def __init__(self, bodies: MemoryBodies, spool: Spool) -> None:
        self._bodies = bodies
        self._spool = spool

    async def write(self, chunk: bytes) -> None:
        await self._spool.write(chunk)

    async def finish(self) -> MemoryBody:
        spooled = await self._spool.finish()
        content = spooled.path if spooled.data is None else spooled.data
        assert content is not None
        return self._bodies.keep(spooled.sha256, content, spooled.size, spooled.digests)

    def abort(self) -> None:
        self._spool.abort()


class MemoryBodies:
    """See :class:`storage.bodies.body.Bodies`."""

    def __init__(self) -> None:
        self.references = References()
        self._kept: dict[str, bytes | Path] = {}
        self._files = Files()
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._numbers = itertools.count(1)

    def put(self, data: bytes, digests: Mapping[str, Digest]) -> MemoryBody:
        hashing = Hashing(digests)
        hashing.update(data)
        sha256, results = hashing.result()
        return self.keep(sha256, data, len(data), results)

    def keep(self, sha256: str, content: bytes | Path, size: int, digests: Mapping[str, bytes]) -> MemoryBody:
        """Takes an upload: its bytes, or the file that holds them."""
        kept = self._kept.setdefault(sha256, content)
        if kept is not content and isinstance(content, Path):
            self._files.unlink(content)
        return MemoryBody(self, sha256, size, digests)

    def writer(self, digests: Mapping[str, Digest]) -> MemoryWriter:
        return MemoryWriter(self, Spool(self._files, self._new_path, SPOOL_BYTES, digests))

    def open(self, sha256: str, end: int = 0) -> BodyReader:
        content = self._kept[sha256]
        return open_file(self._files, content, end) if isinstance(content, Path) else MemoryReader(content)

    async def concatenate(self, ranges: Sequence[tuple[str, int, int]], digests: Mapping[str, Digest]) -> Body:
        return await concatenate(self, ranges, digests)

    def retain(self, sha256: str) -> None:
        self.references.retain(sha256)

    def release(self, sha256: str) -> None:
        self.references.release(sha256)

    def settle(self) -> None:
        """After a record or a discarded upload: lets go of what nothing refers to."""
        for sha256 in self.references.take_dead():
            content = self._kept.pop(sha256)
            if isinstance(content, Path):
                self._files.unlink(content)

    # Whole states, out and in.

    def hold_all(self) -> list[str]:
        """One more reference to every body; gives their names, for :meth:`let_go`."""
        hashes = list(self._kept)
        for sha256 in hashes:
            self.references.retain(sha256)
        return hashes

    def let_go(self, hashes: Sequence[str]) -> None:
        for sha256 in hashes:
            self.references.release(sha256)
        self.settle()

    def source(self, sha256: str) -> bytes | Path:
        """Where a body is: its bytes, or its file."""
        return self._kept[sha256]

    def copies(self, bodies: Mapping[str, bytes | Path]) -> dict[str, bytes | Path]:
        """In any thread: the bodies as :meth:`take` takes them, files copied."""
        return {
            sha256: self._copied(source) if isinstance(source, Path) else source for sha256, source in bodies.items()
        }

    def take(self, copies: Mapping[str, bytes | Path]) -> None:
        """Takes in bodies, each with a reference of its own."""
        for sha256, content in copies.items():
            kept = self._kept.setdefault(sha256, content)
            if kept is not content and isinstance(content, Path):
                self._files.unlink(content)
            self.references.retain(sha256)

    def _copied(self, source: Path) -> bytes | Path:
        if self._files.size_of(source) <= SPOOL_BYTES:
            return self._files.read(source)
        path = self._new_path()
        self._files.copy(source, path, durable=False)
        return path

    def _new_path(self) -> Path:
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="emu-bodies-")
        return Path(self._folder.name) / str(next(self._numbers))
