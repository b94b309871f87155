"""Torn tail or damage: each kind of harm at each place of a small journal."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zlib import crc32

import orjson
import pytest

from storage.errors import Damaged, NewerFormat
from storage.files import Files
from storage.journal.reader import JournalReader, cut, highest_synced, provable
from storage.journal.records import Header, Mark, encode_header, encode_record, encode_seal
from storage.journal.segment import Segment, make_segment, open_segment, seal_segment, segment_path

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


def write(folder: Path, batches: list[list[int]], *, sealed: bool = True) -> Written:
    """A journal of segments of batches: ``[[2, 1], [3]]`` is a segment with a batch of two records and one of one,
    and another with a batch of three. All but the last batch are synced when the next one is encoded. ``sealed``:
    whether segments that are followed by another say so; an emu without seals didn't."""
    files = Files()
    folder.mkdir()
    last = BEGINNING
    synced = 0
    spans, marks = {}, {0: BEGINNING}
    segment = None
    for batch in batches:
        before: Segment | None = segment
        segment = make_segment(files, folder, last.lsn + 1, last.checksum, SIZE)
        if before is not None:
            if sealed:
                seal_segment(files, before, last)
            files.close(before.fd)
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
    lsns, reader = read(written.folder, written.marks[4], up_to=4)
    assert (lsns, reader.last) == ([], written.marks[4])


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


@pytest.mark.parametrize(("missing", "lost"), [(1, "1 to 2"), (3, "3 to 4"), (5, "from 5 on")])
def test_a_missing_segment_is_damage(tmp_path: Path, missing: int, lost: str) -> None:
    written = write(tmp_path / "j", [[2], [2], [2]])
    path = segment_path(written.folder, missing)
    path.unlink()
    with pytest.raises(Damaged, match=f"the records {lost} are missing") as caught:
        read(written.folder)
    assert caught.value.path == (written.folder if missing == 1 else path)


@pytest.mark.parametrize("base", range(7))
def test_a_missing_last_segment_whatever_the_base(tmp_path: Path, base: int) -> None:
    """A base that holds all of it would have dropped the segment before, too, but for the last one that an empty one
    follows."""
    written = write(tmp_path / "j", [[2], [2], [2]])
    segment_path(written.folder, 5).unlink()
    with pytest.raises(Damaged, match=f"from {max(5, base + 1)} on are missing"):
        read(written.folder, written.marks[base])


def test_a_missing_segment_without_records_is_damage(tmp_path: Path) -> None:
    """What a checkpoint leaves: a sealed segment in front of an empty one."""
    written = write(tmp_path / "j", [[2], []])
    assert read(written.folder)[0] == [1, 2]
    written.segment.path.unlink()
    with pytest.raises(Damaged, match="from 3 on are missing"):
        read(written.folder)


# Seals.


def seal_span(written: Written, last: int) -> tuple[Path, int, bytes]:
    """Where the seal behind a record stands, and what it is."""
    path, offset, length = written.spans[last]
    return path, offset + length, encode_seal(written.marks[last])


def put(path: Path, offset: int, data: bytes) -> None:
    content = bytearray(path.read_bytes())
    content[offset : offset + len(data)] = data
    path.write_bytes(content)


def test_a_journal_without_seals_is_read(tmp_path: Path) -> None:
    """As an emu wrote it that had none."""
    written = write(tmp_path / "j", [[2, 1], [1, 2], [1]], sealed=False)
    lsns, reader = read(written.folder)
    assert (lsns, reader.tail) == (list(range(1, 8)), None)
    assert [(joint.last, joint.sealed) for joint in reader.joints] == [
        (written.marks[3], False),
        (written.marks[6], False),
    ]
    for joint in reader.joints:
        segment = open_segment(Files(), joint.path, joint.offset)
        seal_segment(Files(), segment, joint.last)
        Files().close(segment.fd)
    assert [joint.sealed for joint in read(written.folder)[1].joints] == [True, True]
    segment_path(written.folder, 7).unlink()
    with pytest.raises(Damaged):
        read(written.folder)


def test_a_missing_last_segment_without_a_seal_is_not_noticed(tmp_path: Path) -> None:
    """Nothing proves that it was there, unless the base does."""
    written = write(tmp_path / "j", [[2], [2]], sealed=False)
    written.segment.path.unlink()
    assert read(written.folder)[0] == [1, 2]
    with pytest.raises(Damaged):
        read(written.folder, written.marks[4])


@pytest.mark.parametrize("sector", [8, 16, 512])
@pytest.mark.parametrize("followed", [True, False])
def test_a_torn_seal(tmp_path: Path, sector: int, followed: bool) -> None:
    """Whatever sectors of it came to the disk: with the next segment, nothing is missing; without it, the trace is
    proof enough that there was one."""
    written = write(tmp_path / "j", [[2], [1]])
    path, offset, seal = seal_span(written, 2)
    if not followed:
        written.segment.path.unlink()
    pieces = [seal[start : start + sector] for start in range(0, len(seal), sector)]
    for kept in range(2 ** len(pieces)):
        torn = b"".join(piece if kept >> number & 1 else bytes(len(piece)) for number, piece in enumerate(pieces))
        put(path, offset, torn)
        if followed:
            lsns, reader = read(written.folder)
            assert (lsns, reader.tail) == ([1, 2, 3], None)
            assert [joint.sealed for joint in reader.joints] == [torn == seal]
        elif torn.strip(b"\0"):
            with pytest.raises(Damaged, match="from 3 on are missing"):
                read(written.folder)
        else:
            assert read(written.folder)[0] == [1, 2]


@pytest.mark.parametrize("followed", [True, False])
def test_a_seal_with_a_flipped_bit(tmp_path: Path, followed: bool) -> None:
    """No crash does that. Without the next segment it can't be told from a torn record: nothing proves itself."""
    written = write(tmp_path / "j", [[2], [1]])
    path, offset, seal = seal_span(written, 2)
    if not followed:
        written.segment.path.unlink()
    for position in range(len(seal)):
        put(path, offset, seal[:position] + bytes([seal[position] ^ 4]) + seal[position + 1 :])
        if followed:
            with pytest.raises(Damaged):
                read(written.folder)
        else:
            assert read(written.folder)[1].tail is not None


@pytest.mark.parametrize("length", [1, 2])
def test_the_beginning_that_records_and_seals_share_is_a_torn_tail(tmp_path: Path, length: int) -> None:
    written = write(tmp_path / "j", [[2]])
    put(written.segment.path, written.segment.offset, encode_seal(written.marks[2])[:length])
    _, reader = read(written.folder)
    assert reader.tail is not None
    assert reader.tail.length == length


@pytest.mark.parametrize("lsn", [1, 2])
def test_a_seal_proves_that_what_stands_before_it_was_synced(tmp_path: Path, lsn: int) -> None:
    """Records 1 and 2 are one batch, and the segment that followed it is gone."""
    written = write(tmp_path / "j", [[2], [1]])
    written.segment.path.unlink()
    written.damage(lsn, 60)
    with pytest.raises(Damaged, match=f"record {lsn} is damaged"):
        read(written.folder)


def test_a_seal_in_the_wrong_place_is_damage(tmp_path: Path) -> None:
    written = write(tmp_path / "j", [[2], [1]])
    path, offset, _ = seal_span(written, 2)
    for mark in (Mark(3, written.marks[2].checksum), Mark(2, written.marks[1].checksum), written.marks[1]):
        put(path, offset, encode_seal(mark))
        with pytest.raises(Damaged):
            read(written.folder)


def test_a_record_behind_a_seal_is_damage(tmp_path: Path) -> None:
    written = write(tmp_path / "j", [[2], [1]])
    path, offset, seal = seal_span(written, 2)
    line, _ = encode_record(written.marks[2], 2, [], {}, request_id="r", time_ms=1, ids=0)
    put(path, offset, seal + line)
    with pytest.raises(Damaged):
        read(written.folder)


def test_a_segment_that_comes_while_the_journal_is_read(tmp_path: Path) -> None:
    """Beside a server: it was not there when the folder was listed."""
    written = write(tmp_path / "j", [[2], [1]])
    hidden = written.segment.path.rename(tmp_path / "hidden")

    class Arriving(Files):
        def names(self, folder: Path) -> list[str]:
            names = super().names(folder)
            hidden.rename(written.segment.path)
            return names

    reader = JournalReader(Arriving(), written.folder, BEGINNING)
    assert [record.lsn for record in reader.records()] == [1, 2, 3]


def test_a_segment_of_a_newer_format(tmp_path: Path) -> None:
    written = write(tmp_path / "j", [[2]])
    content = encode_header(Header(1, 0, SIZE)).replace(b'"journal":1', b'"journal":9')[: -len(b',"crc":"00000000"}\n')]
    put(written.segment.path, 0, b'%b,"crc":"%08x"}\n' % (content, crc32(content)))
    with pytest.raises(NewerFormat, match="has format 9 and this emu knows 1; use a newer emu") as caught:
        read(written.folder)
    assert str(written.segment.path) in str(caught.value)


# Records inside records: an item's attribute can have any name.

LSN_ITEM = {"lsn": {"N": "7"}, "after": {"S": "00000000"}, "synced": {"N": "99"}}


def lsn_line(previous: Mark, synced: int, value: Any) -> tuple[bytes, Mark]:
    change = ("dynamodb.put_item", "0", "r", {"table": "t", "item": value})
    return encode_record(previous, synced, [change], {}, request_id="r", time_ms=1, ids=0)


def test_an_attribute_named_lsn_hides_no_record() -> None:
    """Bytes of another record stand in front of one that holds the text of a record's beginning twice."""
    line, mark = lsn_line(BEGINNING, 0, [LSN_ITEM, LSN_ITEM])
    assert line.count(b'{"lsn":') == 3
    for before in (b"", b"\0" * 40, b'{"lsn":12,"after', line[:-1][60:], line[:90]):
        start, record = provable(before + line)
        assert (start, record is not None and record.checksum) == (len(before), mark.checksum)


def test_an_attribute_named_lsn_proves_nothing() -> None:
    """The end of a torn record begins like a record and ends like one, with a checksum that isn't its own."""
    line, _ = lsn_line(BEGINNING, 0, LSN_ITEM)
    inside = line.index(b'{"lsn":', 1)
    for start in range(1, inside + 1):
        assert provable(line[start:]) == (0, None)
        assert highest_synced(line[start:]) == -1


def test_a_whole_record_in_a_value_proves_nothing() -> None:
    """Somebody keeps journals in a table: the text of a record in an attribute, and the same as JSON."""
    record, _ = encode_record(Mark(6, 1), 99, [], {}, request_id="r", time_ms=1, ids=0)
    for value in (record.decode(), orjson.Fragment(record.rstrip(b"\n"))):
        line, mark = lsn_line(BEGINNING, 0, value)
        start, found = provable(line)
        assert (start, found is not None and found.checksum) == (0, mark.checksum)
        assert highest_synced(line[1:]) == -1


@pytest.mark.parametrize("lsn", [3, 4])
def test_a_torn_record_with_an_attribute_named_lsn_is_a_torn_tail(tmp_path: Path, lsn: int) -> None:
    """Its ``synced`` of 99, and what looks like a seal, must not be taken for the journal's."""
    files = Files()
    folder = tmp_path / "j"
    folder.mkdir()
    segment = make_segment(files, folder, 1, 0, SIZE)
    last, offsets = BEGINNING, {}
    for number in range(1, 5):
        value = [LSN_ITEM, {"sealed": 9, "after": "00000000", "crc": "00000000"}]
        line, last = lsn_line(last, 2 if number > 2 else 0, value)
        files.pwrite(segment.fd, line, segment.offset)
        offsets[number] = segment.offset
        segment.offset += len(line)
    files.close(segment.fd)
    put(segment.path, offsets[lsn], bytes(50))
    lsns, reader = read(folder)
    assert lsns == list(range(1, lsn))
    assert reader.tail is not None
    assert reader.tail.lsn == lsn


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
