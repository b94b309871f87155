"""Checkpoints: folding the journal while emu runs, publishing, and being killed in between."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
from pathlib import Path
from typing import Any

import orjson
import pytest

from storage import checkpoint as checkpoints
from storage import checkpointer
from storage.directory import Layout
from storage.errors import Damaged, DirectoryRefused, StorageUnavailable, TwoHistories
from storage.options import FoldRequest
from storage.pointer import decode, read_pointer
from tests.storage.tiny import HOME, World, fold_here, fold_now, opened
from tests.storage.watched import UnsyncedFiles, WatchedFiles

LARGE = bytes(range(256)) * 500


NEVER = 10**9


class Crash(OSError):
    """From here on nothing reaches the disk any more."""


async def fill(world: World) -> None:
    world.put("one", 1)
    world.put_small("small", b"small body")
    world.put_small("dead", b"dead body")
    await world.put_large("large", LARGE)
    await world.put_large("dead large", LARGE[1:])
    world.delete("dead")
    world.delete("dead large")
    world.put("b", 1, machine="b")
    await world.store.durable(world.store.lsn)


def pointer_of(path: Path) -> Any:
    return decode((path / "emu.json").read_bytes())


def left_behind(world: World) -> None:
    """The world's process is killed."""
    world.store._checkpointer.disable()
    world.abandon()


async def reopened(path: Path) -> Any:
    world = await opened(path, files=UnsyncedFiles())
    state = world.everything()
    await world.store.stop()
    return state


def hashes(*bodies: bytes) -> list[str]:
    return sorted(hashlib.sha256(body).hexdigest() for body in bodies)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_checkpoint_moves_everything_into_base_and_rest_form(tmp_path: Path) -> None:
    async def case() -> None:
        world = await opened(tmp_path)
        await fill(world)
        assert world.store.bodies.pending
        await world.store.checkpoint()
        pointer = pointer_of(tmp_path)
        assert (pointer.state, pointer.base.lsn, pointer.rest.lsn) == ("live", 8, 8)
        assert names(tmp_path / "emu" / "blobs") == hashes(b"small body", LARGE)
        assert names(tmp_path / "s3-objects") == hashes(b"small body", LARGE)
        assert orjson.loads((tmp_path / "a.json").read_bytes())["one"] == {"Value": 1}
        assert names(tmp_path / "emu" / "journal") == ["0000000000000009.jsonl"]
        assert not [name for name in names(tmp_path / "emu") if name.startswith("fold")]
        assert not world.store.bodies.pending
        state = world.everything()
        left_behind(world)
        assert await reopened(tmp_path) == state

    asyncio.run(case())


def test_commits_go_on_during_a_fold(tmp_path: Path) -> None:
    async def fold_slowly(request: FoldRequest) -> int:
        began.set()
        await go_on.wait()
        return await fold_here(request)

    async def case() -> None:
        world = await opened(tmp_path, run_fold=fold_slowly)
        await fill(world)
        running = asyncio.create_task(world.store.checkpoint())
        await began.wait()
        # What dies, comes back and is new while the fold runs.
        world.delete("small")
        world.delete("large")
        world.put_small("small again", b"small body")
        await world.put_large("large again", LARGE)
        world.put_small("new", b"new body")
        await world.store.durable(world.store.lsn)
        go_on.set()
        await running
        assert pointer_of(tmp_path).base.lsn == 8
        state = world.everything()
        assert state["a", HOME, "small again"] == (None, b"small body")
        assert state["a", HOME, "large again"] == (None, LARGE)
        left_behind(world)
        again = await opened(tmp_path)
        assert again.everything() == state
        await again.store.stop()
        assert names(tmp_path / "emu" / "blobs") == hashes(b"small body", b"new body", LARGE)
        assert await reopened(tmp_path) == state

    began, go_on = asyncio.Event(), asyncio.Event()
    asyncio.run(case())


def test_a_body_that_dies_during_a_fold_is_removed_by_the_next(tmp_path: Path) -> None:
    async def fold_and_delete(request: FoldRequest) -> int:
        if "large" in worlds[0].a.entries:
            worlds[0].delete("large")
            worlds[0].delete("small")
        return await fold_here(request)

    async def case() -> None:
        world = await opened(tmp_path, run_fold=fold_and_delete)
        worlds.append(world)
        await fill(world)
        await world.store.checkpoint()
        assert names(tmp_path / "emu" / "blobs") == hashes(b"small body", LARGE)
        await world.store.checkpoint()
        assert names(tmp_path / "emu" / "blobs") == []
        await world.store.stop()

    worlds: list[World] = []
    asyncio.run(case())


def test_checkpoints_without_anything_new_are_harmless(tmp_path: Path) -> None:
    async def case() -> None:
        world = await opened(tmp_path)
        await world.store.checkpoint()
        await fill(world)
        await world.store.checkpoint()
        await world.store.checkpoint()
        state = world.everything()
        await world.store.stop()
        assert await reopened(tmp_path) == state

    asyncio.run(case())


@pytest.mark.parametrize("status", [1, -9])
def test_a_fold_that_fails_changes_nothing(tmp_path: Path, status: int) -> None:
    async def fail(request: FoldRequest) -> int:
        fold_now(request)
        return status

    async def case() -> None:
        world = await opened(tmp_path, run_fold=fail)
        await fill(world)
        with pytest.raises(StorageUnavailable, match=str(status)):
            await world.store.checkpoint()
        assert pointer_of(tmp_path).base.lsn == 0
        assert not [name for name in names(tmp_path / "emu") if name.startswith("fold")]
        assert world.store.unhealthy() is None
        world.put("still works", 1)
        state = world.everything()
        await world.store.stop()
        assert await reopened(tmp_path) == state

    asyncio.run(case())


def test_a_fold_of_something_else_is_not_published(tmp_path: Path) -> None:
    async def fold_less(request: FoldRequest) -> int:
        fold_now(FoldRequest(request.path, request.folder, request.up_to - 1, request.rest))
        return 0

    async def case() -> None:
        world = await opened(tmp_path, run_fold=fold_less)
        await fill(world)
        with pytest.raises(StorageUnavailable):
            await world.store.checkpoint()
        assert pointer_of(tmp_path).base.lsn == 0
        await world.store.stop()

    asyncio.run(case())


def test_a_fold_past_the_end_is_refused(tmp_path: Path) -> None:
    async def case() -> None:
        world = await opened(tmp_path)
        await fill(world)
        with pytest.raises(Damaged):
            fold_now(FoldRequest(tmp_path, tmp_path / "emu" / "fold-x", 100, rest=False))
        await world.store.stop()

    asyncio.run(case())


def test_the_rest_form_follows_when_it_is_quiet(tmp_path: Path) -> None:
    async def case() -> None:
        world = await opened(tmp_path, flush_interval_ms=40)
        world.put("k", 1)
        for _ in range(100):
            await asyncio.sleep(0.02)
            if (tmp_path / "a.json").exists() and pointer_of(tmp_path).rest.lsn == 1:
                break
        assert orjson.loads((tmp_path / "a.json").read_bytes()) == {"k": {"Value": 1}}
        await world.store.stop()

    asyncio.run(case())


def test_no_quiet_refresh_where_it_is_off(tmp_path: Path) -> None:
    async def case() -> None:
        world = await opened(tmp_path, flush_interval_ms=0)
        world.put("k", 1)
        await asyncio.sleep(0.15)
        assert not (tmp_path / "a.json").exists()
        await world.store.stop()

    asyncio.run(case())


def test_a_large_journal_is_folded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpointer, "JOURNAL_BYTES_MIN", 10_000)
    monkeypatch.setattr(checkpointer, "_TICK_S", 0.02)

    async def case() -> None:
        world = await opened(tmp_path)
        for number in range(100):
            world.put(f"k{number}", "x" * 200)
            await asyncio.sleep(0.002)
        for _ in range(100):
            await asyncio.sleep(0.02)
            if pointer_of(tmp_path).base.lsn > 0:
                break
        assert pointer_of(tmp_path).base.lsn > 0
        assert pointer_of(tmp_path).rest.lsn == 0
        assert not (tmp_path / "a.json").exists()
        await world.store.stop()

    asyncio.run(case())


def test_a_rest_form_that_somebody_edits_meanwhile_is_left_alone(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def case() -> None:
        world = await opened(tmp_path)
        await fill(world)
        await world.store.checkpoint()
        (tmp_path / "a.json").write_bytes(b'{"mine":{"Value":1}}')
        world.put("k", 1)
        await world.store.checkpoint()
        await world.store.stop()
        assert (tmp_path / "a.json").read_bytes() == b'{"mine":{"Value":1}}'
        assert "changed by another program" in caplog.text
        with pytest.raises(TwoHistories):
            await opened(tmp_path)

    caplog.set_level(logging.ERROR)
    asyncio.run(case())


def test_a_stop_that_takes_too_long_leaves_the_journal(tmp_path: Path) -> None:
    async def case() -> None:
        world = await opened(tmp_path, stop_timeout_s=0)
        await fill(world)
        state = world.everything()
        await world.store.stop()
        pointer = pointer_of(tmp_path)
        assert (pointer.state, pointer.base.lsn) == ("live", 0)
        again = await opened(tmp_path)
        assert again.store.recovery.found == "live"
        assert again.store.recovery.notes == ()
        assert again.everything() == state
        await again.store.stop()
        assert pointer_of(tmp_path).state == "rest"

    asyncio.run(case())


def test_orphans_of_a_killed_process_are_swept(tmp_path: Path) -> None:
    async def case() -> None:
        world = await opened(tmp_path)
        await fill(world)
        left_behind(world)
        (tmp_path / "emu" / "blobs" / ("0" * 64)).write_bytes(b"nobody knows me")
        (tmp_path / "emu" / "uploads" / "1").write_bytes(b"half an upload")
        (tmp_path / "emu" / "fold-3-1-1").mkdir()
        again = await opened(tmp_path)
        for _ in range(100):
            await asyncio.sleep(0.01)
            if "0" * 64 not in names(tmp_path / "emu" / "blobs"):
                break
        assert hashes(LARGE)[0] in names(tmp_path / "emu" / "blobs")
        assert "0" * 64 not in names(tmp_path / "emu" / "blobs")
        assert names(tmp_path / "emu" / "uploads") == []
        assert not (tmp_path / "emu" / "fold-3-1-1").exists()
        await again.store.stop()

    asyncio.run(case())


# Killed at every step.


class CrashingFiles(WatchedFiles):
    """Lets only so many steps reach the disk: what a process that is killed leaves."""

    def __init__(self, step: int) -> None:
        self.steps = 0
        self.crash_at = step
        super().__init__(self._step)

    def _step(self, operation: str, path: Path) -> None:
        self.steps += 1
        if self.steps > self.crash_at:
            raise Crash


def prepared(path: Path) -> tuple[Any, Any]:
    """A directory with a base, a rest form and a journal, whose process was killed; and what it holds."""

    async def case() -> Any:
        world = await opened(path, files=UnsyncedFiles())
        await fill(world)
        await world.store.checkpoint()
        world.delete("small")
        world.put_small("small 2", b"small body 2")
        await world.put_large("large 2", LARGE[2:])
        world.put("one", 2)
        await world.store.durable(world.store.lsn)
        left_behind(world)
        return world

    world = asyncio.run(case())
    return world, world.everything()


def publish_with(files: WatchedFiles, path: Path) -> None:
    """Folds and publishes as the server does, over other files."""
    layout = Layout(path)
    folder = layout.own / "fold-1"
    pointer = read_pointer(files, layout)
    assert pointer is not None
    fold_now(FoldRequest(path, folder, pointer.base.lsn + 4, rest=True))
    manifest = checkpoints.read_manifest(files, folder)
    checkpoints.publish(files, layout, pointer, folder, manifest, at_rest=False)


def test_killed_at_every_step_of_a_publication(tmp_path: Path) -> None:
    step = 0
    while True:
        path = tmp_path / str(step)
        _, state = prepared(path)
        files = CrashingFiles(step)
        with contextlib.suppress(Crash):
            publish_with(files, path)
        assert asyncio.run(reopened(path)) == state, f"killed before step {step}"
        assert asyncio.run(reopened(path)) == state
        if files.steps <= step:
            break
        step += 1
    assert step > 15


@pytest.mark.parametrize("how", ["open", "open at rest", "stop", "import", "adopt"])
def test_killed_at_every_step_of_an_opening_or_a_stop(tmp_path: Path, how: str) -> None:
    step = 0
    while True:
        path = tmp_path / str(step)
        state = _arrange(how, path)
        files = CrashingFiles(NEVER if how == "stop" else step)
        crashed = asyncio.run(_life(path, files, step if how == "stop" else None))
        assert asyncio.run(reopened(path)) == state, f"killed before step {step}"
        assert asyncio.run(reopened(path)) == state
        if not crashed:
            break
        step += 1
    assert step > 1


def _arrange(how: str, path: Path) -> Any:
    if how == "import":
        path.mkdir()
        (path / "a.json").write_bytes(b'{"k":{"Body":"aGVsbG8="},"one":{"Value":1}}')
        return {("a", HOME, "k"): (None, b"hello"), ("a", HOME, "one"): (1, None)}
    _, state = prepared(path)
    if how == "adopt":
        asyncio.run(reopened(path))
        document = orjson.loads((path / "a.json").read_bytes())
        document["one"] = {"Value": "edited"}
        (path / "a.json").write_bytes(orjson.dumps(document))
        state["a", HOME, "one"] = ("edited", None)
    if how == "open at rest":
        asyncio.run(reopened(path))
    return state


async def _life(path: Path, files: CrashingFiles, stop_step: int | None) -> bool:
    """Opens and stops until the crash; whether there was one."""
    world = None
    try:
        world = await opened(path, files=files)
        if stop_step is not None:
            files.steps, files.crash_at = 0, stop_step
            await world.store.stop()
    except (Crash, DirectoryRefused):
        pass
    finally:
        if world is not None:
            left_behind(world)
    return files.steps > files.crash_at
