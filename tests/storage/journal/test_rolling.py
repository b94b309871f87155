"""From one segment to the next: what it costs, and what a crash at each step of it leaves."""

from __future__ import annotations

import asyncio
import contextlib
import random
import shutil
from pathlib import Path
from typing import Any

import pytest

from storage.errors import Damaged, DirectoryRefused, StorageUnavailable
from storage.files import Files
from storage.journal.appender import Appender, Batch
from storage.journal.reader import JournalReader
from storage.journal.records import Mark, decode_header, decode_seal, encode_record
from storage.journal.segment import make_segment, segment_numbers, segment_path
from tests.storage.crash_model import CrashModel
from tests.storage.tiny import HOME, World, opened
from tests.storage.watched import Failing, UnsyncedFiles, WatchedFiles

SEGMENT = 1024
BEGINNING = Mark(0, 0)


def record(previous: Mark, size: int = 100) -> tuple[bytes, Mark]:
    change = ("a.put", *HOME, {"key": "k", "value": "x" * size})
    return encode_record(previous, previous.lsn, [change], {}, request_id="r", time_ms=1, ids=0)


class Journal:
    """An appender over an empty folder, and what it does to the disk."""

    def __init__(self, folder: Path, *, synced: bool = True) -> None:
        self.folder = folder
        self.last = BEGINNING
        self.calls: list[tuple[str, str]] = []
        folder.mkdir()
        self.files = WatchedFiles(lambda operation, path: self.calls.append((operation, path.name)))
        self.appender = Appender(self.files, make_segment(Files(), folder, 1, 0, SEGMENT), SEGMENT)
        self.appender._segment.fd = self.files.open_existing(segment_path(folder, 1), write=True)
        self._synced = synced

    def append(self, size: int = 100, *, roll: bool = False) -> None:
        line, mark = record(self.last, size)
        if self._synced or roll or not self.appender.fits(line):
            self.appender.carry_out(Batch(line, self.last, mark, roll))
        else:
            self.appender.append(line)
        self.last = mark

    def fill(self) -> None:
        """Until the next record needs the next segment."""
        while self.appender.fits(record(self.last)[0]):
            self.append()
        if self.appender._spare is not None:
            self.appender._spare.join()

    def read(self, base: Mark = BEGINNING) -> tuple[list[int], JournalReader]:
        reader = JournalReader(Files(), self.folder, base)
        return [record.lsn for record in reader.records()], reader


def test_the_seal_stands_behind_the_last_record(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j")
    journal.fill()
    last = journal.last
    journal.append()
    data = segment_path(journal.folder, 1).read_bytes()
    line = data.rstrip(b"\0").splitlines(keepends=True)[-1]
    assert decode_seal(line).following == last.lsn + 1
    assert segment_numbers(Files(), journal.folder) == [1, last.lsn + 1]
    lsns, reader = journal.read()
    assert lsns == list(range(1, last.lsn + 2))
    assert [(joint.last, joint.sealed) for joint in reader.joints] == [(last, True)]
    journal.appender.close()


@pytest.mark.parametrize("roll", [True, False])
def test_the_next_segment_is_durable_before_the_seal_and_the_seal_before_the_next_record(
    tmp_path: Path, roll: bool
) -> None:
    """A roll costs what it did without seals: the sync that the old segment needs comes after the seal."""
    journal = Journal(tmp_path / "j")
    journal.fill()
    journal.calls.clear()
    first, following = "0000000000000001.jsonl", f"{journal.last.lsn + 1:016d}.jsonl"
    if roll:
        journal.appender.carry_out(Batch(b"", journal.last, journal.last, roll=True))
        # That which a batch without records syncs in any case.
        assert journal.calls.pop(0) == ("datasync", first)
    else:
        journal.append()
    made = [("pwrite", "spare"), ("sync", "spare"), ("rename", following), ("sync_directory", "j")]
    sealed = [("pwrite", first), ("datasync", first)]
    appended = [] if roll else [("pwrite", following), ("datasync", following)]
    assert journal.calls == made + sealed + appended
    journal.appender.close()


def test_unsynced_records_are_synced_before_the_next_segment_exists(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j", synced=False)
    journal.fill()
    journal.calls.clear()
    journal.append()
    assert journal.calls[0] == ("datasync", "0000000000000001.jsonl")
    assert ("rename", f"{journal.last.lsn:016d}.jsonl") in journal.calls
    journal.appender.close()


@pytest.mark.parametrize("size", range(SEGMENT - 360, SEGMENT - 270, 9))
def test_there_is_always_room_for_the_seal(tmp_path: Path, size: int) -> None:
    """A record that would fill the segment so far that the seal finds no room goes into the next one."""
    journal = Journal(tmp_path / "j")
    for _ in range(3):
        journal.append(size)
    lsns, reader = journal.read()
    assert lsns == [1, 2, 3]
    assert all(joint.sealed for joint in reader.joints)
    for first in segment_numbers(Files(), journal.folder)[:-1]:
        data = segment_path(journal.folder, first).read_bytes()
        assert len(data) == decode_header(data[: data.index(b"\n") + 1]).size
        assert b'{"sealed":' in data
    journal.appender.close()


def test_a_record_that_is_larger_than_a_segment(tmp_path: Path) -> None:
    """The empty segment gives way to a larger one of the same name, and has nothing to be sealed with."""
    journal = Journal(tmp_path / "j")
    journal.append(5000)
    journal.append()
    journal.append(5000)
    lsns, reader = journal.read()
    assert lsns == [1, 2, 3]
    assert all(joint.sealed for joint in reader.joints)
    journal.appender.close()


def test_a_segment_that_was_filled_to_the_brim_stays_without(tmp_path: Path) -> None:
    """An emu without seals did that."""
    journal = Journal(tmp_path / "j")
    segment = journal.appender._segment
    line, mark = record(BEGINNING)
    line, mark = record(BEGINNING, 100 + segment.size - segment.offset - len(line))
    Files().pwrite(segment.fd, line, segment.offset)
    segment.offset += len(line)
    assert segment.offset == segment.size
    journal.last = mark
    journal.append()
    lsns, reader = journal.read()
    assert lsns == [1, 2]
    assert [(joint.last, joint.sealed) for joint in reader.joints] == [(mark, False)]
    assert segment_path(journal.folder, 1).stat().st_size == SEGMENT
    journal.appender.close()


@pytest.mark.parametrize("failing", ["pwrite", "datasync"])
def test_a_disk_that_refuses_the_seal_fails_the_journal(tmp_path: Path, failing: str) -> None:
    """What was answered for is there; what came with the roll was answered for by nobody."""
    path = tmp_path / "state"
    sealing = Failing(lambda operation, at: operation == failing and at.name == "0000000000000001.jsonl")

    async def live() -> tuple[Any, Any]:
        files = WatchedFiles(sealing.before)
        world = await opened(path, files=files, segment_bytes=SEGMENT)
        while world.store._journal._appender._segment.fits(300):
            await world.store.durable(world.put(f"k{world.store.lsn}", "x" * 100))
        answered = world.everything()
        sealing.on = True
        world.put("late", "x" * 400)
        with pytest.raises(StorageUnavailable):
            await world.store.durable(world.store.lsn)
        assert world.everything() == answered
        with pytest.raises(StorageUnavailable):
            world.put("more", 1)
        await world.store.stop()
        return answered, await _found(path)

    answered, found = asyncio.run(live())
    assert sealing.failures
    assert found == answered


async def _found(path: Path) -> Any:
    world = await opened(path, files=UnsyncedFiles(), segment_bytes=SEGMENT)
    state = world.everything()
    world.store._checkpointer.disable()
    world.abandon()
    return state


# Power cuts and kills.


async def _fill(world: World, told: list[str], count: int) -> None:
    for number in range(count):
        key = f"{len(told)} {number}"
        await world.store.durable(world.put(key, "x" * 60))
        told.append(key)


async def _live(files: CrashModel, path: Path, told: list[str], count: int) -> None:
    """Until the power, or the process, is at an end."""
    world: World | None = None
    try:
        world = await opened(path, files=files, segment_bytes=SEGMENT, run_fold=None)
        await _fill(world, told, count)
    except (OSError, StorageUnavailable, DirectoryRefused):
        return
    finally:
        if world is not None:
            files.budget = 0
            await world.store.stop()
            files.budget = -1


async def _check(path: Path, told: list[str]) -> None:
    """Everything that anybody was told of is there, and without the last segment it isn't gone unnoticed; once the
    directory was opened, no last segment at all can vanish."""
    cut = path.with_name("cut")
    if numbers := segment_numbers(Files(), path / "emu" / "journal"):
        shutil.copytree(path, cut)
        segment_path(cut / "emu" / "journal", numbers[-1]).unlink()
        with contextlib.suppress(Damaged):
            assert set(told) <= {key[2] for key in await _found(cut)}
    assert set(told) <= {key[2] for key in await _found(path)}
    journal = path / "emu" / "journal"
    if len(numbers := segment_numbers(Files(), journal)) > 1:
        segment_path(journal, numbers[-1]).unlink()
        with pytest.raises(Damaged, match=f"from {numbers[-1]} on are missing"):
            await _found(path)


def _changes(folder: Path, count: int) -> int:
    folder.mkdir()
    files = CrashModel(folder)
    asyncio.run(_live(files, folder / "state", [], count))
    return files.changes


def _cut(files: CrashModel, target: Path, seed: str) -> None:
    chance = random.Random(seed)
    files.after_power_cut(target, lambda most: chance.randint(0, most))


@pytest.mark.slow
def test_a_power_cut_at_each_step(tmp_path: Path) -> None:
    """Of a journal that goes through several segments."""
    rolls = 0
    for budget in range(_changes(tmp_path / "rehearsal", 11)):
        for seed in range(2):
            (tmp_path / "disk").mkdir()
            files = CrashModel(tmp_path / "disk")
            files.budget = budget
            told: list[str] = []
            asyncio.run(_live(files, tmp_path / "disk" / "state", told, 11))
            _cut(files, tmp_path / "after", f"{budget} {seed}")
            asyncio.run(_check(tmp_path / "after" / "state", told))
            rolls = max(rolls, len(segment_numbers(Files(), tmp_path / "after" / "state" / "emu" / "journal")))
            shutil.rmtree(tmp_path / "disk")
            shutil.rmtree(tmp_path / "after")
    assert rolls >= 3


def test_a_power_cut_after_a_kill_at_each_step(tmp_path: Path) -> None:
    """The killed process left names and bytes that only the page cache has; its successor builds on them."""
    for budget in range(_changes(tmp_path / "rehearsal", 8)):
        (tmp_path / "disk").mkdir()
        files = CrashModel(tmp_path / "disk")
        path = tmp_path / "disk" / "state"
        told: list[str] = []
        files.budget = budget
        asyncio.run(_live(files, path, told, 8))
        files.budget = -1
        asyncio.run(_live(files, path, told, 2))
        _cut(files, tmp_path / "after", str(budget))
        asyncio.run(_check(tmp_path / "after" / "state", told))
        shutil.rmtree(tmp_path / "disk")
        shutil.rmtree(tmp_path / "after")
