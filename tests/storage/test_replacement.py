"""Restore and reset as records of the journal: replayed, folded, cut off by a crash at every step."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from storage.errors import DirectoryRefused, StorageUnavailable
from storage.files import Files
from storage.replacement import StateRefused
from storage.scope import EVERYTHING, Scope
from storage.snapshots.reading import content_of_snapshot, verified_manifest
from tests.storage.snapshots.conftest import LARGE, PROGRAM, Lab, filled, put, state_hash
from tests.storage.tiny import HOME, OTHER, TinyMachine, World, opened
from tests.storage.watched import UnsyncedFiles, WatchedFiles

SCOPES = [
    EVERYTHING,
    Scope(service="a"),
    Scope(account=OTHER[0]),
    Scope(service="a", account=HOME[0]),
    Scope(None, *OTHER),
]


async def again(world: World) -> World:
    world.abandon()
    assert world.path is not None
    return await opened(world.path, files=UnsyncedFiles())


async def made_over(tmp_path: Path, scope: Scope) -> tuple[World, Lab]:
    """A world in which a restore followed on changes, and changes on the restore."""
    lab = Lab(tmp_path / "snapshots")
    world = await opened(tmp_path / "state", files=UnsyncedFiles())
    await filled(world)
    await lab.create(world)
    world.put("plain", "other")
    world.put("elsewhere", 9, "a", OTHER)
    world.delete("small")
    await lab.restore(world, scope=scope)
    world.put("after", 1)
    world.put_small("after too", b"rides in the journal")
    await world.store.durable(world.store.lsn)
    return world, lab


@pytest.mark.parametrize("scope", SCOPES, ids=str)
@pytest.mark.parametrize("how", ["killed", "killed later", "checkpointed and killed", "stopped", "killed twice"])
def test_it_is_there_after_a_restart(tmp_path: Path, scope: Scope, how: str) -> None:
    async def case() -> None:
        world, _ = await made_over(tmp_path, scope)
        before = world.everything()
        if how == "killed later":
            await asyncio.sleep(0.35)
        if how == "checkpointed and killed":
            await world.store.checkpoint()
        if how == "stopped":
            await world.store.stop()
        world = await again(world)
        assert world.everything() == before
        if how == "killed twice":
            world.put("more", 1)
            await world.store.durable(world.store.lsn)
            before = world.everything()
            world = await again(world)
            assert world.everything() == before
        await world.store.stop()
        assert (await again(world)).everything() == before

    asyncio.run(case())


def test_a_restored_base_is_published_without_a_fold(tmp_path: Path) -> None:
    async def case() -> None:
        world, _ = await made_over(tmp_path, EVERYTHING)
        await asyncio.sleep(0.35)
        described = world.store.describe()
        assert described["base_lsn"] == described["lsn"] - 2
        recovered = await again(world)
        assert recovered.store.recovery.records == 2
        await recovered.store.stop()

    asyncio.run(case())


def test_a_failed_installation_leaves_everything_as_it_was(tmp_path: Path) -> None:
    failing = False

    def before(operation: str, path: Path) -> None:
        if failing and "installed" in path.name and operation == "create":
            raise OSError(28, "No space left on device")

    async def case() -> None:
        nonlocal failing
        lab = Lab(tmp_path / "snapshots")
        world = await opened(tmp_path / "state", files=WatchedFiles(before))
        await filled(world)
        await lab.create(world)
        world.delete("large")
        world.delete("twin", "b")
        state, files = world.everything(), sorted((tmp_path / "state" / "emu" / "documents").iterdir())
        failing = True
        with pytest.raises(Exception, match="No space left"):
            await lab.restore(world)
        failing = False
        assert world.everything() == state
        assert sorted((tmp_path / "state" / "emu" / "documents").iterdir()) == files
        assert world.store.unhealthy() is None
        await lab.restore(world)
        assert world.body("large") == LARGE
        await world.store.stop()

    asyncio.run(case())


def test_a_disk_that_dies_at_any_step_of_a_restore_leaves_the_old_state_or_the_new_one(tmp_path: Path) -> None:
    """Nothing reaches the disk from the n-th operation on, for every n; then the directory is opened again."""
    left = 0

    def before(operation: str, path: Path) -> None:
        nonlocal left
        if left:
            left -= 1
            if left == 0:
                left = 1
                raise OSError(5, "the disk is gone")

    async def prepared(path: Path) -> tuple[World, Lab, Any, Any]:
        Files().mkdir(path)
        lab = Lab(path / "snapshots")
        world = await opened(path / "state", files=WatchedFiles(before))
        await filled(world)
        await lab.create(world)
        new = world.everything()
        world.delete("large")
        world.delete("twin", "b")
        world.put("plain", "old")
        await world.store.durable(world.store.lsn)
        return world, lab, world.everything(), new

    async def one(step: int) -> bool:
        nonlocal left
        left = 0
        world, lab, old, new = await prepared(tmp_path / str(step))
        left = step
        died = False
        try:
            await lab.restore(world)
        except StorageUnavailable:
            died = True
        left = 0
        recovered = await again(world)
        assert recovered.everything() in ((old, new) if died else (new,))
        await lab.restore(recovered)
        assert recovered.everything() == new
        await recovered.store.stop()
        return died

    step = 1
    while asyncio.run(one(step)):
        step += 1
    assert step > 8


def test_a_seed_is_what_a_reset_goes_back_to(tmp_path: Path) -> None:
    async def case() -> None:
        first = await opened(None)
        await filled(first)
        lab = Lab(tmp_path / "snapshots")
        await lab.create(first)
        path = lab.shelf.find("one")
        seed = content_of_snapshot(lab.shelf.files, path, verified_manifest(lab.shelf.files, path))
        for store in ("durable", "memory"):
            if store == "durable":
                world = await opened(tmp_path / "state", files=UnsyncedFiles(), seed=seed)
            else:
                world = await opened(None)
                world.store.plant(seed, PROGRAM)
            assert world.everything() == first.everything()
            for _ in range(3):
                world.delete("large")
                world.delete("twin", "b")
                world.put("plain", "changed")
                if store == "durable":
                    await world.store.checkpoint()
                await put(world, world.store.seed)
                assert world.everything() == first.everything()
                assert await state_hash(world) == seed.state_hash
            world.delete("small")
            await world.store.stop()
        world = await opened(tmp_path / "state", files=UnsyncedFiles())
        assert "small" not in world.a.entries
        await put(world, world.store.seed)
        assert world.everything() == first.everything()
        await world.store.stop()

    asyncio.run(case())


def test_a_directory_that_holds_a_state_takes_no_seed_unasked(tmp_path: Path) -> None:
    async def case() -> None:
        first = await opened(None)
        first.put("seeded", 1)
        async with first.store.captured(PROGRAM) as seed:
            world = await opened(tmp_path / "state", files=UnsyncedFiles())
            world.put("own", 1)
            await world.store.stop()
            with pytest.raises(DirectoryRefused, match="--reuse"):
                World(tmp_path / "state", seed=seed)
            world = await opened(tmp_path / "state", seed=seed, reuse=True)
            assert list(world.a.entries) == ["own"]
            await world.store.stop()
            (tmp_path / "state" / "notes.txt").write_text("not ours")
            world = await opened(tmp_path / "state", seed=seed, fresh=True)
            assert list(world.a.entries) == ["seeded"]
            await world.store.stop()
            assert (tmp_path / "state" / "notes.txt").exists()
            world = await opened(tmp_path / "state", fresh=True)
            assert world.everything() == {}
            await world.store.stop()

    asyncio.run(case())


@pytest.mark.parametrize("durable", [False, True], ids=["memory", "durable"])
def test_a_part_whose_name_another_namespace_took_meanwhile_is_refused(tmp_path: Path, durable: bool) -> None:
    async def case() -> None:
        lab = Lab(tmp_path / "snapshots")
        world = await opened(tmp_path / "state" if durable else None)
        world.put("unique-name", 1, "a", OTHER)
        await lab.create(world)
        await put(world, None, Scope(account=OTHER[0]))
        world.put("unique-name", 2, "a", HOME)
        before, lsn = world.everything(), world.store.lsn
        with pytest.raises(StateRefused, match="'unique-name' belongs to account"):
            await lab.restore(world, scope=Scope(account=OTHER[0]))
        assert (world.everything(), world.store.lsn) == (before, lsn)
        world.delete("unique-name")
        await lab.restore(world, scope=Scope(account=OTHER[0]))
        assert world.everything() == {("a", OTHER, "unique-name"): (1, None)}
        await world.store.stop()

    asyncio.run(case())


@pytest.mark.parametrize("scope", [Scope(account=OTHER[0]), Scope("a", *OTHER)], ids=str)
def test_what_is_outside_a_part_is_not_touched(tmp_path: Path, scope: Scope, monkeypatch: pytest.MonkeyPatch) -> None:
    """A restore of one namespace costs what that one holds: of the others nothing is dumped nor loaded."""

    async def case() -> None:
        lab = Lab(tmp_path / "snapshots")
        world = await opened(None)
        await filled(world)
        await lab.create(world)
        others = {key: entry for key, entry in world.everything().items() if key[1] != OTHER}
        seen: list[tuple[str, ...]] = []

        def watched(method: Any) -> Any:
            def call(machine: TinyMachine, account: str, region: str, *rest: Any) -> Any:
                seen.append((account, region))
                return method(machine, account, region, *rest)

            return call

        monkeypatch.setattr(TinyMachine, "forget", watched(TinyMachine.forget))
        path = lab.shelf.find("one")
        content = content_of_snapshot(lab.shelf.files, path, verified_manifest(lab.shelf.files, path, "one"))
        async with world.store.prepared(content, scope, PROGRAM) as prepared:
            monkeypatch.setattr(TinyMachine, "load", watched(TinyMachine.load))
            monkeypatch.setattr(TinyMachine, "dump", watched(TinyMachine.dump))
            world.store.replace("store.restore", prepared, request_id="", time_ms=1, ids=0)
        assert set(seen) == {OTHER}
        assert {key: entry for key, entry in world.everything().items() if key[1] != OTHER} == others

    asyncio.run(case())
