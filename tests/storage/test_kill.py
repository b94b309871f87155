"""``kill -9`` again and again, under load and whatever else goes on: nothing that was acknowledged is lost, nothing
deleted comes back, and a snapshot is whole or not there."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from storage.options import FoldRequest
from storage.repair.inspection import inspect
from storage.snapshots.errors import NoSuchSnapshot
from storage.snapshots.reading import content_of_snapshot, verified_manifest
from storage.snapshots.shelf import Shelf
from tests.storage.directories import PROGRAM
from tests.storage.doomed import SNAPSHOTS, Doomed, Said, body_of, fold_with_a_pause, live, load, serve_a_fold
from tests.storage.snapshots.conftest import put
from tests.storage.tiny import fold_here, opened
from tests.storage.watched import UnsyncedFiles


class Expected:
    """What each key may be: what was last acknowledged, or what was tried after that."""

    def __init__(self) -> None:
        self._possible: dict[str, set[Any]] = {}
        self.acknowledged = 0

    def hear(self, said: Said) -> None:
        if said[0] not in ("try", "done"):
            return
        what, key, version = said[1:]
        value = {"put": (version, None), "body": (None, body_of(version)), "delete": None}[what]
        if said[0] == "done":
            self._possible[key] = {value}
            self.acknowledged += 1
        else:
            self._possible.setdefault(key, {None}).add(value)

    def check(self, state: Any) -> None:
        found = {key: value for (_, _, key), value in state.items()}
        for key, possible in self._possible.items():
            assert found.get(key) in possible, key
            # From now on it is what it is.
            self._possible[key] = {found.get(key)}
        assert not set(found) - set(self._possible)


async def _state(path: Path, *, stop: bool) -> Any:
    world = await opened(path, files=UnsyncedFiles())
    state = world.everything()
    if stop:
        await world.store.stop()
    else:
        world.store._checkpointer.disable()
        world.abandon()
    return state


@pytest.mark.parametrize("durability", ["fsync", "os"])
@pytest.mark.parametrize("kills", [12, pytest.param(100, marks=pytest.mark.slow)])
def test_killed_again_and_again(tmp_path: Path, durability: str, kills: int) -> None:
    expected, chance = Expected(), random.Random(kills)
    for number in range(kills):
        doomed = Doomed(load, tmp_path, number, durability)
        assert doomed.hear() == ("ready",)
        for said in doomed.kill(after_s=chance.random() * 0.15):
            expected.hear(said)
        if number % 3:
            expected.check(asyncio.run(_state(tmp_path, stop=number % 2 == 0)))
    expected.check(asyncio.run(_state(tmp_path, stop=True)))
    expected.check(asyncio.run(_state(tmp_path, stop=True)))
    assert expected.acknowledged > kills


class Model:
    """What a directory and its snapshots hold: a state each, or two while something was under way."""

    def __init__(self) -> None:
        self.states: list[dict[str, Any]] = [{}]
        self.snapshots: dict[str, list[Any]] = {name: [None] for name in SNAPSHOTS}
        self.done: Counter[str] = Counter()

    def hear(self, said: Said) -> None:
        if said[0] in ("try", "done"):
            self._did(*said[1:], done=said[0] == "done")

    def _did(self, what: str, name: str, version: int, *, done: bool) -> None:
        if done:
            self.done[what] += 1
            self.states, self.snapshots = self.states[-1:], {each: held[-1:] for each, held in self.snapshots.items()}
            return
        (state,) = self.states
        if what == "snapshot":
            self.snapshots[name].append(state)
            return
        changed: dict[str, dict[str, Any]] = {
            "put": {**state, name: (version, None)},
            "body": {**state, name: (None, body_of(version))},
            "delete": {key: value for key, value in state.items() if key != name},
            "checkpoint": state,
            "restore": self.snapshots[name][-1] if what == "restore" else {},
            "reset": {},
        }
        self.states.append(changed[what])

    def check(self, root: Path, *, stop: bool) -> None:
        """One of the two is there, and from now on it is what is."""
        found = {key: value for (_, _, key), value in asyncio.run(_state(root / "state", stop=stop)).items()}
        assert found in self.states
        self.states = [found]
        shelf = Shelf(root / "snapshots")
        for name, held in self.snapshots.items():
            state = _snapshot(shelf, name)
            assert state in held
            self.snapshots[name] = [state]
        assert inspect(root / "state", PROGRAM).intact


def _snapshot(shelf: Shelf, name: str) -> dict[str, Any] | None:
    """What a snapshot holds; None where there is none. One that isn't whole raises."""
    try:
        path = shelf.find(name)
    except NoSuchSnapshot:
        return None
    content = content_of_snapshot(shelf.files, path, verified_manifest(shelf.files, path, name))

    async def restored() -> Any:
        world = await opened(None)
        await put(world, content)
        return world.everything()

    return {key: value for (_, _, key), value in asyncio.run(restored()).items()}


@pytest.mark.parametrize("kills", [20, pytest.param(600, marks=pytest.mark.slow)])
def test_killed_during_checkpoints_snapshots_restores_and_resets(tmp_path: Path, kills: int) -> None:
    model, chance = Model(), random.Random(kills)
    for number in range(kills):
        doomed = Doomed(live, tmp_path, number, True)
        assert doomed.hear() == ("begun",)
        for said in doomed.kill(after_s=0.01 + chance.random() * 0.1):
            model.hear(said)
        model.check(tmp_path, stop=number % 4 == 0)
    assert model.done.total() > kills


@pytest.mark.parametrize("kills", [20, pytest.param(400, marks=pytest.mark.slow)])
def test_killed_during_the_first_start(tmp_path: Path, kills: int) -> None:
    chance = random.Random(kills)
    for number in range(kills):
        root, model = tmp_path / str(number), Model()
        root.mkdir()
        doomed = Doomed(live, root, number, False)
        assert doomed.hear() == ("begun",)
        for said in doomed.kill(after_s=chance.random() * 0.015):
            model.hear(said)
        model.check(root, stop=True)
        model.check(root, stop=False)


PAUSES = (1, 5, 9)
"""Before which change of the disk the fold pauses."""
OTHER_PAUSES = [pytest.param(at, marks=pytest.mark.slow) for at in range(2, 30) if at not in PAUSES]


@pytest.mark.parametrize("pause_at", [*PAUSES, *OTHER_PAUSES])
@pytest.mark.parametrize("goes_on", ["before", "during", "after"])
def test_a_fold_that_outlives_its_server_does_no_harm_to_the_next_one(
    tmp_path: Path, pause_at: int, goes_on: str
) -> None:
    """``goes_on``: when, as seen from a fold of the next server's."""
    server = Doomed(serve_a_fold, tmp_path)
    (request,) = server.hear()
    orphan = Doomed(fold_with_a_pause, request, pause_at, tmp_path / "go")
    said = orphan.hear()
    assert said == ("paused",) or said[0] == "folded"
    list(server.kill())

    def let_go() -> None:
        (tmp_path / "go").touch()
        orphan.process.join()

    async def fold_beside(request: FoldRequest) -> int:
        if goes_on == "during":
            await asyncio.to_thread(let_go)
        return await fold_here(request)

    async def successor() -> Any:
        world = await opened(tmp_path / "state", run_fold=fold_beside)
        assert len(world.everything()) == 42
        world.put("k1", "of the successor")
        world.delete("large")
        await world.put_large("another", body_of(10))
        if goes_on == "before":
            await asyncio.to_thread(let_go)
        await world.store.checkpoint()
        if goes_on == "after":
            await asyncio.to_thread(let_go)
        world.put("last", 1)
        await world.store.durable(world.store.lsn)
        state = world.everything()
        world.abandon()
        return state

    state = asyncio.run(successor())
    list(orphan.kill())
    assert inspect(tmp_path / "state", PROGRAM).intact
    assert asyncio.run(_state(tmp_path / "state", stop=True)) == state
    assert not list((tmp_path / "state" / "emu").glob("fold-*"))
