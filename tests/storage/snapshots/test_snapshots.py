"""Making and restoring snapshots, over both stores."""

from __future__ import annotations

import asyncio
import os
import stat
from pathlib import Path
from typing import Any

import pytest

from storage.replacement import StateRefused
from storage.scope import Scope
from storage.snapshots.errors import NoSuchSnapshot, SnapshotExists, SnapshotRefused
from storage.snapshots.manifest import Description
from tests.storage.snapshots.conftest import LARGE, PROGRAM, Lab, filled, put, state_hash
from tests.storage.tiny import HOME, OTHER, World, opened
from tests.storage.watched import UnsyncedFiles


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_a_restored_state_is_the_one_that_was_kept(run: Any, lab: Lab) -> None:
    async def case(world: World) -> None:
        await filled(world)
        before, hashed = world.everything(), await state_hash(world)
        await lab.create(world)
        world.put("plain", "other")
        world.delete("large")
        world.delete("twin", "b")
        world.put_small("new", b"new body")
        await lab.restore(world)
        assert world.everything() == before
        assert await state_hash(world) == hashed == lab.verify().state_hash

    run(case)


def test_equal_states_have_equal_bytes_whatever_keeps_them(tmp_path: Path) -> None:
    made = []

    async def case(world: World, name: str) -> None:
        await filled(world)
        lab = Lab(tmp_path / name)
        await lab.create(world)
        made.append(contents(tmp_path / name / "one"))
        await world.store.stop()

    async def whole() -> None:
        await case(await opened(None), "memory")
        await case(await opened(tmp_path / "state", files=UnsyncedFiles()), "durable")

    asyncio.run(whole())
    memory, durable = made
    assert memory == durable


def test_a_snapshot_by_a_fold_has_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def case() -> None:
        world = await opened(tmp_path / "state", files=UnsyncedFiles())
        await filled(world)
        await world.store.checkpoint()
        world.put("later", 1)
        world.put_small("small later", b"rides in the journal")
        world.delete("twin", "b")
        at_once = await Lab(tmp_path / "at once").create(world)
        monkeypatch.setattr("storage.durable.AT_ONCE_ENTITIES", 0)
        folded = await Lab(tmp_path / "folded").create(world)
        assert contents(at_once.path) == contents(folded.path)
        assert list((tmp_path / "state" / "emu").glob("fold-*")) == []
        await world.store.stop()

    asyncio.run(case())


def test_a_large_state_in_memory_is_encoded_beside_the_requests(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def case() -> None:
        world = await opened(None)
        await filled(world)
        at_once = await Lab(tmp_path / "at once").create(world)
        monkeypatch.setattr("storage.memory.AT_ONCE_ENTITIES", 0)
        beside = await Lab(tmp_path / "beside").create(world)
        assert contents(at_once.path) == contents(beside.path)

    asyncio.run(case())


def test_creating_again_leaves_equal_files_alone(run: Any, lab: Lab) -> None:
    async def case(world: World) -> None:
        await filled(world)
        first = await lab.create(world, purpose="p")
        times = {path: path.stat().st_mtime_ns for path in first.path.rglob("*")}
        assert (await lab.create(world, purpose="p", created_ms=2)).result == "unchanged"
        assert {path: path.stat().st_mtime_ns for path in first.path.rglob("*")} == times
        described = await lab.create(world, purpose="another", created_ms=3)
        assert (described.result, lab.verify().description.purpose) == ("replaced", "another")

    run(case)


def test_what_a_description_leaves_out_stays(run: Any, lab: Lab) -> None:
    async def case(world: World) -> None:
        await lab.create(world, purpose="p", exercises=("a", "b"))
        assert (await lab.create(world)).result == "unchanged"
        await lab.create(world, edge_cases=("c",))
        world.put("k", 2)
        await lab.create(world, purpose="another", replace=True)
        assert lab.verify().description == Description("one", "another", ("a", "b"), ("c",))
        await lab.create(world, purpose="", exercises=())
        assert lab.verify().description == Description("one", "", (), ("c",))

    run(case)


def test_a_damaged_snapshot_that_is_made_again_keeps_its_description(run: Any, lab: Lab) -> None:
    async def case(world: World) -> None:
        world.put("k", 1)
        made = await lab.create(world, purpose="p")
        next((made.path / "emu" / "documents").iterdir()).write_bytes(b"")
        with pytest.raises(SnapshotExists, match="damaged"):
            await lab.create(world)
        assert (await lab.create(world, replace=True)).result == "replaced"
        assert lab.verify().description.purpose == "p"

    run(case)


def test_another_state_takes_the_place_only_when_asked(run: Any, lab: Lab) -> None:
    async def case(world: World) -> None:
        world.put("k", 1)
        await lab.create(world)
        world.put("k", 2)
        with pytest.raises(SnapshotExists, match="'one'"):
            await lab.create(world)
        assert lab.verify().made.lsn == 1
        assert (await lab.create(world, replace=True)).result == "replaced"
        world.put("k", 3)
        await lab.restore(world)
        assert world.a.entries["k"] == {"value": 2}
        assert lab.shelf.files.names(lab.shelf.folder) == ["one"]

    run(case)


def test_a_machine_alone(run: Any, lab: Lab) -> None:
    async def case(world: World) -> None:
        await filled(world)
        await lab.create(world)
        world.put("plain", "other")
        world.put("more", 1, "b")
        await lab.restore(world, scope=Scope(service="b"))
        assert world.a.entries["plain"] == {"value": "other"}
        assert "more" not in world.b.entries
        assert world.body("twin", "b") == LARGE

    run(case)


def test_an_account_alone(run: Any, lab: Lab) -> None:
    async def case(world: World) -> None:
        await filled(world)
        await lab.create(world)
        world.put("plain", "other")
        world.put("elsewhere", 3, "a", OTHER)
        world.delete("small")
        await lab.restore(world, scope=Scope(account=OTHER[0]))
        assert world.a.entries["plain"] == {"value": "other"}
        assert "small" not in world.a.entries
        assert world.a.maps[OTHER]["elsewhere"] == {"value": 2}
        await lab.restore(world, scope=Scope(service="a", account=HOME[0]))
        assert world.body("small") == b"small body"

    run(case)


def test_reset_empties(run: Any, lab: Lab) -> None:
    async def case(world: World) -> None:
        await filled(world)
        await lab.reset(world, Scope(service="b", account=HOME[0]))
        assert (HOME in world.b.maps and world.b.entries) or not world.b.entries
        assert world.body("large") == LARGE
        await lab.reset(world)
        assert world.everything() == {}
        world.put_small("small", b"small body")
        assert world.body("small") == b"small body"

    run(case)


def test_many_rewinds_keep_count_of_the_bodies(run: Any, lab: Lab) -> None:
    async def case(world: World) -> None:
        await filled(world)
        before = world.everything()
        await lab.create(world)
        for number in range(5):
            await world.put_large(f"more {number}", LARGE + bytes([number]))
            world.delete("large")
            await lab.restore(world)
            await lab.reset(world)
            await lab.restore(world)
            assert world.everything() == before
        assert world.store.bodies.references.counts.keys() >= {entry["sha256"] for entry in before_entries(world)}
        for key in ("small", "empty", "large"):
            world.delete(key)
        world.delete("twin", "b")
        held = set(world.store.bodies.references.counts)
        assert not held or world.path is None

    run(case)


def before_entries(world: World) -> list[dict[str, Any]]:
    return [entry for machine in world.machines.values() for entry in machine.entries.values() if "sha256" in entry]


def test_a_reader_goes_on_while_its_body_is_reset_away(run: Any, lab: Lab) -> None:
    async def case(world: World) -> None:
        await world.put_large("large", LARGE)
        reader = world.store.bodies.open(world.a.entries["large"]["sha256"])
        await lab.reset(world)
        if world.path is not None:
            await asyncio.sleep(0.4)
        assert reader.read(0, reader.size) == LARGE
        reader.close()

    run(case)


def test_a_content_that_lacks_a_body_is_refused(run: Any, lab: Lab) -> None:
    async def case(world: World) -> None:
        await filled(world)
        before = world.everything()
        async with world.store.captured(PROGRAM) as content:
            content.bodies.pop(world.a.entries["large"]["sha256"])
            with pytest.raises(StateRefused, match="body"):
                await put(world, content)
        assert world.everything() == before

    run(case)


def test_a_content_of_a_machine_that_is_not_there_is_refused(run: Any, lab: Lab) -> None:
    async def case(world: World) -> None:
        world.put("k", 1)
        async with world.store.captured(PROGRAM) as content:
            name, document = next(iter(content.documents.items()))
            content.documents[f"z{name}"] = document
            with pytest.raises(StateRefused, match="newer emu"):
                await put(world, content)
        assert world.a.entries["k"] == {"value": 1}

    run(case)


def test_there_is_no_snapshot_of_that_name(lab: Lab) -> None:
    with pytest.raises(NoSuchSnapshot, match="'one'"):
        lab.verify()


def test_a_snapshot_under_another_name_is_refused(run: Any, lab: Lab) -> None:
    async def case(world: World) -> None:
        world.put("k", 1)
        made = await lab.create(world)
        made.path.rename(made.path.with_name("two"))
        with pytest.raises(SnapshotRefused, match=r"'one'.*'two'"):
            await lab.restore(world, "two")

    run(case)


def test_snapshots_follow_the_umask(run: Any, lab: Lab) -> None:
    async def case(world: World) -> None:
        before = os.umask(0o022)
        try:
            await filled(world)
            made = await lab.create(world)
        finally:
            os.umask(before)
        modes = {stat.S_IMODE(path.stat().st_mode) for path in made.path.rglob("*") if path.is_file()}
        folders = {stat.S_IMODE(path.stat().st_mode) for path in made.path.rglob("*") if path.is_dir()}
        assert (modes, folders) == ({0o644}, {0o755})

    run(case)
