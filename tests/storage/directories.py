"""Data directories of the tiny machines, whole, to be harmed: each is made once and copied."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from storage.content import Program
from tests.storage.tiny import OTHER, TinyMachine, World, opened
from tests.storage.watched import UnsyncedFiles

LARGE = bytes(range(256)) * 200
PROGRAM = Program(lambda references: {name: TinyMachine(references) for name in ("a", "b")}, ("a",))

Entries = dict[Any, Any]


async def fill(world: World) -> None:
    world.put("one", 1)
    world.put("other", "elsewhere", namespace=OTHER)
    world.put("b", 1, machine="b")
    world.put_small("small", b"small body")
    await world.put_large("large", LARGE)
    await world.store.durable(world.store.lsn)


async def rest(path: Path) -> None:
    """At rest, with six records in the base."""
    world = await opened(path, files=UnsyncedFiles())
    await fill(world)
    await world.store.stop()


async def killed(path: Path) -> None:
    """Killed, with a base of five records, and ten records beyond it in two segments; each was answered for before
    the next. Record 8 carries a body."""
    world = await opened(path, files=UnsyncedFiles(), segment_bytes=2048)
    await fill(world)
    await world.store.checkpoint()
    for number in range(6, 16):
        if number == 8:
            world.put_small("late", b"a late body")
        else:
            world.put(f"k{number}", number, machine="ab"[number % 2])
        await world.store.durable(world.store.lsn)
        if number == 10:
            await world.store._journal.roll()
    world.store._checkpointer.disable()
    world.abandon()


async def adopted(path: Path) -> None:
    """At rest after somebody edited its rest form once."""
    await rest(path)
    document = path / "a.json"
    document.write_bytes(document.read_bytes().replace(b'"Value":1', b'"Value":2'))
    world = await opened(path, files=UnsyncedFiles())
    world.put("after", 3)
    await world.store.stop()


MAKERS: dict[str, Callable[[Path], Awaitable[None]]] = {"rest": rest, "killed": killed, "adopted": adopted}


class Directories:
    """Copies of the directories."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def copy(self, kind: str, path: Path) -> Path:
        made = self._folder / kind
        if not made.exists():
            asyncio.run(_make(MAKERS[kind], made))
        return shutil.copytree(made, path)


async def _make(maker: Callable[[Path], Awaitable[None]], path: Path) -> None:
    await maker(path)


def read(path: Path) -> Entries:
    """Opens a directory, and closes it cleanly: what it holds."""
    return asyncio.run(_read(path))


async def _read(path: Path) -> Entries:
    world = await opened(path, files=UnsyncedFiles())
    try:
        return dict(world.everything())
    finally:
        await world.store.stop()


def content(path: Path) -> dict[str, bytes]:
    """Every file with its bytes, but the lock."""
    return {
        str(file.relative_to(path)): file.read_bytes()
        for file in path.rglob("*")
        if file.is_file() and file.name != "lock"
    }


def replace_file(path: Path, data: bytes) -> None:
    """Another content under a name, also where the file has others or can't be written to."""
    path.unlink()
    path.write_bytes(data)
