"""aws-chunked bodies: bytes in, content out, no I/O.

A body is a run of chunks and then, perhaps, trailing headers::

    10000;chunk-signature=<hex>\\r\\n  <65,536 bytes> \\r\\n      any number of these; the signature may be missing
    0;chunk-signature=<hex>\\r\\n                             the last one
    x-amz-checksum-crc32c:sOO8/Q==\\r\\n                      trailing headers, as x-amz-trailer announced them
    x-amz-trailer-signature:<hex>\\r\\n
    \\r\\n

The decoder is always in one of five states. In four of them it waits for a line; a table says what the line does::

    SIZE ──n>0──▶ DATA ──n bytes──▶ GAP ──empty line──▶ SIZE
    SIZE ──0────▶ TRAILERS ──empty line──▶ END, whatever comes then

Signatures are parsed, not verified: access is open. The formats:
https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html and
https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import Enum, auto

from emu.wire.errors import (
    INCOMPLETE_BODY,
    INVALID_CHUNK_SIZE,
    MALFORMED_CHUNK,
    MALFORMED_TRAILER,
    MISSING_CONTENT_LENGTH,
)
from services.errors import ServiceError

LINE_BYTES_MAX = 2048
TRAILERS_MAX = 16
CHUNK_BYTES_MIN = 8192
"""The least size of every chunk but the last with content."""

_SIZE_LINE = re.compile(rb"([0-9A-Fa-f]{1,16})(?:;chunk-signature=([0-9A-Fa-f*]+))?[ \t]*")
_TRAILER_LINE = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\x00-\x08\x0a-\x1f\x7f]*)")
_TRAILER_SIGNATURE = "x-amz-trailer-signature"


class _State(Enum):
    SIZE = auto()
    DATA = auto()
    GAP = auto()
    TRAILERS = auto()
    END = auto()


class Decoder:
    """Decodes one body. ``feed`` it as it arrives, then ``finish``; afterwards ``trailers`` holds the trailing headers
    by lower-case name.

    Raises ServiceError: IncompleteBody, InvalidChunkSizeError, MalformedTrailerError.
    """

    def __init__(self, decoded_length: int, announced: frozenset[str] = frozenset()) -> None:
        self.trailers: dict[str, str] = {}
        self._expected = decoded_length
        self._announced = announced
        self._received = 0
        self._state = _State.SIZE
        self._line = b""
        self._left = 0
        self._chunks = 0
        self._short: int | None = None
        self._lines = {
            _State.SIZE: self._on_size,
            _State.GAP: self._on_gap,
            _State.TRAILERS: self._on_trailer,
        }

    @classmethod
    def for_headers(cls, headers: Mapping[str, str]) -> Decoder | None:
        """The decoder for a request with these headers (lower-case names), None for a body that is not aws-chunked.

        Raises ServiceError: MissingContentLength.
        """
        if not is_chunked(headers):
            return None
        length = headers.get("x-amz-decoded-content-length", "").strip()
        if not (length.isascii() and length.isdigit() and len(length) <= 16):
            raise MISSING_CONTENT_LENGTH()
        announced = (name.strip().lower() for name in headers.get("x-amz-trailer", "").split(","))
        return cls(int(length), frozenset(name for name in announced if name))

    def feed(self, data: bytes) -> list[bytes]:
        """The content in the next piece of the body."""
        content: list[bytes] = []
        position, end = 0, len(data)
        while position < end and self._state is not _State.END:
            if self._state is _State.DATA:
                taken = min(self._left, end - position)
                content.append(data[position : position + taken])
                position += taken
                self._left -= taken
                if not self._left:
                    self._state = _State.GAP
                continue
            newline = data.find(b"\n", position)
            stop = newline if newline >= 0 else end
            self._line += data[position:stop]
            if len(self._line) > LINE_BYTES_MAX:
                raise MALFORMED_CHUNK()
            position = stop + 1
            if newline >= 0:
                line, self._line = self._line.removesuffix(b"\r"), b""
                self._lines[self._state](line)
        return content

    def finish(self) -> None:
        """Checks that the body is complete. Some clients leave out the last empty line."""
        ended = self._state is _State.END or (self._state is _State.TRAILERS and not self._line)
        if not ended:
            raise MALFORMED_CHUNK()
        if self._received != self._expected:
            raise self._incomplete()
        if self._announced != self.trailers.keys():
            raise MALFORMED_TRAILER()

    def _on_size(self, line: bytes) -> None:
        match = _SIZE_LINE.fullmatch(line)
        if match is None:
            raise MALFORMED_CHUNK()
        size = int(match[1], 16)
        if size == 0:
            self._state = _State.TRAILERS
            return
        if self._short is not None:
            # AWS names the chunk that shows that the one before wasn't the last.
            raise INVALID_CHUNK_SIZE(chunk=self._chunks + 1, size=self._short)
        self._chunks += 1
        self._short = size if size < CHUNK_BYTES_MIN else None
        self._received += size
        if self._received > self._expected:
            raise self._incomplete()
        self._left = size
        self._state = _State.DATA

    def _on_gap(self, line: bytes) -> None:
        if line:
            raise MALFORMED_CHUNK()
        self._state = _State.SIZE

    def _on_trailer(self, line: bytes) -> None:
        if not line:
            self._state = _State.END
            return
        match = _TRAILER_LINE.fullmatch(line)
        if match is None or len(self.trailers) >= TRAILERS_MAX:
            raise MALFORMED_TRAILER()
        name = match[1].decode("ascii").lower()
        if name != _TRAILER_SIGNATURE:
            self.trailers[name] = match[2].decode("latin-1").strip()

    def _incomplete(self) -> ServiceError:
        return INCOMPLETE_BODY(expected=self._expected, provided=self._received)


def is_chunked(headers: Mapping[str, str]) -> bool:
    """Whether a request with these headers (lower-case names) says that its body is aws-chunked. One whose signature
    covers the body as it is may call it so, and isn't taken at its word."""
    sha256 = headers.get("x-amz-content-sha256", "")
    if sha256.startswith("STREAMING-"):
        return True
    codings = headers.get("content-encoding")
    if codings is None or "aws-chunked" not in (coding.strip().lower() for coding in codings.split(",")):
        return False
    return not sha256 or "x-amz-decoded-content-length" in headers
