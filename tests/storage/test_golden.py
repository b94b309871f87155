"""Directories of each format that was ever released: they open, and what is written today is what was written then.

In ``golden/format-1``, ``rest`` was stopped cleanly; ``killed`` has a base and a journal beyond it; the journal of
``replaced`` holds a restore of everything and resets of parts, with the documents that they name; that of ``rolled``
has a sealed segment, not folded yet, beside its successor. After a deliberate
change of the format ``python -m tests.storage.test_golden`` makes those of the new one, beside the old ones;
``python -m tests.storage.test_golden replaced`` makes one of them.
"""

from __future__ import annotations

import asyncio
import itertools
import shutil
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from storage import installation
from storage.pointer import FORMAT
from storage.scope import Scope
from tests.storage.directories import PROGRAM
from tests.storage.snapshots.conftest import put
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
REPLACED: Any = {
    ("a", HOME, "text"): ("restored", None),
    ("a", HOME, "small"): (None, b"small body"),
    ("a", HOME, "large"): (None, LARGE),
    ("b", HOME, "after"): (2, None),
    ("a", HOME, "after"): (1, None),
}


async def replaced(path: Path) -> None:
    # Names of installed documents hold the number of those that the process installed before.
    installation._numbers = itertools.count(1)
    world = await opened(path, segment_bytes=8192, files=UnsyncedFiles())
    world.store._checkpointer.disable()  # what is restored would be published as a base
    world.put("text", "restored")
    # What each record says of those before it must not depend on how fast the disk is.
    await world.store.durable(world.put_small("small", b"small body"))
    await world.put_large("large", LARGE)
    world.put("elsewhere", 1, namespace=OTHER)
    world.put("one", 1, machine="b")
    async with world.store.captured(PROGRAM) as content:
        world.put("text", "gone again")
        world.delete("large")
        await world.store.durable(world.put("more", 1, machine="b", namespace=OTHER))
        await put(world, content)
        assert len(world.everything()) == 5
        await world.store.durable(world.put("between", 2, machine="b"))
        await put(world, None, Scope(service="b"))
        await put(world, None, Scope(account=OTHER[0]))
        world.put("after", 1)
        await world.store.durable(world.put("after", 2, machine="b"))
    await _left(world)


ROLLED: Any = {("a", HOME, f"entry {number}"): ([number, "ü" * 400], None) for number in range(4)} | {
    ("a", HOME, "small"): (None, b"small body")
}


async def rolled(path: Path) -> None:
    world = await opened(path, segment_bytes=4096, files=UnsyncedFiles())
    await world.store.durable(world.put_small("small", b"small body"))
    for number in range(4):
        await world.store.durable(world.put(f"entry {number}", [number, "ü" * 400]))
    await _left(world)


async def _left(world: World) -> None:
    world.store._checkpointer.disable()
    await world.store._journal.close()
    world.abandon()
    assert world.path is not None
    (world.path / "emu" / "lock").unlink()


async def _made(kind: str, path: Path) -> None:
    world = await opened(path, segment_bytes=4096, files=UnsyncedFiles())
    world.put("text", "é")
    world.put_small("small", b"small body")
    await world.store.durable(world.put_small("binary", b"\xff\x00"))
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
        (path / "emu" / "lock").unlink()
    else:
        await _left(world)


MAKERS: dict[str, Callable[[Path], Awaitable[None]]] = {
    "rest": lambda path: _made("rest", path),
    "killed": lambda path: _made("killed", path),
    "replaced": replaced,
    "rolled": rolled,
}
"""What the golden directories were made by."""
STATES = {"rest": STATE, "killed": STATE, "replaced": REPLACED, "rolled": ROLLED}
FOUND = {"rest": "rest", "killed": "live", "replaced": "live", "rolled": "live"}


async def make(kind: str, path: Path) -> None:
    await MAKERS[kind](path)


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
    assert world.everything() == STATES[path.name]
    assert world.store.recovery.ids == 7
    assert world.store.recovery.found == FOUND[path.name]
    assert asyncio.run(read(state)).everything() == STATES[path.name]


@pytest.mark.parametrize("kind", MAKERS)
def test_what_is_written_today_is_what_was_written_then(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "state"
    asyncio.run(make(kind, path))
    assert content(path) == content(GOLDEN / f"format-{FORMAT}" / kind)


if __name__ == "__main__":
    for each in sys.argv[1:] or MAKERS:
        asyncio.run(make(each, GOLDEN / f"format-{FORMAT}" / each))
