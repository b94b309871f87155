"""Processes to be killed: each is forked from one that has everything loaded, says what it is about to do and what is
done, and ends only by its kill."""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import random
import time
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from storage.errors import DirectoryRefused
from storage.files import Files
from storage.options import FoldRequest
from storage.snapshots.reading import content_of_snapshot, verified_manifest
from storage.snapshots.shelf import Shelf
from tests.storage.snapshots.conftest import Lab, put
from tests.storage.tiny import World, fold_now, opened
from tests.storage.watched import WatchedFiles

KEYS = 5
SNAPSHOTS = ("s", "t")
WHATS = ("put", "body", "delete", "checkpoint", "snapshot", "restore", "reset")

_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload([__name__])

Said = tuple[Any, ...]


class Doomed:
    """A process of its own that runs ``work(tell, *arguments)``."""

    def __init__(self, work: Callable[..., None], *arguments: Any) -> None:
        self._ear, mouth = _processes.Pipe(duplex=False)
        self.process = _processes.Process(target=work, args=(mouth, *arguments), daemon=True)
        self.process.start()
        mouth.close()

    def hear(self) -> Said:
        """What it says next. Raises EOFError."""
        said: Said = self._ear.recv()
        return said

    def kill(self, after_s: float = 0) -> Iterator[Said]:
        """Kills it; all that it said."""
        time.sleep(after_s)
        self.process.kill()
        # A message that was cut off by the kill ends what is heard, too.
        with contextlib.suppress(EOFError, OSError):
            while True:
                yield self.hear()
        self.process.join()
        self.process.close()
        self._ear.close()


class RealShelf(Lab):
    """Snapshots whose files are synced."""

    def __init__(self, folder: Path) -> None:
        self.shelf = Shelf(folder, Files())


def live(tell: Connection, root: Path, seed: int, lifecycle: bool) -> None:
    """Opens ``root / "state"``, and changes it from one task. ``lifecycle``: with snapshots, restores, resets and
    checkpoints in between."""
    asyncio.run(_live(tell, root, random.Random(seed), lifecycle))


async def _live(tell: Connection, root: Path, chance: random.Random, lifecycle: bool) -> None:
    tell.send(("begun",))
    world = await opened(root / "state")
    tell.send(("ready",))
    lab = RealShelf(root / "snapshots")
    while True:
        what = chance.choice(WHATS if lifecycle and chance.random() < 0.5 else WHATS[:3])
        name = chance.choice(SNAPSHOTS) if what in ("snapshot", "restore") else f"k{chance.randrange(KEYS)}"
        if what == "restore" and name not in lab.shelf.names():
            continue
        version = chance.randrange(10**6)
        tell.send(("try", what, name, version))
        await _do(world, lab, what, name, version)
        tell.send(("done", what, name, version))


async def _do(world: World, lab: Lab, what: str, name: str, version: int) -> None:
    match what:
        case "put":
            world.put(name, version)
        case "body":
            await world.put_large(name, body_of(version))
        case "delete":
            world.delete(name)
        case "checkpoint":
            await world.store.checkpoint()
        case "snapshot":
            await lab.create(world, name, replace=True)
        case "restore":
            path = lab.shelf.find(name)
            await put(world, content_of_snapshot(lab.shelf.files, path, verified_manifest(lab.shelf.files, path, name)))
        case "reset":
            await put(world, None)
    await world.store.durable(world.store.lsn)


def body_of(version: int) -> bytes:
    """Small and large bodies, and some that are the same."""
    return b"%d" % (version % 7) * (60_000 if version % 5 == 0 else 10)


# Load.

TASK_KEYS = 12


def load(tell: Connection, path: Path, seed: int, durability: str) -> None:
    """Opens a directory, and changes things in it from several tasks at once, with checkpoints in between."""
    asyncio.run(_load(tell, path, random.Random(seed), durability))


async def _load(tell: Connection, path: Path, chance: random.Random, durability: str) -> None:
    world = await opened(path, durability=durability)
    tell.send(("ready",))
    tasks = [_work(tell, world, task, random.Random(chance.random())) for task in range(6)]
    await asyncio.gather(*tasks, _checkpoints(world))


async def _work(tell: Connection, world: World, task: int, chance: random.Random) -> None:
    """Changes the keys of one task, in order."""
    while True:
        change = (
            chance.choice(["put", "body", "delete"]),
            f"{task}-{chance.randrange(TASK_KEYS)}",
            chance.randrange(10**6),
        )
        tell.send(("try", *change))
        what, key, version = change
        if what == "put":
            lsn = world.put(key, version)
        elif what == "body":
            lsn = await world.put_large(key, body_of(version))
        else:
            lsn = world.delete(key)
        await world.store.durable(lsn)
        tell.send(("done", *change))


async def _checkpoints(world: World) -> None:
    while True:
        await asyncio.sleep(0.02)
        await world.store.checkpoint()


# A fold that outlives its server.


def serve_a_fold(tell: Connection, root: Path) -> None:
    """Fills a directory and begins a checkpoint; the request for its fold is told, and the fold never ends here."""
    asyncio.run(_serve_a_fold(tell, root))


async def _serve_a_fold(tell: Connection, root: Path) -> None:
    async def fold_elsewhere(request: FoldRequest) -> int:
        tell.send((request,))
        await asyncio.Event().wait()
        return 0

    world = await opened(root / "state", run_fold=fold_elsewhere)
    for number in range(40):
        world.put(f"k{number}", number, machine="ab"[number % 2])
    world.put_small("small", b"small body")
    await world.put_large("large", body_of(5))
    await world.store.durable(world.store.lsn)
    await world.store.checkpoint()


def fold_with_a_pause(tell: Connection, request: FoldRequest, pause_at: int, go: Path) -> None:
    """Folds, and before the change of the disk with that number waits until there is a file ``go``."""
    steps = 0

    def before(operation: str, path: Path) -> None:
        nonlocal steps
        steps += 1
        if steps == pause_at:
            tell.send(("paused",))
            while not go.exists():
                time.sleep(0.002)

    try:
        fold_now(request, WatchedFiles(before))
        tell.send(("folded", steps))
    except (OSError, DirectoryRefused) as error:
        tell.send(("failed", str(error)))
