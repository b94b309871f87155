"""Power cuts at every system call, over a disk that forgets: what was acknowledged is there, and nothing is half
there."""

from __future__ import annotations

import asyncio
import random
import shutil
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import hypothesis.strategies as st
from hypothesis import HealthCheck, given, settings

from storage.errors import DirectoryRefused, StorageUnavailable
from tests.storage.crash_model import CrashModel
from tests.storage.tiny import HOME, World, fold_now, opened
from tests.storage.watched import UnsyncedFiles

KEYS = ("a", "b", "c")
LARGE = 40_000

STEPS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["put", "small", "large"]), st.sampled_from(KEYS), st.integers(0, 3)),
        st.tuples(st.sampled_from(["delete", "pair"]), st.sampled_from(KEYS), st.just(0)),
        st.tuples(st.sampled_from(["wait", "checkpoint", "restart"]), st.just(""), st.just(0)),
    ),
    min_size=3,
    max_size=14,
)


class History:
    """The state after each record, by lsn, and up to which of them was acknowledged."""

    def __init__(self) -> None:
        self._states: dict[int, Any] = {0: {}}
        self._acknowledged = 0

    def committed(self, world: World) -> None:
        self._states[world.store.lsn] = world.everything()

    def told(self, world: World) -> None:
        self._acknowledged = max(lsn for lsn in self._states if lsn <= world.store.lsn)

    def allows(self, state: Any) -> bool:
        """Whether everything acknowledged is in the state, and no record only in part."""
        return any(state == seen for lsn, seen in self._states.items() if lsn >= self._acknowledged)


async def step_of(world: World, history: History, step: tuple[str, str, int]) -> None:
    """Takes a step; whatever fails raises."""
    what, key, number = step
    match what:
        case "put":
            world.put(key, number)
        case "small":
            world.put_small(key, b"small %d" % number)
        case "large":
            await world.put_large(key, bytes([number]) * LARGE)
        case "delete":
            world.delete(key)
        case "pair":
            # One record with two changes: both or neither.
            changes = [("a.put", *HOME, {"key": f"{half} {key}", "value": world.store.lsn}) for half in "12"]
            world.commit(*changes)
        case "wait":
            await world.store.durable(world.store.lsn)
            history.told(world)
            return
        case "checkpoint":
            await world.store.checkpoint()
            history.told(world)
            return
    history.committed(world)


async def _run(files: CrashModel, path: Path, steps: list[tuple[str, str, int]], history: History) -> None:
    """Lives until the steps or the power are at an end."""

    async def fold_here(request: Any) -> int:
        fold_now(request, files)
        return 0

    async def live() -> World:
        return await opened(path, files=files, run_fold=fold_here, segment_bytes=8 * 1024)

    world: World | None = None
    try:
        world = await live()
        for step in steps:
            if step[0] == "restart":
                await world.store.stop()
                if files.budget >= 0 and files.changes >= files.budget:
                    return
                history.told(world)
                world = await live()
            else:
                await step_of(world, history, step)
    except (OSError, StorageUnavailable, DirectoryRefused):
        return
    finally:
        if world is not None:
            files.budget = 0
            await world.store.stop()


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


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps=STEPS, cut=st.floats(0, 1), seed=st.integers(0, 2**32))
def test_a_power_cut_at_any_moment(steps: list[tuple[str, str, int]], cut: float, seed: int) -> None:
    folder = Path(mkdtemp(prefix="emu-power-cut-"))
    try:
        rehearsal = CrashModel(folder / "rehearsal")
        (folder / "rehearsal").mkdir()
        asyncio.run(_run(rehearsal, folder / "rehearsal" / "state", steps, History()))
        files = CrashModel(folder / "disk")
        files.budget = round(cut * rehearsal.changes)
        (folder / "disk").mkdir()
        history = History()
        asyncio.run(_run(files, folder / "disk" / "state", steps, history))
        chance = random.Random(seed)
        files.after_power_cut(folder / "after", lambda most: chance.randint(0, most))
        first, second = asyncio.run(_found(folder / "after" / "state"))
        assert history.allows(first)
        assert second == first
    finally:
        shutil.rmtree(folder)
