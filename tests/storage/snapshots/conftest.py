"""A world of tiny machines, and snapshots of it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from storage.content import Program
from storage.files import Files
from storage.preparation import built
from storage.scope import EVERYTHING, Scope
from storage.snapshots.manifest import Made, Manifest, Told
from storage.snapshots.reading import content_of_snapshot, verified_manifest
from storage.snapshots.shelf import Shelf
from storage.snapshots.writing import Written, write_snapshot
from tests.storage.tiny import OTHER, TinyMachine, World, opened
from tests.storage.watched import UnsyncedFiles

PROGRAM = Program(lambda references: {name: TinyMachine(references) for name in ("a", "b")}, ("a",))
LARGE = bytes(range(256)) * 400


class Lab:
    """The lifecycle of the tiny world, without a server."""

    def __init__(self, folder: Path) -> None:
        self.shelf = Shelf(folder, UnsyncedFiles())

    async def create(
        self, world: World, name: str = "one", *, replace: bool = False, created_ms: int = 1, **described: Any
    ) -> Written:
        async with world.store.captured(PROGRAM) as content:
            made = Made(created_ms, None, content.lsn, "test")
            return write_snapshot(self.shelf, content, Told(name, **described), made, replace=replace)

    def verify(self, name: str = "one") -> Manifest:
        path = self.shelf.find(name)
        manifest = verified_manifest(self.shelf.files, path, name)
        built(content_of_snapshot(self.shelf.files, path, manifest), EVERYTHING, PROGRAM)
        return manifest

    async def restore(self, world: World, name: str = "one", scope: Scope = EVERYTHING) -> int:
        path = self.shelf.find(name)
        content = content_of_snapshot(self.shelf.files, path, verified_manifest(self.shelf.files, path, name))
        return await put(world, content, scope)

    async def reset(self, world: World, scope: Scope = EVERYTHING) -> int:
        return await put(world, world.store.seed, scope)


async def put(world: World, content: Any, scope: Scope = EVERYTHING) -> int:
    """Puts a content, or nothing, in the place of the world's state."""
    async with world.store.prepared(content, scope, PROGRAM) as prepared:
        kind = "store.reset" if content is None else "store.restore"
        lsn: int = world.store.replace(kind, prepared, request_id="", time_ms=1, ids=0)
        await world.store.durable(lsn)
    return lsn


async def state_hash(world: World) -> str:
    async with world.store.captured(PROGRAM) as content:
        hashed: str = content.state_hash
        return hashed


async def filled(world: World) -> None:
    """Something of everything: entries, small and large bodies, a shared one, another namespace, what Kumo can't
    hold."""
    world.put("plain", {"n": [1, "ü"]})
    world.put("elsewhere", 1, "b", OTHER)
    world.put("elsewhere", 2, "a", OTHER)
    world.put_small("small", b"small body")
    world.put_small("empty", b"")
    await world.put_large("large", LARGE)
    await world.put_large("twin", LARGE, "b")


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return Lab(tmp_path / "snapshots")


@pytest.fixture
def files() -> Files:
    return UnsyncedFiles()


Case = Callable[[World], Awaitable[None]]


@pytest.fixture(params=["memory", "durable"])
def run(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[Case], None]:
    """Runs a case over a started store of each kind, and stops it."""

    def runner(case: Case) -> None:
        async def whole() -> None:
            path = None if request.param == "memory" else tmp_path / "state"
            world = await opened(path) if path is None else await opened(path, files=UnsyncedFiles())
            await case(world)
            await world.store.stop()

        asyncio.run(whole())

    return runner
