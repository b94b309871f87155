"""``--watch-seed``: when the seed's folder changes, the live state becomes what it says.

A switch of the branch writes and removes many files in bursts, often the folder itself. So a change is looked at only
once the folder has come to rest; what is found then is read and verified aside and restored all or nothing
(:meth:`emu.lifecycle.Lifecycle.reseed`). A folder that is incomplete or damaged is reported, the live state stays, and
the next change is the next attempt.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
from contextlib import aclosing
from pathlib import Path

from emu import log
from emu.lifecycle import Failure, Lifecycle
from emu.world import World
from storage.pointer import Home

_SETTLE_S = 0.3
"""A folder in which nothing has changed for this long is at rest."""
_LOOK_MS = 1000
"""How often it is made sure that the folder is still the one that is watched: a removed one tells nothing more."""


def signature(path: Path) -> str:
    """Changes with every file that is written, removed or put in the place of another one. Nothing is read."""
    digest = hashlib.sha256()
    for folder, folders, names in os.walk(path):
        folders.sort()
        for name in sorted(names):
            file = Path(folder, name)
            try:
                found = file.stat()
            except OSError:
                continue  # it has just gone, and the next look sees that
            facts = f"{found.st_ino} {found.st_size} {found.st_mtime_ns}"
            digest.update(f"{file}\0{facts}\n".encode(errors="surrogateescape"))
    return digest.hexdigest()


class SeedWatch:
    """Runs beside the server. seen: the folder's :func:`signature` before the seed was read for the start.
    ``world.watched_seed`` says how the last look ended."""

    def __init__(self, world: World, lifecycle: Lifecycle, path: Path, home: Home, seen: str) -> None:
        self._world = world
        self._lifecycle = lifecycle
        self._path = path
        self._home = home
        self._seen = seen
        self._task: asyncio.Task[None] | None = None
        world.watched_seed = {"path": str(path)}

    def start(self) -> None:
        self._task = asyncio.ensure_future(self._watch())

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def take_over(self) -> None:
        """Reads the seed, and restores it if it is another one than the one that a reset goes back to."""
        try:
            found = await self._lifecycle.reseed(self._path, self._home)
        except Failure as error:
            log.warning("the seed can't be restored; the state stays as it is", path=self._path, reason=str(error))
            found = {"result": "refused", "path": str(self._path), "error": str(error)}
        self._world.watched_seed = {**found, "time_ms": self._world.clock.real_ms()}

    async def _watch(self) -> None:
        while True:
            identity = _identity(self._path)
            try:
                # What changed while nothing was watched shows in the signature.
                await (self._look() if identity is None else self._watch_folder(identity))
            except OSError as error:
                log.warning("the seed can't be watched at the moment", path=self._path, reason=str(error))
            await asyncio.sleep(_SETTLE_S)

    async def _watch_folder(self, identity: tuple[int, int]) -> None:
        """Until it is another folder under that name, or none."""
        # Loaded here, since most servers never need it.
        from watchfiles import awatch

        await self._look()
        changes = awatch(self._path, watch_filter=None, debounce=400, rust_timeout=_LOOK_MS, yield_on_timeout=True)
        async with aclosing(changes):
            begun = False
            async for changed in changes:
                # It begins to watch with the first turn: what changed before that shows in the signature.
                if changed or not begun:
                    begun = True
                    await self._look()
                if _identity(self._path) != identity:
                    return

    async def _look(self) -> None:
        """Waits until the folder is at rest, and takes it over if it has changed."""
        before, now = "", await asyncio.to_thread(signature, self._path)
        while now != before:
            if now == self._seen:
                return
            await asyncio.sleep(_SETTLE_S)
            before, now = now, await asyncio.to_thread(signature, self._path)
        self._seen = now
        await self.take_over()


def _identity(path: Path) -> tuple[int, int] | None:
    """The folder that has the name; None if there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
