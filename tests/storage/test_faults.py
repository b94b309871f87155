"""A fault at any system call: what the live process shows afterwards is what a fresh one finds, nothing that was
acknowledged is lost, and a snapshot is whole or not there."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import shutil
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings

from storage.errors import DirectoryRefused, StorageUnavailable
from storage.replacement import StateRefused
from storage.snapshots.errors import SnapshotError
from storage.snapshots.shelf import Shelf
from tests.storage.steps import ENDS, STEPS, History, Life, Step, check_snapshots
from tests.storage.tiny import World, fold_now, opened
from tests.storage.watched import UnsyncedFiles, WatchedFiles


class FaultyFiles(WatchedFiles):
    """Raises at one change of the disk, or at all from there on."""

    def __init__(self, at: int, number: int, *, lasting: bool) -> None:
        super().__init__(self._fault)
        self.changes = 0
        self.at = at
        self._number = number
        self._lasting = lasting

    def _fault(self, operation: str, path: Path) -> None:
        self.changes += 1
        if self.changes == self.at or (self._lasting and self.changes > self.at >= 0):
            raise OSError(self._number, os.strerror(self._number), str(path))


async def _live(files: FaultyFiles, path: Path, steps: list[Step]) -> tuple[Any, History] | None:
    """Lives with the fault, whatever fails; what is shown at the end, or None where nothing could be opened or
    shown."""

    async def fold_here(request: Any) -> int:
        fold_now(request, files)
        return 0

    history = History()
    try:
        world: World = await opened(path / "state", files=files, run_fold=fold_here, segment_bytes=8 * 1024)
    except DirectoryRefused:
        return None
    life = Life(world, history, Shelf(path / "snapshots", files))
    for step in steps:
        if step[0] not in ENDS:
            with contextlib.suppress(OSError, StorageUnavailable, SnapshotError, StateRefused):
                await life.take(step)
    with contextlib.suppress(StorageUnavailable):
        await world.store.durable(world.store.lsn)
    readable = world.store.is_durable(world.store.machine_lsn("a"))
    shown = world.everything() if readable else None
    world.store._checkpointer.disable()
    await world.store._journal.close()
    world.abandon()
    return (shown, history) if readable else None


async def _fresh(path: Path) -> Any:
    world = await opened(path, files=UnsyncedFiles(), segment_bytes=8 * 1024)
    state = world.everything()
    world.put("goes on", 1)
    await world.store.stop()
    return state


SETTINGS = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


LIVES = given(
    steps=STEPS,
    where=st.floats(0, 1),
    number=st.sampled_from([errno.EIO, errno.ENOSPC]),
    lasting=st.booleans(),
)


def _lives(steps: list[Step], where: float, number: int, *, lasting: bool) -> None:
    folder = Path(mkdtemp(prefix="emu-fault-"))
    try:
        for name in ("rehearsal", "lived"):
            (folder / name).mkdir()
        rehearsal = FaultyFiles(-1, number, lasting=False)
        asyncio.run(_live(rehearsal, folder / "rehearsal", steps))
        files = FaultyFiles(1 + round(where * rehearsal.changes), number, lasting=lasting)
        lived = asyncio.run(_live(files, folder / "lived", steps))
        path = folder / "lived" / "state"
        if lived is not None:
            shown, history = lived
            assert history.allows(shown)
            check_snapshots(folder / "lived" / "snapshots", history)
            found = asyncio.run(_fresh(path))
            # A disk that refuses everything from there on also refuses to take back what nobody was told about.
            assert found == shown or (lasting and history.allows(found))
        elif path.exists():
            asyncio.run(_fresh(path))
    finally:
        shutil.rmtree(folder)


@pytest.mark.parametrize("examples", [60, pytest.param(2500, marks=pytest.mark.slow)])
def test_a_fault_at_any_moment(examples: int) -> None:
    settings(SETTINGS, max_examples=examples)(LIVES(_lives))()
