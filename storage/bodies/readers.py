"""Bodies that are open for reading, in memory and in files, and new ones made of parts of others."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path

from storage.bodies.body import Bodies, Body, BodyReader, Digest
from storage.files import Files

_COPY_BYTES = 1024 * 1024


class MemoryReader:
    """A body that stands in memory."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.size = len(data)

    def read(self, start: int, length: int) -> bytes:
        return self._data[start : start + length]

    def close(self) -> None:
        return


class FileReader:
    """A body in a file, which can be read as long as this is open, even when its name goes."""

    def __init__(self, files: Files, path: Path) -> None:
        self._files = files
        self._fd = files.open_existing(path)
        self.size = files.size(self._fd)

    def read(self, start: int, length: int) -> bytes:
        return self._files.pread(self._fd, length, start)

    def close(self) -> None:
        if self._fd >= 0:
            self._files.close(self._fd)
            self._fd = -1


async def concatenate(bodies: Bodies, ranges: Sequence[tuple[str, int, int]], digests: Mapping[str, Digest]) -> Body:
    """See :meth:`storage.bodies.body.Bodies.concatenate`. All sources are opened first: none can go meanwhile."""
    loop = asyncio.get_running_loop()
    writer = bodies.writer(digests)
    readers: list[BodyReader] = []
    try:
        for sha256, _, _ in ranges:
            readers.append(bodies.open(sha256))
        for reader, (_, start, length) in zip(readers, ranges, strict=True):
            for offset in range(start, start + length, _COPY_BYTES):
                wanted = min(_COPY_BYTES, start + length - offset)
                await writer.write(await loop.run_in_executor(None, reader.read, offset, wanted))
        return await writer.finish()
    finally:
        writer.abort()
        for reader in readers:
            reader.close()
