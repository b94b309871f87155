"""A disk that fails: what fails with it, and what goes on."""

from __future__ import annotations

import asyncio
import contextlib
import errno
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from storage.errors import StorageUnavailable
from tests.storage.tiny import HOME, World, opened
from tests.storage.watched import Failing, UnsyncedFiles, WatchedFiles

LARGE = bytes(range(256)) * 2000


def in_journal(*operations: str) -> Callable[[str, Path], bool]:
    return lambda operation, path: operation in operations and path.suffix == ".jsonl"


def run(path: Path, failing: Failing, case: Callable[[World], Awaitable[None]], **options: Any) -> None:
    """A life of a store over a failing disk, and then the proof that a fresh process sees what the live one
    showed."""

    async def whole() -> None:
        world = await opened(path, files=WatchedFiles(failing.before), **options)
        await case(world)
        failing.on = False
        shown = world.everything()
        await world.store.stop()
        again = await opened(path, files=UnsyncedFiles())
        assert again.everything() == shown
        assert again.store.unhealthy() is None
        again.put("works again", 1)
        await again.store.stop()

    asyncio.run(whole())


@pytest.mark.parametrize("number", [errno.EIO, errno.ENOSPC])
@pytest.mark.parametrize("operation", ["pwrite", "datasync"])
def test_a_failed_flush_takes_back_what_nobody_was_told(tmp_path: Path, operation: str, number: int) -> None:
    failing = Failing(in_journal(operation), number)

    async def case(world: World) -> None:
        await world.store.durable(world.put("told", 1))
        await world.put_large("large", LARGE)
        world.put_small("small", b"small")
        await world.store.durable(world.store.lsn)
        kept = world.everything()
        failing.on = True
        lsns = [world.put("told", 2), world.put("untold", 1), world.delete("small")]
        results = await asyncio.gather(*map(world.store.durable, lsns), return_exceptions=True)
        assert all(isinstance(result, StorageUnavailable) for result in results)
        assert world.everything() == kept
        assert failing.failures == 2  # the batch, and the attempt to put zeros in its place; nothing is tried again
        # Reads go on from there, and nothing else is taken.
        seen = world.store.machine_lsn("a")
        assert world.store.is_durable(seen)
        await world.store.durable(seen)
        with pytest.raises(StorageUnavailable):
            world.put("more", 1)
        assert "restarted" in (world.store.unhealthy() or "")

    run(tmp_path, failing, case)


def test_a_failed_flush_after_a_checkpoint(tmp_path: Path) -> None:
    failing = Failing(in_journal("datasync"))

    async def case(world: World) -> None:
        world.put("told", 1)
        await world.put_large("large", LARGE)
        await world.store.checkpoint()
        await world.store.durable(world.put("told", 2))
        kept = world.everything()
        failing.on = True
        with pytest.raises(StorageUnavailable):
            await world.store.durable(world.delete("large"))
        assert world.everything() == kept

    run(tmp_path, failing, case)


def test_with_durability_os_a_failed_sync_stops_changes(tmp_path: Path) -> None:
    failing = Failing(in_journal("datasync"))

    async def case(world: World) -> None:
        failing.on = True
        await world.store.durable(world.put("told", 1))
        for _ in range(100):
            await asyncio.sleep(0.01)
            if world.store.unhealthy():
                break
        assert world.store.unhealthy()
        assert world.a.entries == {"told": {"value": 1}}

    run(tmp_path, failing, case, durability="os")


def test_a_change_that_cannot_be_applied_leaves_nothing(tmp_path: Path) -> None:
    failing = Failing(lambda operation, path: False)

    async def case(world: World) -> None:
        await world.store.durable(world.put("told", 1))
        with pytest.raises(RuntimeError, match="boom"):
            world.commit(("a.explode", *HOME, {"key": "x"}))
        assert world.a.entries == {"told": {"value": 1}}
        with pytest.raises(StorageUnavailable):
            world.put("more", 1)

    run(tmp_path, failing, case)


def test_a_record_that_cannot_be_encoded_fails_alone(tmp_path: Path) -> None:
    async def case(world: World) -> None:
        with pytest.raises(TypeError):
            world.put("k", object())
        assert world.a.entries == {}
        await world.store.durable(world.put("k", 1))

    run(tmp_path, Failing(lambda operation, path: False), case)


@pytest.mark.parametrize("operation", ["create", "pwrite", "datasync", "rename"])
def test_an_upload_that_cannot_be_written_fails_alone(tmp_path: Path, operation: str) -> None:
    failing = Failing(lambda did, path: did == operation and path.parent.name in ("uploads", "blobs"), errno.ENOSPC)

    async def case(world: World) -> None:
        failing.on = True
        with pytest.raises(StorageUnavailable, match="No space left"):
            await world.put_large("large", LARGE)
        assert failing.failures == 1
        await world.store.durable(world.put("k", 1))
        failing.on = False
        await world.put_large("large", LARGE)
        assert world.body("large") == LARGE
        assert world.store.unhealthy() is None

    run(tmp_path, failing, case)


def test_a_full_disk_refuses_changes_before_they_are_applied(tmp_path: Path) -> None:
    """The next segment can't be made: records that still fit are taken, others refused, until there is room."""
    failing = Failing(lambda operation, path: path.name == "spare.new", errno.ENOSPC)

    async def case(world: World) -> None:
        failing.on = True
        taken = 0
        with contextlib.suppress(StorageUnavailable):
            for number in range(1000):
                await world.store.durable(world.put(f"k{number}", "x" * 500))
                taken += 1
                await asyncio.sleep(0.001)
        assert 50 < taken < 1000
        with pytest.raises(StorageUnavailable, match="No space left"):
            world.put("one more", "x" * 500)
        assert len(world.a.entries) == taken
        assert world.store.unhealthy() is None
        failing.on = False
        for number in range(200):
            await world.store.durable(world.put(f"more{number}", "x" * 500))

    run(tmp_path, failing, case)


def test_a_full_disk_at_the_wrong_time_fails_a_checkpoint_only(tmp_path: Path) -> None:
    failing = Failing(lambda operation, path: path.name == "spare.new", errno.ENOSPC)

    async def case(world: World) -> None:
        await world.store.durable(world.put("k", 1))
        failing.on = True
        with pytest.raises((OSError, StorageUnavailable), match="No space left"):
            await world.store.checkpoint()
        assert world.store.unhealthy() is None
        await world.store.durable(world.put("k", 2))

    run(tmp_path, failing, case)


@pytest.mark.parametrize("operation", ["create", "rename", "sync_directory", "unlink"])
def test_a_checkpoint_that_cannot_be_published_leaves_everything_working(tmp_path: Path, operation: str) -> None:
    failing = Failing(lambda did, path: did == operation and "journal" not in path.parts)

    async def case(world: World) -> None:
        world.put("k", 1)
        world.put_small("small", b"small")
        await world.put_large("large", LARGE)
        await world.store.durable(world.store.lsn)
        await world.store.checkpoint()
        world.put("k", 2)
        world.put_small("small", b"small 2")
        await world.store.durable(world.store.lsn)
        failing.on = True
        with pytest.raises((OSError, StorageUnavailable)):
            await world.store.checkpoint()
        failing.on = False
        assert world.store.unhealthy() is None
        await world.store.durable(world.put("k", 3))
        await world.store.checkpoint()
        world.put("k", 4)

    run(tmp_path, failing, case)


def test_a_stop_that_cannot_write_keeps_the_journal(tmp_path: Path) -> None:
    failing = Failing(lambda operation, path: operation == "create" and path.parent.name == "documents")

    async def case() -> None:
        world = await opened(tmp_path, files=WatchedFiles(failing.before))
        world.put("k", 1)
        failing.on = True
        await world.store.stop()
        again = await opened(tmp_path)
        assert again.a.entries == {"k": {"value": 1}}
        await again.store.stop()

    asyncio.run(case())
