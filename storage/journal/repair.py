"""What can be saved of a damaged journal. Nothing is written here.

:class:`~storage.journal.reader.JournalReader` stops at the first thing that isn't as it was written, and rightly so:
what a start doesn't understand it must not build on. Here it is known that something is wrong, and the question is
which records can still be *proven*. A record proves its own bytes by its checksum, and its place by naming the number
and the checksum of the one before. So from the base's mark on there is at most one chain, wherever in whichever
segment its links stand: :func:`salvage` follows it until a link is missing. Headers aren't needed for that, nor the
records up to the base, which were folded.

Whatever proves itself but hangs on a missing link can't be applied, since nobody knows what it was built on: those
are the *lost records*. The bytes that prove nothing are told by place and length. Both stay where they are; the
caller keeps the files. Of some records nothing is left but that they were there: a later record, a header or a seal
says so. These are the *missing* ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from storage.files import Files
from storage.journal.reader import provable, provable_seal
from storage.journal.records import BadLine, Header, Mark, Record, Seal, decode_header, decode_record
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


class Missing(NamedTuple):
    """Records of which no whole line is left. last: None where nobody knows how many there were, or whether there
    were any: their segment is gone, and only the seal before it says that it was there."""

    first: int
    last: int | None

    def __str__(self) -> str:
        if self.last is None:
            return f"the records from {self.first} on"
        return f"the records {self.first} to {self.last}" if self.last > self.first else f"the record {self.first}"


@dataclass(frozen=True, slots=True)
class Salvage:
    """What a journal holds beyond a base, read by proof.

    last: the mark of the last record that can be applied, or the base's. ids: the identifier source's position there,
    None without records. chain: where the records to be applied are, in order. lost: whole records beyond, oldest
    first, each once. missing: those of which no whole line is left. unreadable: everything else that isn't zeros.
    """

    last: Mark
    ids: int | None
    chain: Sequence[Place]
    lost: Sequence[LostRecord]
    missing: Sequence[Missing]
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
    bounds = _Bounds()
    unreadable = []
    for place, line in _lines(files, folder):
        match line:
            case Record():
                before = Mark(line.lsn - 1, line.after)
                links.setdefault(before, _Link(Mark(line.lsn, line.checksum), line.ids, place))
            case Header():
                bounds.begun.add(line.first)
            case Seal():
                bounds.named.add(line.following)
            case None:
                unreadable.append(place)
    last, ids = base, None
    chain: list[Place] = []
    applied = set()
    while last in links and (up_to is None or last.lsn < up_to):
        link = links[last]
        chain.append(link.place)
        last, ids = link.mark, link.ids
        applied.add(last)
    missing = bounds.missing(base.lsn, {link.mark.lsn for link in links.values()})
    return Salvage(last, ids, chain, _lost(files, folder, base, applied), missing, unreadable)


@dataclass(slots=True)
class _Bounds:
    """What headers and seals say. begun: the first lsn of segments that are there; named: of those that were."""

    begun: set[int] = field(default_factory=set)
    named: set[int] = field(default_factory=set)

    def missing(self, base: int, whole: Set[int]) -> list[Missing]:
        """What was there beyond the base and isn't among the whole records."""
        highest = max([base, *whole, *(first - 1 for first in self.begun | self.named)])
        missing = [
            Missing(before + 1, lsn - 1)
            for before, lsn in pairwise(sorted({base, highest + 1, *(lsn for lsn in whole if lsn > base)}))
            if lsn > before + 1
        ]
        if highest + 1 in self.named - self.begun:
            first = missing.pop().first if missing and missing[-1].last == highest else highest + 1
            missing.append(Missing(first, None))
        return missing


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
        if not isinstance(record, Record) or record.clean or record.lsn <= base.lsn:
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


_Line = Record | Header | Seal | None


def _lines(files: Files, folder: Path) -> Iterator[tuple[Place, _Line]]:
    """Every line of every segment; None for one that doesn't prove itself. Zeros that stand before a line, where
    bytes never came to the disk, don't hide it."""
    for first in segment_numbers(files, folder):
        path = segment_path(folder, first)
        data = files.read(path)
        offset = 0
        while offset < len(data):
            end = data.find(b"\n", offset) + 1 or len(data)
            yield from _judged(path, data[offset:end], offset)
            offset = end


def _judged(path: Path, piece: bytes, offset: int) -> Iterator[tuple[Place, _Line]]:
    if not piece.strip(b"\0"):
        return
    start, record = provable(piece)
    if record is None:
        yield Place(path, offset, len(piece.rstrip(b"\0"))), _header_of(piece) or provable_seal(piece)
        return
    if piece[:start].strip(b"\0"):
        yield Place(path, offset, start), None
    yield Place(path, offset + start, len(piece) - start), record


def _header_of(line: bytes) -> Header | None:
    try:
        return decode_header(line)
    except BadLine:
        return None
