"""Reading the journal, and telling a torn tail from damage. Nothing is written here but by :func:`cut`.

The theory is in :mod:`storage.journal`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from storage.errors import Damaged
from storage.files import Files
from storage.journal.records import BadLine, Mark, Record, decode_record
from storage.journal.segment import read_segment, segment_numbers, segment_path

_LINE_START = b'{"lsn":'


@dataclass(frozen=True, slots=True)
class Tail:
    """The torn tail of a batch that nobody was told about. lsn: its first record's. length: up to the last byte that
    isn't zero."""

    path: Path
    offset: int
    length: int
    lsn: int
    reason: str


class JournalReader:
    """Reads the records after ``base``, in order. What else was found is known when :meth:`records` has ended:

    last: the mark of the last good record. path, offset: where the next one goes; path is None without any segment.
    tail: a torn tail. clean: whether the journal ends with the record of a clean stop. bytes: what was read, records
    only.
    """

    def __init__(self, files: Files, folder: Path, base: Mark) -> None:
        self._files = files
        self._folder = folder
        self._base = base
        self.last = base
        self.path: Path | None = None
        self.offset = 0
        self.tail: Tail | None = None
        self.clean = False
        self.bytes = 0

    def records(self, up_to: int | None = None) -> Iterator[Record]:
        """Every record beyond the base, at most up to an lsn. Raises Damaged."""
        numbers = segment_numbers(self._files, self._folder)
        while len(numbers) > 1 and numbers[1] <= self._base.lsn + 1:
            del numbers[0]
        if not numbers:
            raise Damaged(self._folder, "the journal is missing")
        for index, first in enumerate(numbers):
            self.path = segment_path(self._folder, first)
            header, data = read_segment(self._files, self.path)
            self._check_joint(index, first, header.after)
            if index == 0:
                # Records up to the base were folded; the chain runs through them all the same.
                self.last = Mark(first - 1, header.after)
            for record in self._segment_records(data, numbers[index + 1 :]):
                if record.lsn > self._base.lsn:
                    yield record
                if up_to is not None and record.lsn >= up_to:
                    return
            if self.tail is not None:
                break
        if self.last.lsn < self._base.lsn:
            raise Damaged(self.path or self._folder, f"record {self.last.lsn + 1} is missing", self.offset)

    def _check_joint(self, index: int, first: int, after: int) -> None:
        """That a segment follows what comes before it: the base, or the segment before."""
        path = segment_path(self._folder, first)
        if index == 0:
            if first > self._base.lsn + 1:
                raise Damaged(self._folder, f"the records {self._base.lsn + 1} to {first - 1} are missing")
            if first == self._base.lsn + 1 and after != self._base.checksum:
                raise Damaged(path, "it doesn't follow what emu.json says comes before it", 0)
        elif first != self.last.lsn + 1:
            before = self._previous_path(first)
            raise Damaged(before, f"the records {self.last.lsn + 1} to {first - 1} are missing", self.offset)
        elif after != self.last.checksum:
            raise Damaged(path, "it doesn't follow the segment before it", 0)

    def _previous_path(self, first: int) -> Path:
        numbers = segment_numbers(self._files, self._folder)
        return segment_path(self._folder, numbers[numbers.index(first) - 1])

    def _segment_records(self, data: bytes, later: list[int]) -> Iterator[Record]:
        self.offset = data.index(b"\n") + 1
        while True:
            end = data.find(b"\n", self.offset) + 1
            if not end and not data[self.offset :].strip(b"\0"):
                return
            line = data[self.offset : end] if end else data[self.offset :]
            try:
                record = decode_record(line)
                self._check_place(record)
            except BadLine as error:
                self._judge(data, later, str(error))
                return
            self.last = Mark(record.lsn, record.checksum)
            self.clean = record.clean
            self.bytes += len(line)
            self.offset += len(line)
            if record.lsn == self._base.lsn and record.checksum != self._base.checksum:
                assert self.path is not None
                raise Damaged(
                    self.path, f"record {record.lsn} isn't the one that emu.json names", self.offset - len(line)
                )
            yield record

    def _check_place(self, record: Record) -> None:
        if record.lsn != self.last.lsn + 1:
            raise BadLine(f"record {record.lsn} stands where {self.last.lsn + 1} belongs")
        if record.after != self.last.checksum:
            raise BadLine(f"record {record.lsn} doesn't follow the one before it")

    def _judge(self, data: bytes, later: list[int], reason: str) -> None:
        """A bad line at ``self.offset``: damage, or a torn tail."""
        assert self.path is not None
        lsn = self.last.lsn + 1
        if later or highest_synced(data[self.offset :]) >= lsn:
            raise Damaged(self.path, f"record {lsn} is damaged ({reason})", self.offset)
        if lsn <= self._base.lsn:
            raise Damaged(self.path, f"record {lsn} is damaged ({reason}), and emu.json says it was kept", self.offset)
        length = len(data[self.offset :].rstrip(b"\0"))
        self.tail = Tail(self.path, self.offset, length, lsn, reason)


def highest_synced(data: bytes) -> int:
    """The highest ``synced`` of the lines in damaged data that prove themselves; -1 without any."""
    found = (provable(piece) for piece in data.split(b"\n"))
    return max((record.synced for _, record in found if record is not None), default=-1)


def provable(piece: bytes) -> tuple[int, Record | None]:
    """The record that a piece up to a line feed ends with, and where it begins; None where nothing proves itself.

    Bytes that never came to the disk, or others', may stand in front of it. What looks like a record's beginning may
    stand inside one, too: an item's attribute can have any name.
    """
    start = piece.find(_LINE_START)
    while start >= 0:
        try:
            return start, decode_record(piece[start:])
        except BadLine:
            start = piece.find(_LINE_START, start + 1)
    return 0, None


def cut(files: Files, tail: Tail, keep_in: Path) -> Path:
    """Keeps a torn tail aside and puts zeros in its place, both synced; where it is kept."""
    kept = keep_in / f"torn-{tail.lsn}.bin"
    number = 1
    while files.exists(kept):
        number += 1
        kept = keep_in / f"torn-{tail.lsn}-{number}.bin"
    fd = files.open_existing(tail.path, write=True)
    try:
        files.write_new(kept, files.pread(fd, tail.length, tail.offset))
        files.sync_directory(keep_in)
        files.pwrite(fd, bytes(tail.length), tail.offset)
        files.sync(fd)
    finally:
        files.close(fd)
    return kept
