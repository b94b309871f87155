"""Reading the journal, and telling a torn tail from damage. Nothing is written here but by :func:`cut`.

The theory is in :mod:`storage.journal`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from storage.errors import Damaged
from storage.files import Files
from storage.journal.records import BadLine, Header, Mark, Record, Seal, decode_record, decode_seal, encode_seal
from storage.journal.segment import read_segment, segment_numbers, segment_path

_LINE_START = b'{"lsn":'
_SEAL_START = b'{"sealed":'


class Ending(NamedTuple):
    """Where the journal ends though its records go on: the first of them that isn't taken, and why."""

    lsn: int
    reason: str


@dataclass(frozen=True, slots=True)
class Tail:
    """The torn tail of a batch that nobody was told about. lsn: its first record's. length: up to the last byte that
    isn't zero. ended: its records prove themselves, but something else is missing (:class:`Ending`)."""

    path: Path
    offset: int
    length: int
    lsn: int
    reason: str
    ended: bool = False

    @property
    def description(self) -> str:
        """What it is, as the beginning of a sentence."""
        if self.ended:
            return f"{self.reason}, so what comes from byte {self.offset} on was lost when the power went"
        return (
            f"the last batch, from record {self.lsn} at byte {self.offset} on, was never finished (and with durability "
            "fsync nobody was told about it)"
        )


class Joint(NamedTuple):
    """The end of a segment that another one follows. offset: where the seal belongs; sealed: whether it is there.
    last: the mark of the last record."""

    path: Path
    offset: int
    last: Mark
    sealed: bool


class JournalReader:
    """Reads the records after ``base``, in order. What else was found is known when :meth:`records` has ended:

    last: the mark of the last good record. path, offset: where the next one goes; path is None without any segment.
    joints: where the segments end that are followed by another. tail: a torn tail. clean: whether the journal ends
    with the record of a clean stop. bytes: what was read, records only.

    proven: while records are read, the last one that the segment at hand, and those after it, say was synced.
    """

    def __init__(self, files: Files, folder: Path, base: Mark, ending: Ending | None = None) -> None:
        self._files = files
        self._folder = folder
        self._base = base
        self._ending = ending
        self.proven = base.lsn
        self._sealed = False
        self.last = base
        self.path: Path | None = None
        self.offset = 0
        self.joints: list[Joint] = []
        self.tail: Tail | None = None
        self.clean = False
        self.bytes = 0

    def records(self, up_to: int | None = None) -> Iterator[Record]:
        """Every record beyond the base, at most up to an lsn. Raises Damaged or NewerFormat."""
        if up_to is not None and up_to <= self._base.lsn:
            return
        coming = deque(segment_numbers(self._files, self._folder))
        while len(coming) > 1 and coming[1] <= self._base.lsn + 1:
            coming.popleft()
        if not coming:
            raise Damaged(self._folder, "the journal is missing")
        while coming:
            first = coming.popleft()
            path = segment_path(self._folder, first)
            header, data = read_segment(self._files, path)
            self._check_joint(path, header)
            self.path = path
            self.proven = max(self.proven, coming[0] - 1 if coming else last_synced(data))
            for record in self._segment_records(data, coming[0] if coming else None):
                if record.lsn > self._base.lsn:
                    yield record
                if up_to is not None and record.lsn >= up_to:
                    return
            if self._sealed and not coming:
                coming.append(self._following())
        if self.last.lsn < self._base.lsn:
            raise Damaged(self.path or self._folder, f"record {self.last.lsn + 1} is missing", self.offset)

    def _check_joint(self, path: Path, header: Header) -> None:
        """That a segment follows what comes before it: the base, or the segment before."""
        first, base = header.first, self._base
        if self.path is None:
            if first > base.lsn + 1:
                raise Damaged(self._folder, f"the records {base.lsn + 1} to {first - 1} are missing")
            if first == base.lsn + 1 and header.after != base.checksum:
                raise Damaged(path, "it doesn't follow what emu.json says comes before it", 0)
            # Records up to the base were folded; the chain runs through them all the same.
            self.last = Mark(first - 1, header.after)
        elif first != self.last.lsn + 1:
            missing = f"the records {self.last.lsn + 1} to {first - 1} are missing"
            if self._sealed:
                raise Damaged(segment_path(self._folder, self.last.lsn + 1), f"it isn't there: {missing}")
            raise Damaged(self.path, missing, self.offset)
        elif header.after != self.last.checksum:
            raise Damaged(path, "it doesn't follow the segment before it", 0)

    def _following(self) -> int:
        """The segment that the last one's seal names. Where a server is at work, it may have come since the folder
        was listed."""
        assert self.path is not None
        first = self.last.lsn + 1
        path = segment_path(self._folder, first)
        if not self._files.exists(path):
            raise Damaged(
                path,
                f"it isn't there, though {self.path.name} says that the journal goes on in it: the records from "
                f"{max(first, self._base.lsn + 1)} on are missing",
            )
        return first

    def _segment_records(self, data: bytes, following: int | None) -> Iterator[Record]:
        self.offset = data.index(b"\n") + 1
        self._sealed = False
        while True:
            end = data.find(b"\n", self.offset) + 1
            line = data[self.offset : end] if end else data[self.offset :]
            try:
                record = decode_record(line)
                self._check_place(record)
                if self._ending is not None and record.lsn >= self._ending.lsn:
                    raise BadLine(self._ending.reason)
            except BadLine as error:
                self._end(data, following, str(error))
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

    def _end(self, data: bytes, following: int | None, reason: str) -> None:
        """What stands behind a segment's last good record, at ``self.offset``: its seal, or nothing; else it is
        damage, or a torn tail."""
        assert self.path is not None
        rest, seal = data[self.offset :].rstrip(b"\0"), encode_seal(self.last)
        if rest == seal:
            self._sealed = True
            self.joints.append(Joint(self.path, self.offset, self.last, sealed=True))
        elif following == self.last.lsn + 1 and _left_of(rest, seal):
            # The power went before the seal was whole, or an emu without seals wrote it. Nothing is missing.
            self.joints.append(Joint(self.path, self.offset, self.last, sealed=False))
        elif following is None and len(rest) > _COMMON_BYTES and _left_of(rest, seal):
            # It was begun, so the next segment was there.
            self._sealed = True
        elif rest:
            self._judge(rest, following, reason)

    def _judge(self, rest: bytes, following: int | None, reason: str) -> None:
        assert self.path is not None
        lsn = self.last.lsn + 1
        if following is not None or highest_synced(rest) >= lsn:
            raise Damaged(self.path, f"record {lsn} is damaged ({reason})", self.offset)
        if lsn <= self._base.lsn:
            raise Damaged(self.path, f"record {lsn} is damaged ({reason}), and emu.json says it was kept", self.offset)
        ended = self._ending is not None and lsn == self._ending.lsn
        self.tail = Tail(self.path, self.offset, len(rest), lsn, reason, ended)


_COMMON_BYTES = len(b'{"')
"""As many bytes don't tell the beginning of a seal from that of a record."""


def _left_of(rest: bytes, seal: bytes) -> bool:
    """Whether bytes are what a power cut may leave of a seal: some of its sectors, and zeros."""
    return len(rest) <= len(seal) and all(byte in (0, wanted) for byte, wanted in zip(rest, seal, strict=False))


def highest_synced(data: bytes) -> int:
    """The highest record that the lines in damaged data say was on the disk, of those lines that prove themselves;
    -1 without any. A seal is written when all before it are."""
    highest = -1
    for piece in data.split(b"\n"):
        _, record = provable(piece)
        if record is not None:
            highest = max(highest, record.synced)
        elif (seal := provable_seal(piece)) is not None:
            highest = max(highest, seal.following - 1)
    return highest


def last_synced(data: bytes) -> int:
    """Likewise, of a segment as it is: what its last line says that proves itself, since none says less than one
    before it."""
    end = len(data.rstrip(b"\0"))
    while end > 0:
        start = data.rfind(b"\n", 0, end - 1) + 1
        synced = highest_synced(data[start:end])
        if synced >= 0:
            return synced
        end = start
    return -1


def provable_seal(piece: bytes) -> Seal | None:
    """The seal that a piece up to a line feed ends with."""
    start = piece.rfind(_SEAL_START)
    try:
        return decode_seal(piece[start:]) if start >= 0 else None
    except BadLine:
        return None


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
