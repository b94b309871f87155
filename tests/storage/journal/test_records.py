"""Lines of the journal."""

from __future__ import annotations

from typing import Any
from zlib import crc32

import orjson
import pytest

from storage.errors import NewerFormat
from storage.journal.records import (
    SEAL_BYTES_MAX,
    BadLine,
    Header,
    Mark,
    Seal,
    decode_header,
    decode_record,
    decode_seal,
    encode_header,
    encode_record,
    encode_seal,
)

CHANGE = ("a.put", "000000000000", "us-east-1", {"key": "k", "value": ["é", None, 1, True]})


def line_of(changes: Any = (CHANGE,), bodies: Any = None, *, clean: bool = False) -> tuple[bytes, Mark]:
    return encode_record(
        Mark(6, 0xABCDEF),
        5,
        changes,
        bodies or {},
        request_id="r-1",
        time_ms=1_767_225_600_000,
        ids=9,
        clean=clean,
    )


def test_a_record_comes_back() -> None:
    line, mark = line_of(bodies={"00aa": b"text", "00bb": b"\xff\x00"})
    record = decode_record(line)
    assert (record.lsn, record.after, record.synced, record.checksum) == (7, 0xABCDEF, 5, mark.checksum)
    assert (record.time_ms, record.request_id, record.ids, record.clean) == (1_767_225_600_000, "r-1", 9, False)
    assert [tuple(change) for change in record.changes] == [CHANGE]
    assert record.bodies == {"00aa": b"text", "00bb": b"\xff\x00"}
    assert mark == Mark(7, record.checksum)


def test_a_record_is_a_line_of_json_with_the_documented_names() -> None:
    value = orjson.loads(line_of(bodies={"00aa": b"text", "00bb": b"\xff"})[0])
    assert list(value) == ["lsn", "after", "synced", "time", "request_id", "ids", "bodies", "changes", "crc"]
    assert value["bodies"] == [{"sha256": "00aa", "text": "text"}, {"sha256": "00bb", "base64": "/w=="}]
    assert value["after"] == "00abcdef"


def test_a_clean_stop_has_no_changes() -> None:
    record = decode_record(line_of((), clean=True)[0])
    assert record.clean
    assert list(record.changes) == []


def test_encoded_json_stands_as_it_is_but_on_one_line() -> None:
    line, _ = line_of([("a.put", "1", "r", b'{"key": "k",\n "value": "a\\nb"}')])
    assert line.count(b"\n") == 1
    assert decode_record(line).changes[0][3] == {"key": "k", "value": "a\nb"}


def test_what_json_cannot_hold_is_refused() -> None:
    with pytest.raises(TypeError):
        line_of([("a.put", "1", "r", {"key": object()})])


def test_a_header_comes_back() -> None:
    header = Header(17, 0xFF, 4096)
    assert decode_header(encode_header(header)) == header


def test_a_header_of_a_newer_format_is_refused() -> None:
    content = encode_header(Header(1, 0, 1)).replace(b'"journal":1', b'"journal":2')[: -len(b',"crc":"00000000"}\n')]
    with pytest.raises(NewerFormat, match="has format 2 and this emu knows 1; use a newer emu"):
        decode_header(b'%b,"crc":"%08x"}\n' % (content, crc32(content)))


def test_a_seal_comes_back() -> None:
    line = encode_seal(Mark(41, 0xABC))
    assert decode_seal(line) == Seal(42, 0xABC)
    assert line.startswith(b'{"sealed":42,"after":"00000abc","crc":"')
    assert line.endswith(b'"}\n')
    assert len(encode_seal(Mark(2**62, 2**32 - 1))) <= SEAL_BYTES_MAX


LINES = {
    "record": (line_of()[0], decode_record),
    "header": (encode_header(Header(1, 2, 3)), decode_header),
    "seal": (encode_seal(Mark(7, 0xFF)), decode_seal),
}


@pytest.mark.parametrize("what", LINES)
def test_every_flipped_bit_is_found(what: str) -> None:
    line, decode = LINES[what]
    for position in range(len(line) - 1):
        for bit in (0, 5):
            damaged = bytearray(line)
            damaged[position] ^= 1 << bit
            with pytest.raises(BadLine):
                decode(bytes(damaged))


def test_every_cut_is_found() -> None:
    line = line_of()[0]
    for length in range(len(line) - 1):
        with pytest.raises(BadLine):
            decode_record(line[:length])


@pytest.mark.parametrize("other", LINES)
@pytest.mark.parametrize("what", LINES)
def test_no_line_passes_for_one_of_another_kind(what: str, other: str) -> None:
    if what != other:
        with pytest.raises(BadLine):
            LINES[what][1](LINES[other][0])
