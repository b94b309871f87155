"""Notices when somebody else writes Kumo's documents in the data directory while emu runs.

What is kept there counts at the next start, which asks which of the two histories is meant, and emu never writes over
it; so whoever edits a document of a running emu should hear of it at once, and not only then.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path

from emu import log
from emu.aside import REST_NAMES
from emu.world import World
from storage.directory import Layout
from storage.files import Files
from storage.pointer import read_pointer
from storage.rest import changed_documents

_SETTLE_S = 0.5
"""Our own publishing writes the pointer and the documents one after the other; what lasts longer isn't ours."""


class DirectoryWatch:
    """Runs beside the server. ``world.edited`` holds what was found, by file name."""

    def __init__(self, world: World, root: Path) -> None:
        self._world = world
        self._layout = Layout(root)
        self._documents = {self._layout.rest_document(name).name for name in REST_NAMES}
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.ensure_future(self._watch())

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _watch(self) -> None:
        # Loaded here, since a server without a directory never needs it.
        from watchfiles import awatch

        try:
            async for changes in awatch(self._layout.root, recursive=False, debounce=200):
                if self._documents & {Path(path).name for _, path in changes}:
                    await self._look()
        except OSError as error:
            log.warning("the data directory can't be watched", error=str(error))

    async def _look(self) -> None:
        edited = await asyncio.to_thread(self._edited)
        if edited and edited != self._world.edited:
            await asyncio.sleep(_SETTLE_S)
            edited = await asyncio.to_thread(self._edited)
        self._tell(sorted(set(edited) - set(self._world.edited)))
        self._world.edited = edited

    def _edited(self) -> tuple[str, ...]:
        files = Files()
        pointer = read_pointer(files, self._layout)
        if pointer is None:
            return ()
        return tuple(
            sorted(
                self._layout.rest_document(name).name
                for name in changed_documents(files, self._layout, pointer, REST_NAMES)
            )
        )

    def _tell(self, names: Iterable[str]) -> None:
        for name in names:
            path = str(self._layout.root / name)
            self._world.events.add("lifecycle", "edited", file=path)
            log.warning(
                "a document was changed by someone else while emu runs; it has no effect now, emu leaves it alone, and"
                " the next start asks which of the two histories counts",
                file=path,
            )
