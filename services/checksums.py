"""The checksums that AWS's protocols carry, as running digests with :mod:`hashlib`'s ``update`` and ``digest``.

Names are AWS's (``CRC32``, ``CRC64NVME``, …); on the wire a checksum is the base64 of its big-endian bytes. CRC32C
and the 64-bit CRC come from awscrt, which is loaded when first needed: it costs a tenth of a second.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html
"""

from __future__ import annotations

import hashlib
import zlib
from base64 import b64encode
from collections.abc import Callable, Mapping
from typing import Any

from services.bodies import Digest


class _Crc:
    """A CRC whose function takes the bytes and the sum so far."""

    __slots__ = ("_function", "_size", "_value")

    def __init__(self, function: Callable[[bytes, int], int], size: int) -> None:
        self._function = function
        self._size = size
        self._value = 0

    def update(self, data: bytes, /) -> None:
        self._value = self._function(data, self._value)

    def digest(self) -> bytes:
        return self._value.to_bytes(self._size, "big")


def _awscrt() -> Any:
    from awscrt import checksums

    return checksums


def _md5() -> Digest:
    return hashlib.md5(usedforsecurity=False)


def _sha1() -> Digest:
    return hashlib.sha1(usedforsecurity=False)


ALGORITHMS: Mapping[str, Callable[[], Digest]] = {
    "CRC32": lambda: _Crc(zlib.crc32, 4),
    "CRC32C": lambda: _Crc(_awscrt().crc32c, 4),
    "CRC64NVME": lambda: _Crc(_awscrt().crc64nvme, 8),
    "SHA1": _sha1,
    "SHA256": hashlib.sha256,
    "SHA512": hashlib.sha512,
    "MD5": _md5,
}
"""How to begin each checksum, by AWS's name for it."""


def new_digest(algorithm: str) -> Digest:
    """A running checksum. Raises KeyError for an algorithm that isn't in :data:`ALGORITHMS`."""
    return ALGORITHMS[algorithm]()


def encoded(digest: bytes) -> str:
    """A checksum as it stands in headers and documents."""
    return b64encode(digest).decode()


def checksum_of(algorithm: str, data: bytes) -> str:
    """The encoded checksum of bytes that are whole in memory."""
    digest = new_digest(algorithm)
    digest.update(data)
    return encoded(digest.digest())
