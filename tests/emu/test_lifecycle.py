"""Each step of the lifecycle is one event and one line of the log: which snapshot, of which commit, how it ended, how
long it took."""

from __future__ import annotations

import asyncio
import errno
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from emu.lifecycle import Failure, Lifecycle
from emu.opening import open_world
from emu.run import run
from emu.server import Server
from emu.settings import resolve
from emu.world import World
from storage.files import Files
from storage.scope import EVERYTHING
from storage.snapshots.manifest import Told
from storage.snapshots.shelf import Shelf


def steps_of(world: World) -> list[dict[str, Any]]:
    return [entry.document() for entry in world.events.after(0) if entry.what == "lifecycle"]


def live(tmp_path: Path, case: Callable[[World, Lifecycle], Awaitable[Any]], files: Files | None = None) -> list[Any]:
    """The events of a life in a directory, from its start to its stop."""

    async def whole() -> list[Any]:
        world, _ = open_world(resolve({"data_dir": str(tmp_path / "state"), "flush_interval_ms": "0"}, {}), files)
        await world.start()
        await case(world, Lifecycle(world, Shelf(tmp_path / "snapshots")))
        await world.stop()
        return steps_of(world)

    return asyncio.run(whole())


async def made(lifecycle: Lifecycle, name: str = "one") -> None:
    await lifecycle.create(Told(name), "4f2a", EVERYTHING, replace=False)


def test_what_ended_well(tmp_path: Path) -> None:
    async def case(world: World, lifecycle: Lifecycle) -> None:
        await made(lifecycle)
        await lifecycle.verify("one")
        await lifecycle.restore("one", EVERYTHING)
        await lifecycle.reset(EVERYTHING)
        await lifecycle.delete("one")

    steps = live(tmp_path, case)
    assert [(step["name"], step["result"]) for step in steps] == [
        ("snapshot", "created"), ("verify", "intact"), ("restore", "restored"), ("reset", "reset"),
        ("delete", "deleted"),
    ]  # fmt: skip
    assert all(step["ms"] >= 0 for step in steps)
    named = [step for step in steps if step["name"] != "reset"]
    assert {(step["snapshot"], step["commit"]) for step in named} == {("one", "4f2a")}


@pytest.mark.parametrize("name", ["verify", "restore", "delete", "snapshot"])
def test_what_was_refused_says_of_which_commit(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def case(world: World, lifecycle: Lifecycle) -> None:
        await made(lifecycle)
        (tmp_path / "snapshots" / "one" / "s3.json").write_bytes(b"{}")
        if name == "delete":
            monkeypatch.setattr(lifecycle.shelf, "delete", full)
        with pytest.raises((*Failure, OSError)):
            await step(lifecycle)

    async def step(lifecycle: Lifecycle) -> None:
        match name:
            case "verify":
                await lifecycle.verify("one")
            case "restore":
                await lifecycle.restore("one", EVERYTHING)
            case "snapshot":
                await made(lifecycle)
            case "delete":
                await lifecycle.delete("one")

    def full(name: str) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    told = live(tmp_path, case)[-1]
    assert (told["name"], told["snapshot"], told["commit"]) == (name, "one", "4f2a")
    assert told["result"] == ("failed" if name == "delete" else "refused")
    assert told["error"]
    assert told["ms"] >= 0


def test_a_snapshot_that_is_not_there_has_no_commit(tmp_path: Path) -> None:
    async def case(world: World, lifecycle: Lifecycle) -> None:
        with pytest.raises(Failure):
            await lifecycle.restore("none", EVERYTHING)

    (step,) = live(tmp_path, case)
    assert (step["result"], step["commit"]) == ("refused", None)
    assert "'none'" in step["error"]


# A whole run.


@pytest.fixture
def lived(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Any]:
    """Runs a server that stops at once; the steps that it told of, each of which has its line in the log."""
    worlds: list[World] = []

    async def serve(self: Server, sockets: Any = None) -> None:
        worlds.append(self._world)

    def lived(**flags: Any) -> list[dict[str, Any]]:
        settings = resolve({"port": "0", **{name: str(value) for name, value in flags.items()}}, {})
        capsys.readouterr()
        asyncio.run(run(settings))
        steps = steps_of(worlds.pop())
        lines = capsys.readouterr().err.splitlines()
        for step in steps:
            (line,) = (line for line in lines if f" msg={step['name']} " in line)
            assert f" result={step['result']} " in line
            assert f" ms={step['ms']}" in line
        return steps

    monkeypatch.setattr(Server, "serve", serve)
    return lived


def test_a_run_tells_of_its_seed_its_recovery_its_start_and_its_stop(tmp_path: Path, lived: Any) -> None:
    live(tmp_path, lambda world, lifecycle: made(lifecycle))
    seed = tmp_path / "snapshots" / "one"
    places: list[dict[str, Path]] = [{}, {"data_dir": tmp_path / "begun"}]
    told: dict[str, Any] = {}
    for place in places:
        told = {step["name"]: step for step in lived(seed=seed, **place)}
        assert [(name, step["result"]) for name, step in told.items() if name != "recovery"] == [
            ("seed", "planted"), ("start", "started"), ("stop", "clean"),
        ]  # fmt: skip
        assert (told["seed"]["path"], told["seed"]["snapshot"], told["seed"]["commit"]) == (str(seed), "one", "4f2a")
        assert ("recovery" in told) == bool(place)
    assert told["recovery"]["result"] == "recovered"


def test_a_state_that_goes_on_tells_of_the_seed_that_it_began_with(tmp_path: Path, lived: Any) -> None:
    async def two(world: World, lifecycle: Lifecycle) -> None:
        await made(lifecycle, "one")
        await made(lifecycle, "two")

    live(tmp_path, two)
    lived(seed=tmp_path / "snapshots" / "one", data_dir=tmp_path / "begun")
    step = lived(seed=tmp_path / "snapshots" / "two", data_dir=tmp_path / "begun", reuse="1")[0]
    assert (step["name"], step["snapshot"], step["result"]) == ("seed", "one", "kept")
    assert "path" not in step


def test_a_stop_that_could_not_write_the_base_says_so_and_keeps_the_working_directory(
    tmp_path: Path, lived: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*arguments: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("storage.checkpointer.write_at_rest", full)
    stop = lived(run_dir=tmp_path / "runs")[-1]
    assert (stop["name"], stop["result"]) == ("stop", "live")
    assert len(list((tmp_path / "runs").iterdir())) == 1
