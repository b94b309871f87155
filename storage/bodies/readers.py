"""Bodies that are open for reading, in memory and in files, and new ones made of parts of others."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path

from storage.bodies.body import Bodies, Body, BodyReader, Digest
from storage.errors import StorageUnavailable
from storage.files import Files

_COPY_BYTES = 1024 * 1024
LOST_BODY_ADVICE = "`emu verify` lists what else is amiss."
"""For whoever meets a body that the disk has lost."""


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
        data = self._files.pread(self._fd, length, start)
        while len(data) < length and (more := self._files.pread(self._fd, length - len(data), start + len(data))):
            data += more
        return data

    def close(self) -> None:
        if self._fd >= 0:
            self._files.close(self._fd)
            self._fd = -1


def open_file(files: Files, path: Path, end: int) -> FileReader:
    """Raises StorageUnavailable where somebody has removed the file or cut it off before the byte ``end``, or the
    system doesn't give it."""
    try:
        reader = FileReader(files, path)
    except OSError as error:
        raise StorageUnavailable(
            f"The body {path} can't be read: {error.strerror or error}. {LOST_BODY_ADVICE}"
        ) from error
    if reader.size < end:
        reader.close()
        raise StorageUnavailable(f"The body {path} is cut off after {reader.size} bytes. {LOST_BODY_ADVICE}")
    return reader


async def concatenate(bodies: Bodies, ranges: Sequence[tuple[str, int, int]], digests: Mapping[str, Digest]) -> Body:
    """See :meth:`storage.bodies.body.Bodies.concatenate`. All sources are opened first: none can go meanwhile."""
    loop = asyncio.get_running_loop()
    writer = bodies.writer(digests)
    readers: list[BodyReader] = []
    try:
        for sha256, start, length in ranges:
            readers.append(bodies.open(sha256, start + length))
        for reader, (_, start, length) in zip(readers, ranges, strict=True):
            for offset in range(start, start + length, _COPY_BYTES):
                wanted = min(_COPY_BYTES, start + length - offset)
                data = await loop.run_in_executor(None, reader.read, offset, wanted)
                if len(data) < wanted:
                    raise StorageUnavailable(f"A body was cut off at {offset + len(data)} bytes while it was read.")
                await writer.write(data)
        return await writer.finish()
    finally:
        writer.abort()
        for reader in readers:
            reader.close()
