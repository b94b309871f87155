"""Another seed in the place of the one that a state began with: kept over restarts, whole at every crash."""

from __future__ import annotations

import asyncio
import shutil
import threading
from pathlib import Path
from typing import Any

import pytest

from storage.errors import Damaged, StorageUnavailable
from storage.files import Files
from storage.pointer import decode
from storage.snapshots.reading import content_of_snapshot, verified_manifest
from tests.storage.snapshots.conftest import LARGE, PROGRAM, Lab, filled, put
from tests.storage.tiny import HOME, World, opened
from tests.storage.watched import UnsyncedFiles, WatchedFiles

ANOTHER = LARGE[::-1]


def content(lab: Lab, name: str) -> Any:
    path = lab.shelf.find(name)
    return content_of_snapshot(lab.shelf.files, path, verified_manifest(lab.shelf.files, path, name))


async def two_seeds(folder: Path) -> tuple[Lab, Any, Any]:
    """Snapshots ``one`` and ``two``, and the states that they hold."""
    lab, world = Lab(folder), await opened(None)
    await filled(world)
    await lab.create(world, "one")
    one = world.everything()
    world.delete("large")
    world.put("plain", "two")
    await world.put_large("another", ANOTHER)
    await lab.create(world, "two")
    return lab, one, world.everything()


async def reseed(world: World, seed: Any) -> None:
    """What a watched seed does when its folder changes."""
    async with world.store.prepared(seed, seed.scope, PROGRAM) as prepared:
        lsn = world.store.replace("store.restore", prepared, request_id="", time_ms=1, ids=0)
        await world.store.durable(lsn)
        await world.store.keep_seed(prepared, lsn)


async def begun(path: Path | None, seed: Any, **options: Any) -> World:
    if path is not None:
        return await opened(path, seed=seed, **options)
    world = await opened(None)
    world.store.plant(seed, PROGRAM)
    return world


@pytest.mark.parametrize("kind", ["memory", "durable"])
def test_resets_go_back_to_the_seed_that_came_last(tmp_path: Path, kind: str) -> None:
    async def case() -> None:
        lab, one, two = await two_seeds(tmp_path / "shelf")
        path = None if kind == "memory" else tmp_path / "state"
        world = await begun(path, content(lab, "one"))
        for name, state in (("two", two), ("one", one), ("two", two)):
            await reseed(world, content(lab, name))
            assert world.everything() == state
            assert world.store.seed.name == name
            world.put("plain", "changed")
            world.delete("small")
            await put(world, world.store.seed)
            assert world.everything() == state
        # The folder may be gone by then.
        shutil.rmtree(lab.shelf.folder)
        world.put("plain", "changed")
        await put(world, world.store.seed)
        assert world.everything() == two
        await world.store.stop()

    asyncio.run(case())


@pytest.mark.parametrize("how", ["killed", "stopped"])
def test_it_survives_restarts_and_every_checkpoint_in_between(tmp_path: Path, how: str) -> None:
    async def case() -> None:
        lab, _, two = await two_seeds(tmp_path / "shelf")
        world = await begun(tmp_path / "state", content(lab, "one"), files=UnsyncedFiles())
        await reseed(world, content(lab, "two"))
        for _ in range(3):
            await asyncio.sleep(0.3)  # the restored base is published beside the requests
            world.delete("another")
            await world.store.checkpoint()
            if how == "stopped":
                await world.store.stop()
            else:
                world.abandon()
            world = await opened(tmp_path / "state", files=UnsyncedFiles())
            assert "another" not in world.a.entries
            await put(world, world.store.seed)
            assert world.everything() == two
            await world.store.durable(world.store.lsn)
        await world.store.stop()

    asyncio.run(case())


def test_bodies_in_memory_go_with_the_seed_that_needs_them(tmp_path: Path) -> None:
    async def case() -> None:
        lab, _, _ = await two_seeds(tmp_path / "shelf")
        world = await begun(None, content(lab, "two"))
        (only_in_two,) = [world.a.entries["another"]["sha256"]]
        await reseed(world, content(lab, "one"))
        with pytest.raises(KeyError):
            world.store.bodies.open(only_in_two)

    asyncio.run(case())


def seeded(path: Path) -> bool:
    return decode((path / "emu.json").read_bytes()).seeded


@pytest.mark.parametrize("how", ["killed", "stopped"])
@pytest.mark.parametrize("durability", ["fsync", "os"])
def test_a_directory_without_a_seed_that_got_one_misses_it(tmp_path: Path, how: str, durability: str) -> None:
    """A seed is watched for a directory that went on with what it held."""
    path = tmp_path / "state"

    async def case() -> None:
        lab, _, two = await two_seeds(tmp_path / "shelf")
        world = await opened(path, files=UnsyncedFiles())
        world.put("mine", 1)
        await world.store.stop()
        world = await opened(path, files=UnsyncedFiles(), durability=durability)
        assert (world.store.seed, seeded(path)) == (None, False)
        await reseed(world, content(lab, "two"))
        assert seeded(path)
        await world.store.checkpoint()
        assert seeded(path)
        if how == "stopped":
            await world.store.stop()
        else:
            world.abandon()
        world = await opened(path, files=UnsyncedFiles())
        await put(world, world.store.seed)
        assert world.everything() == two
        await world.store.stop()
        assert seeded(path)

    asyncio.run(case())
    (path / "emu" / "seed.json").unlink()
    with pytest.raises(Damaged, match=r"seed\.json"):
        World(path)


def test_a_seed_that_comes_during_a_publication(tmp_path: Path) -> None:
    """Publications follow each other: none brings back an ``emu.json`` that another has replaced."""
    path = tmp_path / "state"
    reached, kept, go_on = threading.Event(), threading.Event(), threading.Event()

    def before(operation: str, file: Path) -> None:
        if watching and (operation, file.name) == ("rename", "emu.json") and not reached.is_set():
            reached.set()
            assert go_on.wait(10)

    def after(operation: str, file: Path) -> None:
        if (operation, file.name) == ("rename", "seed.json"):
            kept.set()

    watching = False

    async def case() -> None:
        nonlocal watching
        lab, _, _ = await two_seeds(tmp_path / "shelf")
        world = await opened(path, files=WatchedFiles(before, after=after))
        world.put("mine", 1)
        watching = True
        checkpoint = asyncio.create_task(world.store.checkpoint())
        assert await asyncio.to_thread(reached.wait, 10)
        keeping = asyncio.create_task(reseed(world, content(lab, "two")))
        assert await asyncio.to_thread(kept.wait, 10)
        await asyncio.sleep(0.05)
        assert not seeded(path)
        go_on.set()
        lsn = (await checkpoint).lsn
        await keeping
        pointer = decode((path / "emu.json").read_bytes())
        assert (pointer.base.lsn >= lsn, pointer.seeded) == (True, True)
        world.abandon()
        world = await opened(path)
        assert world.store.seed.name == "two"
        await world.store.stop()

    asyncio.run(case())


@pytest.mark.parametrize("then", ["checkpointed", "killed"])
def test_a_mark_that_cannot_be_written_comes_with_the_next_pointer(tmp_path: Path, then: str) -> None:
    path, failing = tmp_path / "state", False

    def before(operation: str, file: Path) -> None:
        if failing and (operation, file.name) == ("rename", "emu.json"):
            raise OSError(28, "no room")

    async def case() -> None:
        nonlocal failing
        lab, _, _ = await two_seeds(tmp_path / "shelf")
        world = await opened(path, files=WatchedFiles(before))
        failing = True
        await reseed(world, content(lab, "two"))
        assert (world.store.seed.name, seeded(path)) == ("two", False)
        failing = False
        if then == "checkpointed":
            await world.store.checkpoint()
            assert seeded(path)
            await world.store.stop()
        else:
            world.abandon()
            world = await opened(path)
            assert seeded(path)
            await world.store.stop()

    asyncio.run(case())


def test_a_disk_that_dies_at_any_step_leaves_a_seed_and_a_state_that_are_whole(tmp_path: Path) -> None:
    """Nothing reaches the disk from the n-th operation on, for every n; then the directory is opened again."""
    left = 0

    def before(operation: str, path: Path) -> None:
        nonlocal left
        if left:
            left -= 1
            if left == 0:
                left = 1
                raise OSError(5, "the disk is gone")

    async def one_try(step: int, lab: Lab, one: Any, two: Any) -> bool:
        nonlocal left
        left = 0
        path = tmp_path / str(step)
        world = await begun(path, content(lab, "one"), files=WatchedFiles(before))
        seed, died = content(lab, "two"), False
        left = step
        try:
            await reseed(world, seed)
        except StorageUnavailable:
            died = True
        left = 0
        world.abandon()
        world = await opened(path, files=Files())
        state, name = world.everything(), world.store.seed.name
        assert (state, name) in ([(one, "one"), (two, "one"), (two, "two")] if died else [(two, "two")])
        await put(world, world.store.seed)
        assert world.everything() == (one if name == "one" else two)
        await reseed(world, seed)
        assert (world.everything(), world.store.seed.name) == (two, "two")
        await world.store.stop()
        return died

    lab, one, two = asyncio.run(two_seeds(tmp_path / "shelf"))
    assert one["a", HOME, "plain"] != two["a", HOME, "plain"]
    step = 1
    while asyncio.run(one_try(step, lab, one, two)):
        step += 1
    assert step > 8
