"""What ``emu snapshot`` does where no server is asked: on a folder of snapshots, and on a data directory that nobody
has open.

The answers are those of a running emu (:mod:`emu.control.snapshots`), as far as the command shows them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from emu.aside import PROGRAM
from emu.control.arguments import Members, Refused
from emu.control.scopes import taken_scope
from emu.differences import differences
from emu.lifecycle import Lifecycle
from emu.version import version
from emu.world import World
from services.clock import SystemClock
from storage.content import Content
from storage.directory import Layout, Lock, refusal
from storage.durable import ClaimedDirectory, DurableOptions, DurableStore
from storage.errors import DirectoryLocked, DirectoryRefused, StorageUnavailable
from storage.files import Files
from storage.pointer import Home
from storage.preparation import built, extracted
from storage.replacement import StateRefused
from storage.scope import EVERYTHING, Scope
from storage.snapshots.errors import SnapshotError
from storage.snapshots.manifest import Made, Manifest, Told
from storage.snapshots.reading import content_of_snapshot, verified_manifest
from storage.snapshots.shelf import Shelf, read_manifest
from storage.snapshots.writing import write_snapshot
from storage.sources import kind_of, read_folder

_STOP_TIMEOUT_S = 86_400


class Stopped:
    """Snapshots in a folder, and the state in a data directory; ``directory`` is None where only the snapshots are of
    interest. A name that is a path means the snapshot in that folder. Methods raise what :attr:`failures` lists."""

    failures = (SnapshotError, StateRefused, StorageUnavailable, DirectoryRefused, Refused, OSError)

    def __init__(self, shelf: Path, directory: Path | None = None, files: Files | None = None) -> None:
        self._files = files or Files()
        self._shelf = Shelf(shelf, self._files)
        self._directory = directory

    def sentence(self, error: Exception) -> str:
        if isinstance(error, DirectoryLocked):
            return f"{error} An emu that runs takes the same command without --data-dir."
        if isinstance(error, OSError) and error.filename:
            return str(refusal(Path(error.filename), error, "use"))
        return str(error)

    # The snapshots.

    def list(self) -> Sequence[Mapping[str, Any]]:
        return [
            {"name": name, "error": str(entry)}
            if isinstance(entry, SnapshotError)
            else {**entry.summary(), "name": name}
            for name, entry in self._shelf.manifests()
        ]

    def show(self, name: str) -> Mapping[str, Any]:
        return read_manifest(self._files, self.path(name)).document()

    def verify(self, name: str) -> Mapping[str, Any]:
        manifest, _ = self._verified(name)
        return {"counts": manifest.counts, "state_hash": manifest.state_hash}

    def delete(self, name: str) -> None:
        self._shelf.delete(name)

    def path(self, name: str) -> Path:
        """The folder of a snapshot."""
        return Path(name) if is_path(name) else self._shelf.find(name)

    def _verified(self, name: str) -> tuple[Manifest, Content]:
        """A snapshot, all of which was read, and its state built aside."""
        path = self.path(name)
        manifest = verified_manifest(self._files, path, None if is_path(name) else name)
        content = content_of_snapshot(self._files, path, manifest)
        try:
            built(content, EVERYTHING, PROGRAM)
        except StateRefused as error:
            raise StateRefused(f"{path}: {error}.") from error
        return manifest, content

    # The state.

    def create(self, members: Mapping[str, Any]) -> Mapping[str, Any]:
        """The directory is only read."""
        scope = _scope(members)
        told = Told(
            members["name"],
            members.get("purpose"),
            *(tuple(members[texts]) if texts in members else None for texts in ("exercises", "edge_cases")),
        )
        with self._locked():
            content = self._content(rest=True)
            if not scope.is_everything:
                content = extracted(content, scope, PROGRAM)
            made = Made(SystemClock().now_ms(), members.get("commit"), content.lsn, version())
            written = write_snapshot(self._shelf, content, told, made, replace=members.get("replace", False))
        return {
            "result": written.result,
            "name": told.name,
            "scope": scope.encode(),
            "lsn": content.lsn,
            "counts": content.counts,
            "state_hash": written.manifest.state_hash,
            "reports": list(content.reports),
        }

    def restore(self, name: str, members: Mapping[str, Any]) -> Mapping[str, Any]:
        """All or nothing: the snapshot is verified before the directory is opened, and the state replaced by one
        record, which a stop then folds into the base."""
        scope = _scope(members)
        directory = self._state()
        self._verified(name)
        shelf = Shelf(Path(name).absolute().parent, self._files) if is_path(name) else self._shelf
        return asyncio.run(self._restored(directory, shelf, Path(name).name, scope))

    async def _restored(self, directory: Path, shelf: Shelf, name: str, scope: Scope) -> Mapping[str, Any]:
        options = DurableOptions(
            rest_names=PROGRAM.rest_names, flush_interval_ms=0, stop_timeout_s=_STOP_TIMEOUT_S, files=self._files
        )
        claimed = ClaimedDirectory(directory, options)
        try:
            home = (claimed.home.account, claimed.home.region)
            world = World(bodies=claimed.bodies, open_store=claimed.open_store, home=home)
        except BaseException:
            claimed.release()
            raise
        store = world.store
        assert isinstance(store, DurableStore)
        world.ids.position = store.recovery.ids
        await store.start()
        try:
            return await Lifecycle(world, shelf).restore(name, scope)
        finally:
            await store.stop()

    def diff(self, name: str) -> Mapping[str, Any]:
        """Nothing is written."""
        _, before = self._verified(name)
        found = differences(before, self._content().documents_within(before.scope))
        return {"equal": not found, "differences": [difference.document() for difference in found]}

    def _state(self) -> Path:
        """The directory, which holds a state."""
        directory = self._directory
        assert directory is not None
        if kind_of(self._files, directory, tuple(PROGRAM.rest_names)) not in ("emu", "kumo"):
            raise DirectoryRefused(
                f"{directory} holds no state: it isn't a data directory of emu's, nor one of Kumo's."
            )
        return directory

    def _content(self, *, rest: bool = False) -> Content:
        return read_folder(self._files, self._state(), PROGRAM, Home(), lambda note: None, rest=rest)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Nobody else opens the directory meanwhile. One of Kumo's has no lock."""
        layout = Layout(self._state())
        if not self._files.exists(layout.own):
            yield
            return
        try:
            lock = Lock(self._files, layout.lock)
        except OSError as error:
            raise refusal(layout.root, error, "lock") from error
        try:
            yield
        finally:
            lock.release()


def is_path(name: str) -> bool:
    """Whether a snapshot is given by its folder instead of its name."""
    return "/" in name


def _scope(members: Mapping[str, Any]) -> Scope:
    given = {name: members[name] for name in ("service", "account", "region") if name in members}
    return taken_scope(Members(given))
