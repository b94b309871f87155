"""The only randomness anyone uses: identifiers, handles and tokens.

A source is either random (the operating system's) or seeded. A seeded source is a counter hashed with its seed, so its
whole state is one integer, ``position``, which each journal record carries: a run goes on after a restart where it was.
"""

from __future__ import annotations

import os
from hashlib import blake2b
from typing import Protocol

_POOL_BYTES = 4096


class Ids(Protocol):
    """Where identifiers come from."""

    position: int

    def random_bytes(self, length: int) -> bytes:
        """``length`` bytes (at most 64) that nothing else got."""


class RandomIds:
    """Identifiers from the operating system's random source. ``position`` stays 0."""

    position = 0

    def __init__(self) -> None:
        self._pool = b""
        self._used = 0

    def random_bytes(self, length: int) -> bytes:
        start, self._used = self._used, self._used + length
        if self._used > len(self._pool):
            # Asking the system for a few bytes costs as much as for a few thousand.
            self._pool = os.urandom(_POOL_BYTES)
            start, self._used = 0, length
        return self._pool[start : self._used]


class SeededIds:
    """Identifiers that follow from ``seed`` and the number of identifiers already given."""

    def __init__(self, seed: str, position: int = 0) -> None:
        self._key = blake2b(seed.encode(), digest_size=32).digest()
        self.position = position

    def random_bytes(self, length: int) -> bytes:
        self.position += 1
        return blake2b(self.position.to_bytes(8, "big"), key=self._key, digest_size=length).digest()


def uuid4(ids: Ids) -> str:
    """A random UUID (version 4) in its usual form, 36 characters."""
    value = int.from_bytes(ids.random_bytes(16), "big")
    value = value & ~(0xF000 << 64) | 4 << 76
    value = value & ~(0xC000 << 48) | 0x8000 << 48
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def hexadecimal(ids: Ids, length: int) -> str:
    """``length`` (even, at most 128) hexadecimal characters."""
    return ids.random_bytes(length // 2).hex()
