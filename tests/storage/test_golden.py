"""Directories of each format that was ever released: they open, and what is written today is what was written then.

``golden/format-1/rest`` was stopped cleanly; ``golden/format-1/killed`` has a base and a journal beyond it. After a
deliberate change of the format ``python -m tests.storage.test_golden`` makes those of the new one, beside the old
ones.
"""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path
from typing import Any

import pytest

from storage.pointer import FORMAT
from tests.storage.tiny import HOME, OTHER, World, opened
from tests.storage.watched import UnsyncedFiles

GOLDEN = Path(__file__).parent / "golden"
LARGE = b"0123456789abcdef" * 2100
STATE: Any = {
    ("a", HOME, "text"): ("é", None),
    ("a", HOME, "small"): (None, b"small body"),
    ("a", HOME, "binary"): (None, b"\xff\x00"),
    ("a", HOME, "large"): (None, LARGE),
    ("a", OTHER, "elsewhere"): ([1, None, {"deep": True}], None),
    ("b", HOME, "no rest form"): (1.5, None),
    ("a", HOME, "later"): ("beyond the base", None),
    ("a", HOME, "small later"): (None, b"another small body"),
}


async def make(kind: str, path: Path) -> None:
    """What the golden directories were made by."""
    world = await opened(path, segment_bytes=4096, files=UnsyncedFiles())
    world.put("text", "é")
    world.put_small("small", b"small body")
    world.put_small("binary", b"\xff\x00")
    await world.put_large("large", LARGE)
    world.put("elsewhere", [1, None, {"deep": True}], namespace=OTHER)
    world.put("no rest form", 1.5, machine="b")
    world.put("gone", 1)
    await world.store.durable(world.store.lsn)
    if kind == "killed":
        await world.store.checkpoint()
    await world.store.durable(world.put("later", "beyond the base"))
    await world.store.durable(world.put_small("small later", b"another small body"))
    await world.store.durable(world.delete("gone"))
    if kind == "rest":
        await world.store.stop()
    else:
        world.store._checkpointer.disable()
        await world.store._journal.close()
        world.abandon()
    (path / "emu" / "lock").unlink()


async def read(path: Path) -> World:
    world = await opened(path, segment_bytes=4096, files=UnsyncedFiles())
    await world.store.stop()
    return world


def content(path: Path) -> dict[str, bytes]:
    return {str(file.relative_to(path)): file.read_bytes() for file in path.rglob("*") if file.is_file()}


def test_there_is_one_of_the_present_format() -> None:
    assert (GOLDEN / f"format-{FORMAT}").is_dir()


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*/*")), ids=lambda path: f"{path.parent.name}-{path.name}")
def test_it_opens(tmp_path: Path, path: Path) -> None:
    state = tmp_path / "state"
    shutil.copytree(path, state)
    shutil.rmtree(state / "emu" / "uploads", ignore_errors=True)  # Git keeps no empty folders: a clone has none
    world = asyncio.run(read(state))
    assert world.everything() == STATE
    assert world.store.recovery.ids == 7
    assert world.store.recovery.found == {"rest": "rest", "killed": "live"}[path.name]
    assert asyncio.run(read(state)).everything() == STATE


@pytest.mark.parametrize("kind", ["rest", "killed"])
def test_what_is_written_today_is_what_was_written_then(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "state"
    asyncio.run(make(kind, path))
    assert content(path) == content(GOLDEN / f"format-{FORMAT}" / kind)


if __name__ == "__main__":
    for each in ("rest", "killed"):
        asyncio.run(make(each, GOLDEN / f"format-{FORMAT}" / each))
