"""An upload on its way: hashed as it comes, small ones kept in memory, large ones written to a file in a thread."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from storage.bodies.body import Digest
from storage.files import Files

_PIECE_BYTES = 256 * 1024
"""Bytes are handed to the thread in pieces of at least this size; at most two pieces are in memory."""
_LOOP_HASH_BYTES = 64 * 1024
"""More than this isn't hashed on the event loop."""


@dataclass(frozen=True, slots=True)
class Spooled:
    """A whole upload. ``data`` holds it, or else it is in the file at ``path``, written but not synced."""

    sha256: str
    size: int
    digests: Mapping[str, bytes]
    data: bytes | None
    path: Path | None


class Hashing:
    """The SHA-256 and the digests that were asked for, all over the same bytes."""

    def __init__(self, digests: Mapping[str, Digest]) -> None:
        self._sha256 = hashlib.sha256()
        self._digests = digests

    def update(self, data: bytes) -> None:
        self._sha256.update(data)
        for digest in self._digests.values():
            digest.update(data)

    def result(self) -> tuple[str, dict[str, bytes]]:
        return self._sha256.hexdigest(), {name: digest.digest() for name, digest in self._digests.items()}


class Spool:
    """Takes chunks. Up to ``keep_bytes`` stay in memory; beyond that all goes to a file that ``new_path`` names."""

    def __init__(
        self, files: Files, new_path: Callable[[], Path], keep_bytes: int, digests: Mapping[str, Digest]
    ) -> None:
        self._files = files
        self._new_path = new_path
        self._keep_bytes = keep_bytes
        self._hashing = Hashing(digests)
        self._chunks: list[bytes] = []
        self._buffered = 0
        self._size = 0
        self._written = 0
        self._path: Path | None = None
        self._fd = -1
        self._work: asyncio.Future[None] | None = None
        self._closed = False

    async def write(self, chunk: bytes) -> None:
        """Takes a chunk; waits while the thread is a piece behind. Raises OSError where the file can't be written."""
        self._chunks.append(chunk)
        self._buffered += len(chunk)
        self._size += len(chunk)
        if self._size > self._keep_bytes and self._buffered >= _PIECE_BYTES:
            await self._hand_over()

    async def finish(self) -> Spooled:
        """The whole upload. A file stays until somebody renames or removes it."""
        if self._path is None and self._size <= self._keep_bytes:
            data = b"".join(self._chunks)
            self._chunks.clear()
            if len(data) > _LOOP_HASH_BYTES:
                await asyncio.get_running_loop().run_in_executor(None, self._hashing.update, data)
            else:
                self._hashing.update(data)
            self._closed = True
            return Spooled(*self._result(), data, None)
        await self._hand_over()
        assert self._work is not None
        await self._work
        self._closed = True
        self._files.close(self._fd)
        return Spooled(*self._result(), None, self._path)

    def abort(self) -> None:
        """Removes what was written; harmless when it has ended."""
        if self._closed:
            return
        self._closed = True
        self._chunks.clear()
        if self._work is not None and not self._work.done():
            self._work.add_done_callback(lambda work: self._discard())
        elif self._path is not None:
            self._discard()

    def _result(self) -> tuple[str, int, dict[str, bytes]]:
        sha256, digests = self._hashing.result()
        return sha256, self._size, digests

    async def _hand_over(self) -> None:
        """Gives what is buffered to the thread, once that is done with the piece before."""
        if self._work is not None:
            await self._work
        piece = b"".join(self._chunks)
        self._chunks.clear()
        self._buffered = 0
        self._work = asyncio.get_running_loop().run_in_executor(None, self._take, piece)

    def _take(self, piece: bytes) -> None:
        """In the thread."""
        if self._path is None:
            path = self._new_path()
            self._fd = self._files.create(path)
            self._path = path
        self._hashing.update(piece)
        self._files.pwrite(self._fd, piece, self._written)
        self._written += len(piece)

    def _discard(self) -> None:
        if self._work is not None and not self._work.cancelled():
            self._work.exception()  # asked for, so that nobody reports it as lost
        if self._path is not None:
            self._files.close(self._fd)
            with contextlib.suppress(OSError):
                self._files.unlink(self._path)
