"""Batches on a disk that takes its time: who goes out together, and who waits for nobody."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from storage.files import Files
from storage.journal.appender import Appender, Batch
from storage.journal.gathering import Gathering
from storage.journal.records import Mark, encode_record
from storage.journal.segment import make_segment
from storage.journal.writer import JournalWriter
from storage.pointer import Durability

SYNC_S = 0.012
WRITERS = 8
ROUNDS = 30


class SlowFiles(Files):
    """A disk that syncs a file's data slowly."""

    def datasync(self, fd: int) -> None:
        super().datasync(fd)
        time.sleep(SYNC_S)


async def journal(folder: Path, durability: Durability = "fsync") -> JournalWriter:
    files = SlowFiles()
    segment = make_segment(files, folder, 1, 0, 1 << 20)
    writer = JournalWriter(
        files,
        segment,
        Mark(0, 0),
        durability=durability,
        sync_bodies=lambda: None,
        on_failure=lambda error: None,
    )
    writer.start()
    return writer


async def write(writer: JournalWriter) -> None:
    """One record, until it may be answered for."""
    change = ("a.put", "0", "r", {"key": "k"})
    line, mark = encode_record(writer.queued, writer.synced, [change], {}, request_id="r", time_ms=1, ids=0)
    writer.append(line, mark)
    await writer.wait(mark.lsn)


@pytest.fixture
def sizes(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The records of each batch, in order."""
    found: list[int] = []
    carry_out = Appender.carry_out

    def noted(self: Appender, batch: Batch) -> None:
        found.append(batch.last.lsn - batch.before.lsn)
        carry_out(self, batch)

    monkeypatch.setattr(Appender, "carry_out", noted)
    return found


def run(folder: Path, case: Callable[[JournalWriter], Awaitable[object]], durability: Durability = "fsync") -> None:
    async def whole() -> None:
        writer = await journal(folder, durability)
        await case(writer)
        await writer.close()
        assert writer.failure is None

    asyncio.run(whole())


async def one_after_the_other(writer: JournalWriter) -> None:
    """Writers who write again when they are answered, each some turns of the loop later than the one before."""

    async def again_and_again(place: int) -> None:
        for _ in range(ROUNDS):
            for _ in range(3 * place):
                await asyncio.sleep(0)
            await write(writer)

    await asyncio.gather(*(again_and_again(place) for place in range(WRITERS)))


def test_writers_who_come_back_one_by_one_go_out_together(tmp_path: Path, sizes: list[int]) -> None:
    run(tmp_path, one_after_the_other)
    assert sum(sizes) == WRITERS * ROUNDS
    assert len(sizes) < 1.6 * ROUNDS


def test_without_gathering_the_first_goes_alone(
    tmp_path: Path, sizes: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Gathering, "patience_s", lambda self, waiting: 0.0)
    run(tmp_path, one_after_the_other)
    assert len(sizes) > 1.8 * ROUNDS


def test_one_writer_alone_waits_for_nobody(tmp_path: Path, sizes: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    patience_s = Gathering.patience_s

    def noted(self: Gathering, waiting: int) -> float:
        waits.append(patience_s(self, waiting))
        return waits[-1]

    async def alone(writer: JournalWriter) -> None:
        for _ in range(10):
            await write(writer)

    monkeypatch.setattr(Gathering, "patience_s", noted)
    run(tmp_path, alone)
    assert sizes[:10] == [1] * 10
    assert waits == [0.0] * len(waits)


def test_a_writer_who_does_not_come_back_holds_up_the_others_once(tmp_path: Path, sizes: list[int]) -> None:
    async def others_leave(writer: JournalWriter) -> None:
        for _ in range(4):
            await asyncio.gather(*(write(writer) for _ in range(3)))
        for _ in range(5):
            await asyncio.wait_for(write(writer), timeout=5)

    run(tmp_path, others_leave)
    assert sum(sizes) == 17


def test_a_sync_that_is_asked_for_does_not_wait(tmp_path: Path, sizes: list[int]) -> None:
    async def asked(writer: JournalWriter) -> None:
        for _ in range(6):
            await asyncio.gather(*(write(writer) for _ in range(3)))
        pending = asyncio.create_task(write(writer))
        await asyncio.sleep(0)
        await writer.sync()
        assert writer.synced == writer.queued.lsn
        await pending
        await writer.roll()
        assert writer.sealed == writer.queued

    run(tmp_path, asked)


def test_with_durability_os_nothing_is_held_back(tmp_path: Path, sizes: list[int]) -> None:
    async def answered_at_once(writer: JournalWriter) -> None:
        for _ in range(3):
            await asyncio.gather(*(write(writer) for _ in range(3)))
            await writer.sync()
        line, mark = encode_record(
            writer.queued, writer.synced, [("a.put", "0", "r", {})], {}, request_id="r", time_ms=1, ids=0
        )
        writer.append(line, mark)
        for _ in range(3):
            await asyncio.sleep(0)
        assert writer.answered == mark.lsn

    run(tmp_path, answered_at_once, "os")


def test_who_is_expected() -> None:
    gathering = Gathering()
    assert gathering.patience_s(1) == 0
    for _ in range(20):
        gathering.landed(records=10, waiting=6, sync_s=0.004)
    assert gathering.expected == 16
    assert gathering.patience_s(16) == 0
    assert gathering.patience_s(1) == pytest.approx(0.002, rel=0.01)


def test_a_quick_disk_is_not_waited_for() -> None:
    gathering = Gathering()
    gathering.landed(records=10, waiting=6, sync_s=0.0002)
    assert gathering.patience_s(1) == 0


def test_a_slow_disk_is_waited_for_within_bounds() -> None:
    gathering = Gathering()
    for _ in range(50):
        gathering.landed(records=10, waiting=6, sync_s=1.0)
    assert gathering.patience_s(1) == 0.005


def test_after_a_wait_in_vain_nobody_waits_for_a_while() -> None:
    gathering = Gathering()
    for _ in range(20):
        gathering.landed(records=10, waiting=6, sync_s=0.004)
    gathering.in_vain()
    batches = 0
    while gathering.patience_s(1) == 0:
        gathering.landed(records=10, waiting=6, sync_s=0.004)
        batches += 1
    assert batches == 16
