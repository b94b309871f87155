"""What can be saved of a damaged journal. Nothing is written here.

:class:`~storage.journal.reader.JournalReader` stops at the first thing that isn't as it was written, and rightly so:
what a start doesn't understand it must not build on. Here it is known that something is wrong, and the question is
which records can still be *proven*. A record proves its own bytes by its checksum, and its place by naming the number
and the checksum of the one before. So from the base's mark on there is at most one chain, wherever in whichever
segment its links stand: :func:`salvage` follows it until a link is missing. Headers aren't needed for that, nor the
records up to the base, which were folded.

Whatever proves itself but hangs on a missing link can't be applied, since nobody knows what it was built on: those
are the *lost records*. The bytes that prove nothing are told by place and length. Both stay where they are; the
caller keeps the files.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from storage.files import Files
from storage.journal.reader import provable
from storage.journal.records import BadLine, Mark, Record, decode_header, decode_record
from storage.journal.segment import segment_numbers, segment_path
from storage.machine import Change


class Place(NamedTuple):
    """Some bytes of a file."""

    path: Path
    offset: int
    length: int


@dataclass(frozen=True, slots=True)
class LostRecord:
    """A record that is whole and can't be applied. The values of its changes are in the file that is kept."""

    lsn: int
    time_ms: int
    request_id: str
    ids: int
    changes: Sequence[Change]
    place: Place


@dataclass(frozen=True, slots=True)
class Salvage:
    """What a journal holds beyond a base, read by proof.

    last: the mark of the last record that can be applied, or the base's. ids: the identifier source's position there,
    None without records. chain: where the records to be applied are, in order. lost: whole records beyond, oldest
    first, each once. unreadable: everything else that isn't zeros.
    """

    last: Mark
    ids: int | None
    chain: Sequence[Place]
    lost: Sequence[LostRecord]
    unreadable: Sequence[Place]


@dataclass(frozen=True, slots=True)
class _Link:
    """A record without its changes, which may be large."""

    mark: Mark
    ids: int
    place: Place


def salvage(files: Files, folder: Path, base: Mark, up_to: int | None = None) -> Salvage:
    """Reads every segment, whatever state it is in. ``up_to``: the highest lsn that may be applied."""
    links: dict[Mark, _Link] = {}
    unreadable = []
    for place, record in _lines(files, folder):
        if record is None:
            unreadable.append(place)
        else:
            before = Mark(record.lsn - 1, record.after)
            links.setdefault(before, _Link(Mark(record.lsn, record.checksum), record.ids, place))
    last, ids = base, None
    chain: list[Place] = []
    applied = set()
    while last in links and (up_to is None or last.lsn < up_to):
        link = links[last]
        chain.append(link.place)
        last, ids = link.mark, link.ids
        applied.add(last)
    return Salvage(last, ids, chain, _lost(files, folder, base, applied), unreadable)


def salvaged_records(files: Files, found: Salvage) -> Iterator[Record]:
    """The records to be applied, in order."""
    path: Path | None = None
    data = b""
    for place in found.chain:
        if place.path != path:
            path, data = place.path, files.read(place.path)
        yield decode_record(data[place.offset : place.offset + place.length])


def _lost(files: Files, folder: Path, base: Mark, applied: set[Mark]) -> list[LostRecord]:
    """Whole records beyond the base that aren't applied. A second reading: in most journals there are none, and
    their changes needn't be held before that is known."""
    lost: dict[Mark, LostRecord] = {}
    for place, record in _lines(files, folder):
        if record is None or record.clean or record.lsn <= base.lsn:
            continue
        mark = Mark(record.lsn, record.checksum)
        if mark not in applied and mark not in lost:
            lost[mark] = LostRecord(
                record.lsn, record.time_ms, record.request_id, record.ids, _named(record.changes), place
            )
    return [lost[mark] for mark in sorted(lost)]


def _named(changes: Sequence[Change]) -> list[Change]:
    """Changes without what makes them large: of a value that is an object, the texts and numbers, and one level
    deeper of those inside it."""
    return [(kind, account, region, _slim(value)) for kind, account, region, value in changes]


def _slim(value: object, depth: int = 1) -> object:
    if isinstance(value, dict):
        return {
            name: _slim(part, depth - 1)
            for name, part in value.items()
            if isinstance(part, (str, int)) or (depth and isinstance(part, dict))
        }
    return None if isinstance(value, list) else value


def _lines(files: Files, folder: Path) -> Iterator[tuple[Place, Record | None]]:
    """Every line of every segment but headers; None for one that doesn't prove itself. Zeros that stand before a
    line, where bytes never came to the disk, don't hide it."""
    for first in segment_numbers(files, folder):
        path = segment_path(folder, first)
        data = files.read(path)
        offset = 0
        while offset < len(data):
            end = data.find(b"\n", offset) + 1 or len(data)
            yield from _judged(path, data[offset:end], offset)
            offset = end


def _judged(path: Path, piece: bytes, offset: int) -> Iterator[tuple[Place, Record | None]]:
    if not piece.strip(b"\0"):
        return
    start, record = provable(piece)
    if record is None:
        if not _is_header(piece):
            yield Place(path, offset, len(piece.rstrip(b"\0"))), None
        return
    if piece[:start].strip(b"\0"):
        yield Place(path, offset, start), None
    yield Place(path, offset + start, len(piece) - start), record


def _is_header(line: bytes) -> bool:
    try:
        decode_header(line)
    except BadLine:
        return False
    return True
