"""Torn tail or damage: each kind of harm at each place of a small journal."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from storage.errors import Damaged
from storage.files import Files
from storage.journal.reader import JournalReader, cut
from storage.journal.records import Mark, encode_record
from storage.journal.segment import Segment, make_segment, open_segment, segment_path

SIZE = 2048
BEGINNING = Mark(0, 0)


@dataclass
class Written:
    """A journal as it was written: where each record is."""

    folder: Path
    spans: dict[int, tuple[Path, int, int]]
    marks: dict[int, Mark]
    segment: Segment

    def damage(self, lsn: int, position: int, bit: int = 1) -> None:
        path, offset, length = self.spans[lsn]
        data = bytearray(path.read_bytes())
        data[offset + position % length] ^= 1 << bit
        path.write_bytes(data)

    def blank(self, lsn: int) -> None:
        """The record's bytes never came to the disk."""
        path, offset, length = self.spans[lsn]
        data = bytearray(path.read_bytes())
        data[offset : offset + length] = bytes(length)
        path.write_bytes(data)


def write(folder: Path, batches: list[list[int]]) -> Written:
    """A journal of segments of batches: ``[[2, 1], [3]]`` is a segment with a batch of two records and one of one,
    and another with a batch of three. All but the last batch are synced when the next one is encoded."""
    files = Files()
    folder.mkdir()
    last = BEGINNING
    synced = 0
    spans, marks = {}, {0: BEGINNING}
    segment = None
    for batch in batches:
        if segment is not None:
            files.close(segment.fd)
        segment = make_segment(files, folder, last.lsn + 1, last.checksum, SIZE)
        for count in batch:
            for _ in range(count):
                change = ("a.put", "0", "r", {"key": f"k{last.lsn + 1}", "value": "some text"})
                line, last = encode_record(last, synced, [change], {}, request_id="r", time_ms=1, ids=0)
                files.pwrite(segment.fd, line, segment.offset)
                spans[last.lsn] = (segment.path, segment.offset, len(line))
                marks[last.lsn] = last
                segment.offset += len(line)
            synced = last.lsn
    assert segment is not None
    files.close(segment.fd)
    return Written(folder, spans, marks, segment)


def read(folder: Path, base: Mark = BEGINNING, up_to: int | None = None) -> tuple[list[int], JournalReader]:
    reader = JournalReader(Files(), folder, base)
    return [record.lsn for record in reader.records(up_to)], reader


def test_everything_is_read(tmp_path: Path) -> None:
    written = write(tmp_path / "j", [[2, 1], [1, 2], [1]])
    lsns, reader = read(written.folder)
    assert lsns == [1, 2, 3, 4, 5, 6, 7]
    assert reader.last == written.marks[7]
    assert reader.tail is None
    assert (reader.path, reader.offset) == (written.segment.path, written.segment.offset)


@pytest.mark.parametrize("base", range(8))
def test_what_the_base_holds_is_passed_over(tmp_path: Path, base: int) -> None:
    written = write(tmp_path / "j", [[2, 1], [1, 2], [1]])
    lsns, reader = read(written.folder, written.marks[base])
    assert lsns == list(range(base + 1, 8))
    assert reader.last == written.marks[7]


def test_reading_may_end_early(tmp_path: Path) -> None:
    written = write(tmp_path / "j", [[2, 1], [1, 2]])
    assert read(written.folder, up_to=4)[0] == [1, 2, 3, 4]


@pytest.mark.parametrize("position", [0, 8, 60, 100, -2, -1])
@pytest.mark.parametrize("lsn", range(1, 7))
def test_a_flipped_bit(tmp_path: Path, lsn: int, position: int) -> None:
    """Records 5 and 6 are the last batch: nobody was told of them. Everything before is damage."""
    written = write(tmp_path / "j", [[2], [2, 2]])
    path, offset, _ = written.spans[lsn]
    written.damage(lsn, position)
    if lsn < 5:
        with pytest.raises(Damaged) as caught:
            read(written.folder)
        assert (caught.value.path, caught.value.offset) == (path, offset)
        assert f"{path}, byte {offset}" in str(caught.value)
    else:
        lsns, reader = read(written.folder)
        assert lsns == list(range(1, lsn))
        assert reader.tail is not None
        assert (reader.tail.path, reader.tail.offset, reader.tail.lsn) == (path, offset, lsn)


@pytest.mark.parametrize("lsn", range(1, 7))
def test_bytes_that_never_came_to_the_disk(tmp_path: Path, lsn: int) -> None:
    written = write(tmp_path / "j", [[2], [2, 2]])
    written.blank(lsn)
    if lsn < 5:
        with pytest.raises(Damaged):
            read(written.folder)
    else:
        lsns, reader = read(written.folder)
        assert lsns == list(range(1, lsn))
        # The end of the last batch that isn't there at all looks like a journal that ends before it, which it is.
        assert (reader.tail is None) == (lsn == 6)


@pytest.mark.parametrize("length", range(0, 700, 37))
def test_a_cut_file_is_damage(tmp_path: Path, length: int) -> None:
    """Segments are made in full size: no crash makes one shorter."""
    written = write(tmp_path / "j", [[2, 2]])
    path = written.segment.path
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(Damaged) as caught:
        read(written.folder)
    assert caught.value.path == path


@pytest.mark.parametrize("position", range(0, 60, 7))
def test_a_bad_header_is_damage(tmp_path: Path, position: int) -> None:
    written = write(tmp_path / "j", [[1]])
    data = bytearray(written.segment.path.read_bytes())
    data[position] ^= 1
    written.segment.path.write_bytes(data)
    with pytest.raises(Damaged):
        read(written.folder)


@pytest.mark.parametrize("missing", [1, 3, 5])
def test_a_missing_segment_is_damage(tmp_path: Path, missing: int) -> None:
    written = write(tmp_path / "j", [[2], [2], [2]])
    segment_path(written.folder, missing).unlink()
    if missing == 5:
        # Nothing proves that it was there, unless the base does.
        assert read(written.folder)[0] == [1, 2, 3, 4]
        with pytest.raises(Damaged):
            read(written.folder, written.marks[6])
    else:
        with pytest.raises(Damaged, match="missing"):
            read(written.folder)


def test_no_segment_at_all_is_damage(tmp_path: Path) -> None:
    with pytest.raises(Damaged):
        read(tmp_path / "j")


def test_segments_that_changed_places_are_damage(tmp_path: Path) -> None:
    written = write(tmp_path / "j", [[2], [2], [2]])
    first, second = segment_path(written.folder, 1), segment_path(written.folder, 3)
    one, two = first.read_bytes(), second.read_bytes()
    first.write_bytes(two)
    second.write_bytes(one)
    with pytest.raises(Damaged):
        read(written.folder)


def test_a_segment_of_another_journal_is_damage(tmp_path: Path) -> None:
    written = write(tmp_path / "j", [[2], [2], [2]])
    other = write(tmp_path / "k", [[1, 1], [1, 1], [1, 1]])
    segment_path(written.folder, 3).write_bytes(segment_path(other.folder, 3).read_bytes())
    with pytest.raises(Damaged):
        read(written.folder)


def test_a_journal_that_does_not_follow_the_base_is_damage(tmp_path: Path) -> None:
    written = write(tmp_path / "j", [[2], [2]])
    for lsn in (2, 3):
        with pytest.raises(Damaged):
            read(written.folder, Mark(lsn, written.marks[lsn].checksum ^ 1))


def test_lines_that_changed_places_are_damage(tmp_path: Path) -> None:
    written = write(tmp_path / "j", [[1, 1, 1, 1]])
    data = written.segment.path.read_bytes()
    (_, one, length), (_, two, _) = written.spans[1], written.spans[2]
    first, second = data[one : one + length], data[two : two + length]
    written.segment.path.write_bytes(data[:one] + second + first + data[two + length :])
    with pytest.raises(Damaged):
        read(written.folder)


@pytest.mark.parametrize("position", [0, 50, -1])
@pytest.mark.parametrize("lsn", [3, 4])
def test_after_a_cut_appending_goes_on(tmp_path: Path, lsn: int, position: int) -> None:
    """Cut, read back, append more, read again; the bytes that were cut are kept."""
    written = write(tmp_path / "j", [[2, 2]])
    written.damage(lsn, position)
    _, reader = read(written.folder)
    assert reader.tail is not None
    torn = written.segment.path.read_bytes()[reader.tail.offset :].rstrip(b"\0")
    kept = cut(Files(), reader.tail, tmp_path)
    assert kept.read_bytes() == torn
    lsns, reader = read(written.folder)
    assert (lsns, reader.tail) == (list(range(1, lsn)), None)
    assert reader.path is not None
    files = Files()
    segment = open_segment(files, reader.path, reader.offset)
    line, mark = encode_record(
        reader.last, reader.last.lsn, [("a.put", "0", "r", {})], {}, request_id="r", time_ms=1, ids=0
    )
    files.pwrite(segment.fd, line, segment.offset)
    files.close(segment.fd)
    lsns, reader = read(written.folder)
    assert (lsns, reader.last, reader.tail) == (list(range(1, lsn + 1)), mark, None)


def test_torn_tails_do_not_overwrite_each_other(tmp_path: Path) -> None:
    names = set()
    for number in range(3):
        written = write(tmp_path / f"j{number}", [[2]])
        written.damage(2, 20)
        _, reader = read(written.folder)
        assert reader.tail is not None
        names.add(cut(Files(), reader.tail, tmp_path).name)
    assert len(names) == 3
