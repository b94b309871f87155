"""Going on with a journal that was read to its end: what a crash left there is put in order, and is on the disk before
anything is appended."""

from __future__ import annotations

from pathlib import Path

from storage.files import Files
from storage.journal.reader import JournalReader, cut
from storage.journal.segment import Segment, open_segment, seal_segment


def continue_journal(files: Files, reader: JournalReader, keep_in: Path) -> tuple[Segment, list[str]]:
    """The last segment, open, behind its last good record; and sentences on what was done. The names in the journal's
    folder must be on the disk. A torn tail is kept in the folder ``keep_in``."""
    assert reader.path is not None
    notes = []
    if reader.tail is not None:
        kept = cut(files, reader.tail, keep_in)
        notes.append(f"{reader.tail.path}: {reader.tail.description}; it was cut and is kept in {kept}")
    _seal_joints(files, reader)
    segment = open_segment(files, reader.path, reader.offset)
    files.sync(segment.fd)
    return segment, notes


def _seal_joints(files: Files, reader: JournalReader) -> None:
    """A power cut, or an emu without seals, left joints unsealed. And the seal of the last one may be there, but not on
    the disk: its process was killed before it was synced."""
    for joint in reader.joints:
        if not joint.sealed or joint is reader.joints[-1]:
            before = open_segment(files, joint.path, joint.offset)
            try:
                seal_segment(files, before, joint.last)
            finally:
                files.close(before.fd)
