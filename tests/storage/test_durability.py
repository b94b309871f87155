"""Durable means durable: what happens on the disk before anybody is answered."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from storage.files import Files
from tests.storage.tiny import World, opened
from tests.storage.watched import WatchedFiles

LARGE = bytes(100_000)


class Recorder:
    """The order of events: what the disk has finished, and who was answered."""

    def __init__(self) -> None:
        self.events: list[tuple[str, str]] = []

    def files(self) -> Files:
        return WatchedFiles(lambda operation, path: None, after=self._done)

    def _done(self, operation: str, path: Path) -> None:
        self.events.append((operation, path.parent.name))

    def proof(self) -> bool:
        """Whether a record was written and then synced before the answer, in this order."""
        answer = self.events.index(("answer", ""))
        before = self.events[:answer]
        if ("pwrite", "journal") not in before:
            return False
        written = max(index for index, event in enumerate(before) if event == ("pwrite", "journal"))
        return ("datasync", "journal") in before[written:]


class Unsynced(WatchedFiles):
    """A disk whose fdatasync does nothing."""

    def datasync(self, fd: int) -> None:
        return


async def answered(world: World, recorder: Recorder, change: Any) -> None:
    recorder.events.clear()
    lsn = change(world)
    if asyncio.iscoroutine(lsn):
        lsn = await lsn
    await world.store.durable(lsn)
    recorder.events.append(("answer", ""))


CHANGES = {
    "put": lambda world: world.put("k", 1),
    "delete": lambda world: world.delete("k"),
    "small body": lambda world: world.put_small("k", b"body"),
    "large body": lambda world: world.put_large("k", LARGE),
}


@pytest.mark.parametrize("name", CHANGES)
def test_the_record_is_on_the_disk_before_the_answer(tmp_path: Path, name: str) -> None:
    async def case() -> None:
        recorder = Recorder()
        world = await opened(tmp_path, files=recorder.files())
        await answered(world, recorder, CHANGES[name])
        assert recorder.proof()
        await world.store.stop()

    asyncio.run(case())


@pytest.mark.parametrize("name", CHANGES)
def test_the_proof_fails_without_fdatasync(tmp_path: Path, name: str) -> None:
    async def case() -> None:
        recorder = Recorder()
        files = Unsynced(lambda operation, path: None, after=recorder._done)
        world = await opened(tmp_path, files=files)
        await answered(world, recorder, CHANGES[name])
        assert not recorder.proof()
        await world.store.stop()

    asyncio.run(case())


def test_a_large_body_is_on_the_disk_before_its_record_is_written(tmp_path: Path) -> None:
    async def case() -> None:
        recorder = Recorder()
        world = await opened(tmp_path, files=recorder.files())
        await answered(world, recorder, CHANGES["large body"])
        wanted = [
            ("pwrite", "uploads"),
            ("datasync", "uploads"),
            ("rename", "blobs"),
            ("sync_directory", "emu"),
            ("pwrite", "journal"),
            ("datasync", "journal"),
            ("answer", ""),
        ]
        positions = [recorder.events.index(event) for event in wanted]
        assert positions == sorted(positions)
        await world.store.stop()

    asyncio.run(case())


def test_records_that_wait_share_one_write_and_one_sync(tmp_path: Path) -> None:
    async def case() -> None:
        recorder = Recorder()
        world = await opened(tmp_path, files=recorder.files())
        recorder.events.clear()
        await asyncio.gather(*(world.store.durable(world.put(f"k{number}", number)) for number in range(50)))
        assert recorder.events == [("pwrite", "journal"), ("datasync", "journal")]
        await world.store.stop()

    asyncio.run(case())


def test_a_read_of_what_is_not_on_the_disk_yet_waits_for_it(tmp_path: Path) -> None:
    async def case() -> None:
        world = await opened(tmp_path)
        world.put("k", 1, "a")
        seen = world.store.machine_lsn("a")
        assert not world.store.is_durable(seen)
        assert world.store.is_durable(world.store.machine_lsn("b"))
        await world.store.durable(seen)
        assert world.store.is_durable(seen)
        await world.store.stop()

    asyncio.run(case())


def test_a_waiter_that_is_cancelled_does_not_cancel_the_others(tmp_path: Path) -> None:
    async def case() -> None:
        world = await opened(tmp_path)
        lsn = world.put("k", 1)
        first = asyncio.create_task(world.store.durable(lsn))
        second = asyncio.create_task(world.store.durable(lsn))
        await asyncio.sleep(0)
        first.cancel()
        await second
        with pytest.raises(asyncio.CancelledError):
            await first
        await world.store.stop()

    asyncio.run(case())


def test_with_durability_os_blobs_are_synced_before_the_journal(tmp_path: Path) -> None:
    async def case() -> None:
        recorder = Recorder()
        world = await opened(tmp_path, files=recorder.files(), durability="os")
        await answered(world, recorder, CHANGES["large body"])
        assert ("datasync", "journal") not in recorder.events
        assert ("datasync", "blobs") not in recorder.events
        await asyncio.sleep(0.4)
        wanted = [("answer", ""), ("datasync", "blobs"), ("sync_directory", "emu"), ("datasync", "journal")]
        positions = [recorder.events.index(event) for event in wanted]
        assert positions == sorted(positions)
        await world.store.stop()

    asyncio.run(case())


@pytest.mark.parametrize("durability", ["fsync", "os"])
def test_segments_follow_each_other(tmp_path: Path, durability: str) -> None:
    """Records of all sizes, larger than a segment too, and the last segment only partly filled."""

    async def case() -> None:
        world = await opened(tmp_path, durability=durability, segment_bytes=4096)
        for number in range(60):
            lsn = world.put(f"k{number}", "x" * (number * 97 % 3000))
            if number % 7 == 0:
                await world.store.durable(lsn)
        await world.store.durable(world.put("large", "y" * 20_000))
        await world.store.durable(world.put("last", 1))
        assert len(list((tmp_path / "emu" / "journal").glob("*.jsonl"))) > 5
        kept = world.everything()
        world.store._checkpointer.disable()
        world.abandon()
        again = await opened(tmp_path)
        assert again.everything() == kept
        await again.store.stop()

    asyncio.run(case())
