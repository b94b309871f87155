"""A segment's file: its name, how it is made, and how it is read."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from pathlib import Path

from storage.errors import Damaged, NewerFormat
from storage.files import Files
from storage.journal.records import (
    SEAL_BYTES_MAX,
    BadLine,
    Header,
    Mark,
    decode_header,
    encode_header,
    encode_seal,
)

SUFFIX = ".jsonl"
SEGMENT_BYTES = 4 * 1024 * 1024
"""To how many bytes a segment is made. A batch that doesn't fit goes into the next one, which is made larger if need
be."""
OVERHEAD_BYTES = 256 + SEAL_BYTES_MAX
"""What a segment holds beside records, at most: its header and its seal."""
SPARE = "spare"
"""The name of a segment that is made ahead: zeros, without a header yet."""


def segment_path(folder: Path, first: int) -> Path:
    return folder / f"{first:016d}{SUFFIX}"


def segment_numbers(files: Files, folder: Path) -> list[int]:
    """The first lsn of every segment there is, in order."""
    stems = (name.removesuffix(SUFFIX) for name in files.names(folder) if name.endswith(SUFFIX))
    return sorted(int(stem) for stem in stems if stem.isdigit())


@dataclass(slots=True)
class Segment:
    """A segment that is open for appending. offset: where the next record goes."""

    path: Path
    fd: int
    first: int
    size: int
    offset: int

    def fits(self, length: int) -> bool:
        """Whether so many bytes of records find room, and the seal behind them."""
        return self.offset + length + SEAL_BYTES_MAX <= self.size


def make_spare(files: Files, folder: Path, size: int = SEGMENT_BYTES) -> None:
    """Makes the zeros of the next segment, synced. Harmless if there is one."""
    path = folder / SPARE
    if files.exists(path):
        if files.size_of(path) >= size:
            return
        files.unlink(path)
    temporary = folder / (SPARE + ".new")
    if files.exists(temporary):
        files.unlink(temporary)
    files.write_zeros(temporary, size)
    files.rename(temporary, path)


def make_segment(files: Files, folder: Path, first: int, after: int, size: int = SEGMENT_BYTES) -> Segment:
    """The segment whose first record will be ``first``, durable under its name and open."""
    make_spare(files, folder, size)
    spare = folder / SPARE
    path = segment_path(folder, first)
    fd = files.open_existing(spare, write=True)
    try:
        size = files.size(fd)
        header = encode_header(Header(first, after, size))
        files.pwrite(fd, header, 0)
        files.sync(fd)
        files.rename(spare, path)
        files.sync_directory(folder)
    except BaseException:
        files.close(fd)
        raise
    return Segment(path, fd, first, size, len(header))


def open_segment(files: Files, path: Path, offset: int) -> Segment:
    """An existing segment whose records end at ``offset``."""
    header, _ = read_segment(files, path)
    fd = files.open_existing(path, write=True)
    return Segment(path, fd, header.first, files.size(fd), offset)


def seal_segment(files: Files, segment: Segment, last: Mark) -> None:
    """Says behind the last record, synced, that the next segment was there: it must be durable under its name. One
    that an emu without seals filled to the brim has no room for that and stays as it is."""
    seal = encode_seal(last)
    if segment.offset + len(seal) <= segment.size:
        files.pwrite(segment.fd, seal, segment.offset)
        files.datasync(segment.fd)


def read_segment(files: Files, path: Path) -> tuple[Header, bytes]:
    """A segment's header and whole content. Raises Damaged for one that can't be what was made under that name, and
    NewerFormat."""
    try:
        data = files.read(path)
    except FileNotFoundError as error:
        # For a reader beside a server, which drops segments: its next look is right.
        raise Damaged(path, "it isn't there") from error
    end = data.find(b"\n") + 1
    try:
        header = decode_header(data[:end])
    except NewerFormat as error:
        raise NewerFormat(f"{path}: {error}") from None
    except BadLine as error:
        raise Damaged(path, f"its header can't be read ({error})", 0) from error
    if path != segment_path(path.parent, header.first):
        raise Damaged(path, f"its header is that of the segment that begins with record {header.first}", 0)
    if len(data) < header.size:
        raise Damaged(path, f"{len(data)} bytes long, but it was made with {header.size}: it has been cut", len(data))
    return header, data


def drop_segments(files: Files, folder: Path, up_to: int) -> None:
    """Removes the segments whose records all are at or below ``up_to``; never the last one."""
    numbers = segment_numbers(files, folder)
    for first, following in itertools.pairwise(numbers):
        if following <= up_to + 1:
            files.unlink(segment_path(folder, first))


def drop_all_segments(files: Files, folder: Path) -> None:
    """Removes every segment, oldest first, and the spare one: a base holds all their records."""
    for first in segment_numbers(files, folder):
        files.unlink(segment_path(folder, first))
    if files.exists(folder / SPARE):
        files.unlink(folder / SPARE)
