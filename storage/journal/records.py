"""Lines of the journal: encoding and decoding. No files here; the format is described in :mod:`storage.journal`."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from zlib import crc32

import orjson

from storage.errors import NewerFormat
from storage.machine import Change

FORMAT = 1
_CRC_LENGTH = len(b',"crc":"00000000"}\n')


class BadLine(ValueError):
    """A line that doesn't prove itself; the text says why."""


class Mark(NamedTuple):
    """A place in the journal: a record's number and its checksum. ``Mark(0, 0)`` is the beginning."""

    lsn: int
    checksum: int


@dataclass(frozen=True, slots=True)
class Header:
    """A segment's first line. after: the checksum of the record before ``first``. size: bytes."""

    first: int
    after: int
    size: int


@dataclass(frozen=True, slots=True)
class Seal:
    """The line behind a full segment's last record. following: the number of the next segment's first record, which
    comes next. after: the checksum of the last record."""

    following: int
    after: int


@dataclass(frozen=True, slots=True)
class Record:
    """A decoded record. ``bodies`` holds the bodies it carries, by SHA-256."""

    lsn: int
    after: int
    synced: int
    time_ms: int
    request_id: str
    ids: int
    changes: Sequence[Change]
    bodies: Mapping[str, bytes]
    clean: bool
    checksum: int


def encode_record(
    previous: Mark,
    synced: int,
    changes: Sequence[Change],
    bodies: Mapping[str, bytes],
    *,
    request_id: str,
    time_ms: int,
    ids: int,
    clean: bool = False,
) -> tuple[bytes, Mark]:
    """The line of the record after ``previous``, and its mark. TypeError for a value that JSON can't hold."""
    record: dict[str, Any] = {
        "lsn": previous.lsn + 1,
        "after": f"{previous.checksum:08x}",
        "synced": synced,
        "time": time_ms,
        "request_id": request_id,
        "ids": ids,
    }
    if bodies:
        record["bodies"] = [_encode_body(sha256, data) for sha256, data in bodies.items()]
    if clean:
        record["clean"] = True
    record["changes"] = changes
    text = orjson.dumps(record, default=orjson.Fragment)
    if b"\n" in text:
        # Only encoded JSON that was handed in can hold a line feed (between tokens).
        text = orjson.dumps(orjson.loads(text))
    line, checksum = _checked(text)
    return line, Mark(previous.lsn + 1, checksum)


def encode_header(header: Header) -> bytes:
    text = orjson.dumps({"journal": FORMAT, "first": header.first, "after": f"{header.after:08x}", "size": header.size})
    return _checked(text)[0]


def encode_seal(last: Mark) -> bytes:
    """The seal of a segment whose last record has this mark."""
    return _checked(orjson.dumps({"sealed": last.lsn + 1, "after": f"{last.checksum:08x}"}))[0]


def decode_record(line: bytes) -> Record:
    """A line without or with its line feed, as a record. BadLine if it doesn't prove itself."""
    value, checksum = _prove(line)
    try:
        return Record(
            lsn=value["lsn"],
            after=int(value["after"], 16),
            synced=value["synced"],
            time_ms=value["time"],
            request_id=value["request_id"],
            ids=value["ids"],
            changes=value["changes"],
            bodies=dict(map(_decode_body, value.get("bodies", ()))),
            clean=value.get("clean", False),
            checksum=checksum,
        )
    except (KeyError, ValueError, TypeError) as error:
        raise BadLine(f"not a record: {error!r}") from error


def decode_header(line: bytes) -> Header:
    """A segment's first line. BadLine if it doesn't prove itself, NewerFormat for one of a later emu."""
    value, _ = _prove(line)
    try:
        if value["journal"] > FORMAT:
            raise NewerFormat(
                f"the journal has format {value['journal']} and this emu knows {FORMAT}; use a newer emu."
            )
        return Header(first=value["first"], after=int(value["after"], 16), size=value["size"])
    except (KeyError, ValueError, TypeError) as error:
        raise BadLine(f"not a segment's header: {error!r}") from error


def decode_seal(line: bytes) -> Seal:
    """A segment's seal. BadLine if it doesn't prove itself."""
    value, _ = _prove(line)
    try:
        return Seal(following=value["sealed"], after=int(value["after"], 16))
    except (KeyError, ValueError, TypeError) as error:
        raise BadLine(f"not a segment's seal: {error!r}") from error


def _checked(text: bytes) -> tuple[bytes, int]:
    """Puts the checksum in front of the closing brace."""
    content = text[:-1]
    checksum = crc32(content)
    return b'%b,"crc":"%08x"}\n' % (content, checksum), checksum


def _prove(line: bytes) -> tuple[dict[str, Any], int]:
    line = line.removesuffix(b"\n")
    content, seal = line[: 1 - _CRC_LENGTH], line[1 - _CRC_LENGTH :]
    if seal[:8] != b',"crc":"' or seal[16:] != b'"}':
        raise BadLine("the line has no checksum at its end")
    checksum = crc32(content)
    if seal[8:16] != b"%08x" % checksum:
        raise BadLine("the checksum doesn't match")
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise BadLine(f"not JSON: {error}") from error
    return value, checksum


def _encode_body(sha256: str, data: bytes) -> dict[str, str]:
    try:
        return {"sha256": sha256, "text": data.decode()}
    except UnicodeDecodeError:
        return {"sha256": sha256, "base64": base64.b64encode(data).decode()}


def _decode_body(value: Mapping[str, str]) -> tuple[str, bytes]:
    data = value["text"].encode() if "text" in value else base64.b64decode(value["base64"], validate=True)
    return value["sha256"], data


SEAL_BYTES_MAX = len(encode_seal(Mark(2**63 - 1, 2**32 - 1)))
