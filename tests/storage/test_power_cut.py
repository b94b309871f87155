"""Power cuts at every system call, over a disk that forgets: what was acknowledged is there, nothing is half there,
and a snapshot is whole or not there."""

from __future__ import annotations

import asyncio
import random
import shutil
from collections.abc import Sequence
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.errors import DirectoryRefused, StorageUnavailable
from storage.pointer import Durability
from storage.snapshots.errors import SnapshotError
from storage.snapshots.shelf import Shelf
from tests.storage.crash_model import CrashModel, Draw
from tests.storage.steps import ENDS, SCRIPT, STEPS, History, Life, Step, check_snapshots
from tests.storage.tiny import HOME, fold_now, opened
from tests.storage.watched import UnsyncedFiles

SETTINGS = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


async def _run(files: CrashModel, root: Path, steps: Sequence[Step], history: History) -> None:
    """Lives until the steps or the power are at an end."""

    async def fold_here(request: Any) -> int:
        fold_now(request, files)
        return 0

    async def live() -> Life:
        options: dict[str, Any] = {"run_fold": fold_here, "segment_bytes": 8 * 1024}
        world = await opened(root / "state", files=files, durability=history.durability, **options)
        return Life(world, history, Shelf(root / "snapshots", files))

    life: Life | None = None
    try:
        life = await live()
        for step in steps:
            if step[0] in ENDS:
                ended, life = life.world, None
                if step[0] == "kill":
                    ended.abandon()
                else:
                    await ended.store.stop()
                if files.budget >= 0 and files.changes >= files.budget:
                    return
                if step[0] == "restart":
                    history.synced(ended)
                life = await live()
                if step[0] == "kill":
                    history.reopened(life.world)
            else:
                await life.take(step)
    except (OSError, StorageUnavailable, DirectoryRefused, SnapshotError):
        return
    finally:
        if life is not None:
            files.budget = 0
            await life.world.store.stop()


async def _found(path: Path) -> tuple[Any, Any]:
    """What a new process finds, and what it finds again after a clean stop."""
    world = await opened(path, files=UnsyncedFiles(), segment_bytes=8 * 1024)
    first = world.everything()
    world.put("goes on", 1)
    await world.store.stop()
    again = await opened(path, files=UnsyncedFiles(), segment_bytes=8 * 1024)
    second = again.everything()
    await again.store.stop()
    assert second.pop(("a", HOME, "goes on")) == (1, None)
    return first, second


def _rehearsed(folder: Path, steps: Sequence[Step], durability: Durability = "fsync") -> int:
    """How many system calls change the disk in a life that nothing happens to."""
    (folder / "rehearsal").mkdir()
    files = CrashModel(folder / "rehearsal")
    asyncio.run(_run(files, folder / "rehearsal", steps, History(durability)))
    return files.changes


def _check_cut(folder: Path, steps: Sequence[Step], cut: int, draw: Draw, durability: Durability = "fsync") -> None:
    """Lives until the power is cut after so many changes of the disk; then looks at what is left."""
    files = CrashModel(folder / "disk")
    files.budget = cut
    (folder / "disk").mkdir()
    history = History(durability)
    asyncio.run(_run(files, folder / "disk", steps, history))
    files.after_power_cut(folder / "after", draw)
    first, second = asyncio.run(_found(folder / "after" / "state"))
    assert history.allows(first)
    assert second == first
    check_snapshots(folder / "after" / "snapshots", history)


def drawn(seed: object) -> Draw:
    chance = random.Random(str(seed))
    return lambda most: chance.randint(0, most)


LIVES = given(steps=STEPS, cut=st.floats(0, 1), seed=st.integers(0, 2**32), durability=st.sampled_from(["fsync", "os"]))


def _lives(steps: list[Step], cut: float, seed: int, durability: Durability) -> None:
    folder = Path(mkdtemp(prefix="emu-power-cut-"))
    try:
        changes = round(cut * _rehearsed(folder, steps, durability))
        _check_cut(folder, steps, changes, drawn(seed), durability)
    finally:
        shutil.rmtree(folder)


@pytest.mark.parametrize("examples", [60, pytest.param(2500, marks=pytest.mark.slow)])
def test_a_power_cut_at_any_moment(examples: int) -> None:
    settings(SETTINGS, max_examples=examples)(LIVES(_lives))()


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("durability", ["fsync", "os"])
def test_a_blob_that_a_record_needs_is_not_replaced_by_one_that_is_not_on_the_disk(
    seed: int, durability: Durability
) -> None:
    """The same content is sent again after a reset that the power cut takes back."""
    steps: list[Step] = [
        *(("small", "a", 0), ("large", "a", 1), ("wait", "", 0), ("kill", "", 0)),
        *(("reset", "", 0), ("large", "a", 1)),
    ]
    _lives(steps, 1.0, seed, durability)


LEFT: dict[str, Draw] = {"nothing unsynced": lambda most: 0, "all": lambda most: most}
"""What is left of what was not synced, where chance doesn't say."""


@pytest.mark.parametrize("each", [17, pytest.param(1, marks=pytest.mark.slow)])
@pytest.mark.parametrize("left", ["nothing unsynced", "all", "by chance"])
@pytest.mark.parametrize("durability", ["fsync", "os"])
def test_a_power_cut_at_each_system_call_of_a_whole_life(
    tmp_path: Path, durability: Durability, left: str, each: int
) -> None:
    """``each``: at every so manieth only."""
    changes = _rehearsed(tmp_path, SCRIPT, durability)
    assert changes > 300
    for cut in range(len(left) % each, changes, each):
        folder = tmp_path / str(cut)
        folder.mkdir()
        _check_cut(folder, SCRIPT, cut, LEFT.get(left) or drawn(f"{left} {cut}"), durability)
        shutil.rmtree(folder)


def test_a_power_cut_that_takes_a_body_and_leaves_its_record(tmp_path: Path) -> None:
    """With ``os`` nothing is synced here until the checkpoint."""
    steps: Sequence[Step] = (("large", "a", 0), ("snapshot", "s", 0), ("delete", "a", 0), ("checkpoint", "", 0))
    changes = _rehearsed(tmp_path, steps, "os")
    for cut in range(20, changes, 2):
        folder = tmp_path / str(cut)
        folder.mkdir()
        _check_cut(folder, steps, cut, drawn(0), "os")
        shutil.rmtree(folder)


def test_a_clean_stop_vouches_for_nothing_that_can_still_be_lost(tmp_path: Path) -> None:
    """The last batch is torn: what says that the journal ends on purpose isn't in it."""

    async def life(files: CrashModel, history: History) -> None:
        world = await opened(files.root / "state", files=files)
        await asyncio.sleep(0.02)
        for number in range(3):
            world.put(f"k{number}", "x" * 700)
            history.committed(world)
        files.budget = files.changes + 1
        await world.store.stop()

    for seed in range(20):
        files, history = CrashModel(tmp_path / f"disk {seed}"), History()
        files.root.mkdir()
        asyncio.run(life(files, history))
        files.after_power_cut(tmp_path / f"after {seed}", drawn(seed))
        assert history.allows(asyncio.run(_found(tmp_path / f"after {seed}" / "state"))[0])
