"""What a service sees of bodies: bytes kept by their content, named by the SHA-256 of it.

The storage layer implements these protocols; a service holds only the hexadecimal hash and the size. A body lives as
long as some state retains it (:class:`services.machine.Hooks`) or a reader or an upload has it open.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol


class Digest(Protocol):
    """A running hash or checksum, as in :mod:`hashlib`."""

    def update(self, data: bytes, /) -> None: ...

    def digest(self) -> bytes: ...


class Body(Protocol):
    """A finished upload that no state refers to yet. Hand it to ``ctx.commit(…, bodies=[body])``.

    ``digests`` holds the results of the digests that were asked for, by name.
    """

    sha256: str
    size: int
    digests: Mapping[str, bytes]

    def discard(self) -> None:
        """The upload leads to nothing: its bytes may go. Harmless after a commit, and twice."""


class BodyReader(Protocol):
    """A body opened for reading. It can't go away until it is closed."""

    size: int

    def read(self, start: int, length: int) -> bytes:
        """The bytes from ``start``, fewer than ``length`` only at the end."""

    def close(self) -> None: ...


class Bodies(Protocol):
    """The store of bodies."""

    def put(self, data: bytes, digests: Mapping[str, Digest]) -> Body:
        """Takes a small body that is already whole in memory."""

    def open(self, sha256: str, end: int = 0) -> BodyReader:
        """A reader of at least ``end`` bytes. Raises KeyError for a hash that isn't kept; a body that the disk has lost
        is answered with 503 for every service alike."""

    async def concatenate(self, ranges: Sequence[tuple[str, int, int]], digests: Mapping[str, Digest]) -> Body:
        """A new body made of ``(sha256, start, length)`` ranges of others; large ones are copied in a thread."""
