"""The model of a killed process that other tests rely on."""

from __future__ import annotations

import asyncio
import inspect
from pathlib import Path

import pytest

from storage.files import Files
from tests.storage.mortal import CHANGES, LOOKS, Killed, MortalFiles
from tests.storage.snapshots.conftest import put
from tests.storage.tiny import opened
from tests.storage.watched import UnsyncedFiles

MADE_OF_THESE = {"write_new", "write_zeros", "replace", "copy", "link_or_copy"}


def test_every_method_is_known() -> None:
    methods = {name for name, _ in inspect.getmembers(Files, inspect.isfunction) if not name.startswith("_")}
    assert methods == CHANGES | LOOKS | MADE_OF_THESE


def test_the_dead_change_nothing(tmp_path: Path) -> None:
    files = MortalFiles(Files())
    fd = files.create(tmp_path / "a")
    files.pwrite(fd, b"alive", 0)
    files.die()
    with pytest.raises(Killed):
        files.pwrite(fd, b"dead!", 0)
    with pytest.raises(Killed):
        files.replace(tmp_path / "a", b"dead!")
    assert files.read(tmp_path / "a") == b"alive"
    files.close(fd)


def test_a_base_that_a_killed_process_was_about_to_publish_never_comes(tmp_path: Path) -> None:
    async def case() -> None:
        world = await opened(tmp_path, files=UnsyncedFiles())
        await put(world, None)  # what a reset leaves is offered as the next base, and published a moment later
        world.abandon()
        successor = await opened(tmp_path, files=UnsyncedFiles())
        successor.put("k", 1)
        await successor.store.checkpoint()
        await asyncio.sleep(0.3)
        successor.put("l", 2)
        await successor.store.durable(successor.store.lsn)
        successor.abandon()
        third = await opened(tmp_path, files=UnsyncedFiles())
        assert set(third.a.entries) == {"k", "l"}
        await third.store.stop()

    asyncio.run(case())
