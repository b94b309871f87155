"""What a store keeps bodies as: bytes by their content, named by the SHA-256 of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol


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

    def read(self, start: int, length: int) -> bytes:
        """Fewer bytes only at the body's end. Raises OSError."""

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

    def open(self, sha256: str, end: int = 0) -> BodyReader:
        """Raises KeyError for a hash that isn't kept, and StorageUnavailable for a body that somebody has removed from
        the disk, that can't be read, or that ends before the byte ``end``."""

    async def concatenate(self, ranges: Sequence[tuple[str, int, int]], digests: Mapping[str, Digest]) -> Body: ...

    def retain(self, sha256: str) -> None: ...

    def release(self, sha256: str) -> None: ...
