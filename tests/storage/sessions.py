"""Whole lives of a directory, one after the other, and what they leave."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson

from storage.pointer import decode
from tests.storage.tiny import OTHER, World, opened

LARGE = bytes(range(256)) * 500


def session(path: Path, case: Callable[[World], Any], *, kill: bool = False, **options: Any) -> World:
    """One life of a store: opened, used, and stopped, or killed as far as the disk can tell."""

    async def whole() -> World:
        world = await opened(path, **options)
        result = case(world)
        if inspect.isawaitable(result):
            await result
        if kill:
            await world.store.durable(world.store.lsn)
            world.store._checkpointer.disable()
            world.abandon()
        else:
            await world.store.stop()
        return world

    return asyncio.run(whole())


async def fill(world: World) -> None:
    world.put("one", 1)
    world.put("other", "elsewhere", namespace=OTHER)
    world.put("without rest form", [1, 2], machine="b")
    world.put_small("small", b"small body")
    world.put_small("binary", b"\xff\x00")
    await world.put_large("large", LARGE)
    world.put("gone", 1)
    world.delete("gone")


def state_of(path: Path, **options: Any) -> Any:
    """What a new opening sees."""
    seen: list[Any] = []
    session(path, lambda world: seen.append(world.everything()), **options)
    return seen[0]


def pointer_of(path: Path) -> Any:
    return decode((path / "emu.json").read_bytes())


def edit(path: Path, **entries: Any) -> None:
    document = orjson.loads((path / "a.json").read_bytes()) | entries
    (path / "a.json").write_bytes(orjson.dumps(document))


def snapshot(path: Path) -> dict[str, bytes]:
    """Every file but the lock, whose content names the last opener."""
    return {
        str(file.relative_to(path)): file.read_bytes()
        for file in sorted(path.rglob("*"))
        if file.is_file() and file.name != "lock"
    }
