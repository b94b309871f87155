"""Steps of a life over a disk that fails or forgets, and what may be there afterwards."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import hypothesis.strategies as st

from storage.content import Content
from storage.files import Files
from storage.pointer import Durability
from storage.replacement import Kind
from storage.scope import EVERYTHING
from storage.snapshots.errors import NoSuchSnapshot, SnapshotError
from storage.snapshots.manifest import Made, Told
from storage.snapshots.reading import content_of_snapshot, verified_manifest
from storage.snapshots.sealing import seal
from storage.snapshots.shelf import Shelf
from storage.snapshots.writing import write_snapshot
from tests.storage.directories import PROGRAM
from tests.storage.tiny import HOME, World

LARGE = 40_000
SNAPSHOTS = ("s", "t")

Step = tuple[str, str, int]

STEPS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["put", "small", "large"]), st.sampled_from("abc"), st.integers(0, 3)),
        st.tuples(st.sampled_from(["delete", "pair"]), st.sampled_from("abc"), st.just(0)),
        st.tuples(st.sampled_from(["wait", "checkpoint", "restart", "kill", "reset"]), st.just(""), st.just(0)),
        st.tuples(st.sampled_from(["snapshot", "restore", "drop"]), st.sampled_from(SNAPSHOTS), st.just(0)),
        st.tuples(st.just("seal"), st.sampled_from(SNAPSHOTS), st.integers(0, 3)),
    ),
    min_size=3,
    max_size=14,
)


ENDS = ("restart", "kill")
"""Steps that end a life, and begin the next."""


class History:
    """The state after each record, by lsn, and up to which of them was acknowledged; and of each snapshot the states
    that it may hold, None where it may not be there. edited: those that wait to be sealed.

    durability: with ``os`` an answer acknowledges nothing that a power cut couldn't take back."""

    def __init__(self, durability: Durability = "fsync") -> None:
        self.durability = durability
        self._states: dict[int, Any] = {0: {}}
        self._acknowledged = 0
        self.snapshots: dict[str, list[Any]] = {name: [None] for name in SNAPSHOTS}
        self.edited: set[str] = set()

    def committed(self, world: World) -> None:
        self._states[world.store.lsn] = world.everything()

    def answered(self, world: World) -> None:
        """Somebody got an answer."""
        if self.durability == "fsync":
            self.synced(world)

    def synced(self, world: World) -> None:
        """Everything is on the disk."""
        self._acknowledged = max(lsn for lsn in self._states if lsn <= world.store.lsn)

    def reopened(self, world: World) -> None:
        """After a kill: what was found may be there, is on the disk by now, and the rest doesn't come back."""
        self._states = {lsn: state for lsn, state in self._states.items() if lsn <= world.store.lsn}
        self.synced(world)
        assert self._states[self._acknowledged] == world.everything()

    def allows(self, state: Any) -> bool:
        """Whether everything acknowledged is in the state, and no record only in part."""
        return any(state == seen for lsn, seen in self._states.items() if lsn >= self._acknowledged)


class Life:
    """Takes steps but :data:`ENDS`; whatever fails raises. The snapshots lie beside the directory, on the same disk."""

    def __init__(self, world: World, history: History, shelf: Shelf) -> None:
        self.world = world
        self._history = history
        self._shelf = shelf

    async def take(self, step: Step) -> None:
        what, name, number = step
        await getattr(self, f"_{what}")(name, number)

    # Changes.

    async def _put(self, key: str, number: int) -> None:
        self.world.put(key, number)
        self._history.committed(self.world)

    async def _small(self, key: str, number: int) -> None:
        self.world.put_small(key, b"small %d" % number)
        self._history.committed(self.world)

    async def _large(self, key: str, number: int) -> None:
        await self.world.put_large(key, bytes([number]) * LARGE)
        self._history.committed(self.world)

    async def _delete(self, key: str, number: int) -> None:
        self.world.delete(key)
        self._history.committed(self.world)

    async def _pair(self, key: str, number: int) -> None:
        """One record with two changes: both or neither."""
        lsn = self.world.store.lsn
        self.world.commit(*(("a.put", *HOME, {"key": f"{half} {key}", "value": lsn}) for half in "12"))
        self._history.committed(self.world)

    async def _wait(self, name: str, number: int) -> None:
        await self.world.store.durable(self.world.store.lsn)
        self._history.answered(self.world)

    async def _checkpoint(self, name: str, number: int) -> None:
        await self.world.store.checkpoint()
        self._history.synced(self.world)

    # The whole.

    async def _reset(self, name: str, number: int) -> None:
        await self._replace("store.reset", None)

    async def _restore(self, name: str, number: int) -> None:
        try:
            content = await asyncio.to_thread(_content, self._shelf, name)
        except SnapshotError:
            return
        await self._replace("store.restore", content)

    async def _replace(self, kind: Kind, content: Content | None) -> None:
        async with self.world.store.prepared(content, EVERYTHING, PROGRAM) as prepared:
            self.world.store.replace(kind, prepared, request_id="", time_ms=1, ids=0)
            self._history.committed(self.world)
            await self._wait("", 0)

    async def _snapshot(self, name: str, number: int) -> None:
        async with self.world.store.captured(PROGRAM) as content:
            self._history.answered(self.world)
            made, state = Made(1, None, content.lsn, "test"), self.world.everything()
            self._history.snapshots[name].append(state)
            arguments = (self._shelf, content, Told(name, purpose=f"at {content.lsn}"), made)
            await asyncio.to_thread(write_snapshot, *arguments, replace=True)
        self._history.snapshots[name] = [state]
        self._history.edited.discard(name)

    async def _seal(self, name: str, number: int) -> None:
        """Somebody edits a snapshot, and seals it."""
        states = self._history.snapshots[name]
        if len(states) > 1 or states[0] is None:
            return
        edited = {key: entry for key, entry in states[0].items() if key[:2] != ("a", HOME)}
        edited["a", HOME, "edited"] = (number, None)
        states.append(edited)
        self._history.edited.add(name)
        path, document = self._shelf.folder / name, b'{"edited":{"Value":%d}}' % number
        await asyncio.to_thread(self._shelf.files.replace, path / "a.json", document)
        await asyncio.to_thread(seal, path, PROGRAM, "test", 2, self._shelf)
        self._history.snapshots[name] = [edited]
        self._history.edited.discard(name)

    async def _drop(self, name: str, number: int) -> None:
        self._history.snapshots[name].append(None)
        try:
            await asyncio.to_thread(self._shelf.delete, name)
        except NoSuchSnapshot:
            return
        self._history.snapshots[name] = [None]
        self._history.edited.discard(name)


def check_snapshots(folder: Path, history: History) -> None:
    """Each is there whole, or not there, as it may be; one that somebody was editing may be refused, by name."""
    shelf = Shelf(folder, Files())
    for name, states in history.snapshots.items():
        found = _looked_at(shelf, name)
        if isinstance(found, NoSuchSnapshot):
            assert None in states, name
        elif isinstance(found, SnapshotError):
            assert name in history.edited, found
            assert str(folder / name) in str(found)
        else:
            assert asyncio.run(_restored(found)) in states, name
    assert set(shelf.names()) <= set(SNAPSHOTS)


def _looked_at(shelf: Shelf, name: str) -> Content | SnapshotError:
    try:
        return _content(shelf, name)
    except SnapshotError as error:
        return error


def _content(shelf: Shelf, name: str) -> Content:
    path = shelf.find(name)
    return content_of_snapshot(shelf.files, path, verified_manifest(shelf.files, path, name))


async def _restored(content: Content) -> Any:
    world = World(None)
    async with world.store.prepared(content, EVERYTHING, PROGRAM) as prepared:
        world.store.replace("store.restore", prepared, request_id="", time_ms=1, ids=0)
    return world.everything()


SCRIPT: Sequence[Step] = (
    ("put", "a", 1), ("large", "b", 1), ("small", "c", 1), ("snapshot", "s", 0), ("checkpoint", "", 0),
    ("large", "a", 2), ("pair", "b", 0), ("snapshot", "t", 0), ("restore", "s", 0), ("put", "c", 2),
    ("reset", "", 0), ("large", "b", 3), ("seal", "t", 2), ("restore", "t", 0), ("checkpoint", "", 0),
    ("snapshot", "s", 0), ("seal", "s", 3), ("restart", "", 0), ("drop", "t", 0), ("restore", "s", 0),
    ("small", "a", 3), ("large", "c", 2), ("kill", "", 0), ("delete", "c", 0), ("restart", "", 0),
)  # fmt: skip
"""A life with everything in it, for cuts at each of its system calls."""
