"""What can be saved of a harmed journal, and what is known of the rest."""

from __future__ import annotations

from pathlib import Path

import pytest

from storage.files import Files
from storage.journal.records import Mark
from storage.journal.repair import Missing, Salvage, salvage, salvaged_records
from storage.journal.segment import segment_path
from tests.storage.journal.test_reader import BEGINNING, Written, write


@pytest.fixture
def written(tmp_path: Path) -> Written:
    """Records 1 to 7 in three sealed segments."""
    return write(tmp_path / "j", [[2, 1], [1, 2], [1]])


def saved(written: Written, base: Mark = BEGINNING, up_to: int | None = None) -> Salvage:
    found = salvage(Files(), written.folder, base, up_to)
    lsns = [record.lsn for record in salvaged_records(Files(), found)]
    assert lsns == list(range(base.lsn + 1, found.last.lsn + 1))
    return found


@pytest.mark.parametrize("base", [0, 2, 3, 7])
def test_a_whole_journal(written: Written, base: int) -> None:
    """Headers and seals are no records, and nothing that can't be read."""
    found = saved(written, written.marks[base])
    assert found.last == written.marks[7]
    assert (found.lost, found.missing, found.unreadable) == ([], [], [])


@pytest.mark.parametrize("lsn", range(1, 8))
def test_a_damaged_record(written: Written, lsn: int) -> None:
    """The last one may have been torn: nothing says that it was whole once."""
    written.damage(lsn, 50)
    found = saved(written)
    assert found.last == written.marks[lsn - 1]
    assert [record.lsn for record in found.lost] == list(range(lsn + 1, 8))
    assert found.missing == ([Missing(lsn, lsn)] if lsn < 7 else [])
    assert [(place.path, place.offset) for place in found.unreadable] == [written.spans[lsn][:2]]


@pytest.mark.parametrize(
    ("gone", "missing"),
    [
        ([1], [Missing(1, 3)]),
        ([4], [Missing(4, 6)]),
        ([7], [Missing(7, None)]),
        ([4, 7], [Missing(4, None)]),
        ([1, 7], [Missing(1, 3), Missing(7, None)]),
        ([1, 4, 7], []),
    ],
)
def test_missing_segments(written: Written, gone: list[int], missing: list[Missing]) -> None:
    for first in gone:
        segment_path(written.folder, first).unlink()
    found = saved(written)
    assert found.missing == missing
    assert found.last.lsn == min([*gone, 8]) - 1


def test_what_the_base_holds_is_not_missing(written: Written) -> None:
    segment_path(written.folder, 1).unlink()
    assert saved(written, written.marks[3]).missing == []
    segment_path(written.folder, 4).unlink()
    assert saved(written, written.marks[5]).missing == [Missing(6, 6)]


def test_an_empty_last_segment_that_is_gone(tmp_path: Path) -> None:
    written = write(tmp_path / "j", [[2], []])
    assert saved(written).missing == []
    written.segment.path.unlink()
    assert saved(written).missing == [Missing(3, None)]


@pytest.mark.parametrize("content", [b"", bytes(2048), b"\xff" * 2048])
def test_a_last_segment_of_which_nothing_is_left(written: Written, content: bytes) -> None:
    written.segment.path.write_bytes(content)
    found = saved(written)
    assert found.missing == [Missing(7, None)]
    assert len(found.unreadable) == (content[:1] == b"\xff")


def test_a_last_segment_whose_header_is_gone(written: Written) -> None:
    """Its records prove themselves."""
    data = written.segment.path.read_bytes()
    end = data.index(b"\n")
    written.segment.path.write_bytes(bytes(end) + data[end:])
    assert saved(written).last == written.marks[7]
    assert saved(written).missing == []


def test_missing_records_in_words() -> None:
    assert str(Missing(3, 3)) == "the record 3"
    assert str(Missing(3, 9)) == "the records 3 to 9"
    assert str(Missing(3, None)) == "the records from 3 on"
