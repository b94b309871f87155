"""What happens to a whole state: snapshots are made, verified and restored, it is reset, hashed and written to disk.

One at a time; each is an event and a line in the log, with its result and how long it took.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from emu import log
from emu.aside import PROGRAM
from emu.seeding import read_seed
from emu.version import version
from emu.world import World
from storage.content import Content, Document, state_hash
from storage.errors import DirectoryRefused, StorageUnavailable
from storage.pointer import Home
from storage.preparation import Prepared, built, extracted
from storage.replacement import Kind, StateRefused, part_documents
from storage.scope import EVERYTHING, Scope
from storage.snapshots.errors import OutsideSnapshot, SnapshotError
from storage.snapshots.manifest import FILE as MANIFEST
from storage.snapshots.manifest import Made, Manifest, Told
from storage.snapshots.reading import content_of_snapshot, verified_manifest
from storage.snapshots.shelf import Shelf, read_manifest
from storage.snapshots.writing import write_snapshot

Failure = (SnapshotError, StateRefused, StorageUnavailable, DirectoryRefused)
"""What a step of the lifecycle is refused or ended by."""


@dataclass(slots=True)
class _Read:
    """A snapshot that was read and verified, as long as its files have these signatures."""

    signatures: Mapping[Path, tuple[int, int, int]]
    manifest: Manifest
    content: Content


@dataclass(slots=True)
class _Step:
    """A step on its way: the fields that its event will have, and the part of the state that is another one now."""

    fields: dict[str, Any] = field(default_factory=dict)
    replaced: Scope | None = None
    started: float = field(default_factory=time.perf_counter)

    @property
    def milliseconds(self) -> float:
        return round((time.perf_counter() - self.started) * 1000, 2)


class Lifecycle:
    """All methods run on the event loop. They raise SnapshotError, StateRefused or StorageUnavailable; nothing has
    changed then."""

    def __init__(self, world: World, shelf: Shelf) -> None:
        self.shelf = shelf
        self._world = world
        self._one = asyncio.Lock()
        self._last_read: _Read | None = None

    # The live state.

    def captured(self) -> AbstractAsyncContextManager[Content]:
        """The live state as it is now; its documents and bodies stay until the end."""
        return self._world.store.captured(PROGRAM)

    @asynccontextmanager
    async def _step(self, name: str, **fields: Any) -> AsyncIterator[_Step]:
        step = _Step(fields)
        async with self._one:
            try:
                yield step
            except BaseException as error:
                result = "refused" if isinstance(error, Failure) else "failed"
                ended = {**step.fields, "result": result, "error": str(error) or type(error).__name__}
                if result == "refused" and "snapshot" in fields:
                    ended.setdefault("commit", await asyncio.to_thread(self._commit, fields["snapshot"]))
                self._world.events.lifecycle(name, **ended, ms=step.milliseconds)
                raise
        self._world.events.lifecycle(name, step.replaced, **step.fields, ms=step.milliseconds)

    # Snapshots.

    async def create(
        self, told: Told, commit: str | None, scope: Scope = EVERYTHING, *, replace: bool
    ) -> dict[str, Any]:
        """Makes a snapshot of the live state, or of a part of it."""
        async with (
            self._step("snapshot", snapshot=told.name, scope=str(scope), commit=commit) as step,
            self._world.store.captured(PROGRAM) as content,
        ):
            if not scope.is_everything:
                content = await asyncio.to_thread(extracted, content, scope, PROGRAM)
            made = Made(self._world.clock.now_ms(), commit, content.lsn, version())
            written = await asyncio.to_thread(write_snapshot, self.shelf, content, told, made, replace=replace)
            step.fields["commit"] = written.manifest.made.commit
            step.fields |= {"result": written.result, "path": str(written.path)}
        return {
            "result": written.result,
            "name": told.name,
            "scope": scope.encode(),
            "state_hash": written.manifest.state_hash,
            "counts": _plain(content.counts),
            "lsn": content.lsn,
            "reports": list(content.reports),
            "milliseconds": step.milliseconds,
        }

    async def verify(self, name: str) -> dict[str, Any]:
        """Reads everything of a snapshot, and builds its state aside."""
        async with self._step("verify", snapshot=name) as step:
            path = await asyncio.to_thread(self.shelf.find, name)
            manifest = await asyncio.to_thread(self._verify, path, name)
            step.fields |= {"result": "intact", "commit": manifest.made.commit}
        return {
            "result": "intact",
            "name": name,
            "state_hash": manifest.state_hash,
            "counts": _plain(manifest.counts),
            "milliseconds": step.milliseconds,
        }

    def _verify(self, path: Path, name: str) -> Manifest:
        manifest = verified_manifest(self.shelf.files, path, name)
        try:
            built(content_of_snapshot(self.shelf.files, path, manifest), EVERYTHING, PROGRAM)
        except StateRefused as error:
            raise StateRefused(f"{path}: {error}") from error
        return manifest

    async def delete(self, name: str) -> dict[str, Any]:
        async with self._step("delete", snapshot=name) as step:
            step.fields["commit"] = await asyncio.to_thread(self._commit, name)
            await asyncio.to_thread(self.shelf.delete, name)
            step.fields["result"] = "deleted"
        return {"result": "deleted", "name": name}

    def _commit(self, name: str) -> str | None:
        """The source commit of a snapshot, also of a damaged one; None if it says none."""
        try:
            return read_manifest(self.shelf.files, self.shelf.find(name), sealed=False).made.commit
        except SnapshotError:
            return None

    async def content(self, name: str) -> tuple[Manifest, Content]:
        """A snapshot's manifest and content, verified."""
        read = await asyncio.to_thread(self._read, name)
        self._last_read = read
        return read.manifest, read.content

    def _read(self, name: str) -> _Read:
        path = self.shelf.find(name)
        last = self._last_read
        if last is not None and self._world.store.rewinds and last.signatures == self._signatures(path, last.manifest):
            return last
        manifest = verified_manifest(self.shelf.files, path, name)
        content = content_of_snapshot(self.shelf.files, path, manifest)
        return _Read(self._signatures(path, manifest), manifest, content)

    def _signatures(self, path: Path, manifest: Manifest) -> dict[Path, tuple[int, int, int]]:
        try:
            return {path / file: self.shelf.files.signature(path / file) for file in (MANIFEST, *manifest.files)}
        except OSError:
            return {}

    # Another state in the place of the present one.

    async def restore(self, name: str, scope: Scope) -> dict[str, Any]:
        """Makes the live state, or a part of it, that of a snapshot; of a snapshot of a part, no more than that."""
        async with self._step("restore", snapshot=name, scope=str(scope)) as step:
            manifest, content = await self.content(name)
            step.fields["commit"] = manifest.made.commit
            scope = _narrowed(scope, content.scope, name)
            step.fields["scope"] = str(scope)
            try:
                lsn = await self._put("store.restore", content, scope)
            except StateRefused as error:
                raise StateRefused(f"The snapshot {name!r} can't be restored: {error}.") from error
            step.replaced = scope
            step.fields |= {"result": "restored", "lsn": lsn}
        return {
            "result": "restored",
            "name": name,
            "commit": manifest.made.commit,
            "scope": scope.encode(),
            **({"state_hash": manifest.state_hash} if scope == content.scope else {}),
            "counts": self._counts(),
            "lsn": lsn,
            "milliseconds": step.milliseconds,
        }

    async def reset(self, scope: Scope) -> dict[str, Any]:
        """Takes the live state, or a part of it, back to the seed, or empties it."""
        seed = self._world.store.seed
        to = "empty" if seed is None else "seed"
        async with self._step("reset", to=to, scope=str(scope)) as step:
            if seed is not None:
                step.fields |= {"snapshot": seed.name, "commit": seed.commit}
            lsn = await self._put("store.reset", seed, scope)
            step.replaced = scope
            step.fields |= {"result": "reset", "lsn": lsn}
        return {
            "result": "reset",
            "to": to,
            "scope": scope.encode(),
            "counts": self._counts(),
            "lsn": lsn,
            "milliseconds": step.milliseconds,
        }

    async def reseed(self, path: Path, home: Home) -> dict[str, Any]:
        """Makes the live state, and what resets go back to, that of a seed's folder; leaves both alone if that is the
        seed already. ``home`` is for documents that don't say theirs."""
        store = self._world.store
        async with self._step("seed", path=str(path)) as step:
            content = await asyncio.to_thread(_seed, path, home)
            seeded = {"snapshot": content.name, "commit": content.commit, "state_hash": content.state_hash}
            step.fields |= seeded
            if store.seed is not None and await asyncio.to_thread(_is_the_same, content, store.seed.state_hash):
                step.fields["result"] = "unchanged"
            else:
                lsn = await self._put("store.restore", content, EVERYTHING, as_seed=True)
                step.replaced = EVERYTHING
                step.fields |= {"result": "restored", "lsn": lsn}
        return {**step.fields, "milliseconds": step.milliseconds}

    async def _put(self, kind: Kind, content: Content | None, scope: Scope, *, as_seed: bool = False) -> int:
        prepared: Prepared
        async with self._world.store.prepared(content, scope, PROGRAM) as prepared:
            lsn = self._world.replace(kind, prepared)
            await self._world.store.durable(lsn)
            if as_seed:
                await self._world.store.keep_seed(prepared, lsn)
        return lsn

    def _counts(self) -> dict[str, dict[str, int]]:
        return _plain({name: state.counts() for name, state in self._world.states.items()})

    # The disk.

    async def checkpoint(self) -> dict[str, Any]:
        """Brings the data directory up to date: base and rest form."""
        async with self._one:
            done = await self._world.store.checkpoint()
        return {"result": "written", "lsn": done.lsn, "milliseconds": round(done.milliseconds, 2)}


def _plain(counts: Mapping[str, Mapping[str, int]]) -> dict[str, dict[str, int]]:
    return {service: dict(entities) for service, entities in counts.items() if entities}


def _seed(path: Path, home: Home) -> Content:
    """In a thread: the state in a seed's folder. Raises DirectoryRefused, also where it changes while it is read."""
    try:
        return read_seed(path, home, log.info)
    except OSError as error:
        raise DirectoryRefused(f"The seed can't be used: {path}: {error.strerror or error}.") from error


def _is_the_same(content: Content, hashed: str) -> bool:
    """In a thread: whether a content has a state hash, as it is or as this emu would write it. Raises StateRefused."""
    if content.state_hash == hashed:
        return True
    documents = part_documents(built(content, EVERYTHING, PROGRAM), PROGRAM.new_machines)
    return state_hash({name: Document.of(lines).sha256 for name, lines in documents.items()}) == hashed


def _narrowed(asked: Scope, held: Scope, name: str) -> Scope:
    """What is asked for of a snapshot that holds a part of a state. Raises OutsideSnapshot."""
    wanted, there = asked.encode(), held.encode()
    for member, value in wanted.items():
        if there.get(member, value) != value:
            raise OutsideSnapshot(
                f"The snapshot {name!r} is one of {held}: its {member} is {there[member]}, not {value}.", member
            )
    return Scope.decode({**there, **wanted})
