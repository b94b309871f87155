"""A test's world, from its declaration to its end: server, directory, seed, clock, faults."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

from emu.history.selection import Selection
from emu.testing import seeds
from emu.testing.clock import moment
from emu.testing.control import Control, ControlError, segment
from emu.testing.diff import Diff
from emu.testing.emulator import Emulator
from emu.testing.errors import hidden
from emu.testing.events import Events
from emu.testing.jitter import Jitter
from emu.testing.markers import Plan
from emu.testing.seeds import Seed, SeedError
from emu.testing.shelf import Place, Shelf
from emu.testing.worker import Worker

__tracebackhide__ = hidden
_BEFORE_CRASHES = "emu-before-crash-points"
_REPLACING = ("reset", "restore", "seed")
"""Steps of the lifecycle that are records."""
_DEATH_S = 5
"""How long a server that has closed its port may take to be gone."""


class World:
    """What one test has. :meth:`begin` makes it, :meth:`end` brings it to rest, :meth:`remove` leaves nothing."""

    def __init__(self, worker: Worker, plan: Plan, place: Place, jitter: Jitter | None) -> None:
        self.worker = worker
        self.plan = plan
        self.place = place
        self.seed: Seed | None = None
        self.past_events = Events()
        self.first_event = 0
        self.updated: list[Path] = []
        self._jitter = jitter
        self._emulator: Emulator | None = None
        self._log_begin = 0
        self._shelf = Shelf(place)

    @property
    def control(self) -> Control:
        return self.worker.control

    @property
    def has_begun(self) -> bool:
        """Whether there is a server, alive or dead, to tell of."""
        return self._emulator is not None

    @property
    def emulator(self) -> Emulator:
        assert self._emulator is not None, "The world has not begun."
        return self._emulator

    @cached_property
    def folder(self) -> Path:
        """The test's own: its working directory and its snapshots."""
        return Path(tempfile.mkdtemp(prefix="test-", dir=self.worker.folder))

    @property
    def snapshots(self) -> Path:
        """Where the server keeps the test's snapshots. Tests in memory share it, since they share the server."""
        if self.plan.persistent:
            return self.folder / "snapshots"
        return self.worker.folder / "snapshots"

    @property
    def data_dir(self) -> Path | None:
        """The working directory of a persistent test."""
        if not self.plan.persistent:
            return None
        return self.plan.directory or self.folder / "state"

    @property
    def log(self) -> str:
        return "" if self._emulator is None else self._emulator.log[self._log_begin :]

    def begin(self) -> None:
        """Raises SeedError, EmulatorError or ControlError; then the test has no world."""
        if self.plan.seed is not None:
            self.seed = self._shelf.begin_with(self.plan.seed)
        if self.data_dir is not None:
            self._begin_on_directory(self.data_dir)
        else:
            self._begin_in_memory()
        if self.plan.clock is not None:
            self.control.post("/kumo/clock", {"freeze": moment(self.plan.clock)})
        for rule in self.plan.faults:
            self.control.post("/kumo/faults", rule)
        self.renew_jitter()
        self.first_event = int(self.control.post("/kumo/events", {"name": f"{self.place.test} begins"})["number"])

    def end(self) -> None:
        """Stops a persistent test's server as a user would; checks that no seed was written and no file damaged.

        Raises EmulatorError, SeedError or DirectoryDamaged.
        """
        if self.data_dir is not None and self._emulator is not None and self._emulator.running:
            self.remember_events()
            self._emulator.stop()
        self._shelf.check_unwritten()
        if self.data_dir is not None and self.data_dir.exists():
            self.worker.verifier.check(self.data_dir)

    def remove(self) -> None:
        """Removes everything that was the test's alone."""
        if "folder" in self.__dict__:
            if self.data_dir is not None:
                self.worker.end_server()
            shutil.rmtree(self.folder, ignore_errors=True)

    def renew_jitter(self) -> None:
        if self._jitter is not None:
            self._jitter.install(self.control)

    def remember_events(self) -> None:
        """Keeps what happened so far, before the server that knows of it ends; the next one counts from 1 again."""
        if self._emulator is not None and self._emulator.running:
            try:
                self.past_events += self._emulator.events(what=None, after=self.first_event)
            except ControlError as error:
                if error.status != 0 or not self._emulator.has_ended(_DEATH_S):
                    raise  # else it was about to end by itself, at a fault
        self.first_event = 0

    def events(self, *, what: str | None, **filters: Any) -> Events:
        """What happened since the test began, as far as it is known; see :meth:`emu.testing.handle.Handle.events`."""
        # The server first: it says best what is wrong with a filter.
        present = self.emulator.events(what=what, after=self.first_event, **filters) if self.emulator.running else ()
        members = dict(filters)
        since = members.pop("since", None)
        selection = Selection(what, **members)
        seen = 0 if since is None else _seen(self.past_events, since)
        past = [entry for entry in self.past_events[seen:] if selection.wants(entry)]
        return Events([*past, *present], lambda: self.events(what=None))

    def diff(self, name: str) -> Diff:
        """What differs from a snapshot of the test's own, or from a seed, to the present state."""
        self.provide(name)
        return self.emulator.diff(name)

    def provide(self, name: str) -> None:
        """Lets the server find a seed under its name; a snapshot of the test's own goes first."""
        if not (self.snapshots / name).exists():
            try:
                seed = self._shelf.find(name)
            except SeedError as error:
                raise SeedError(f"The test has made no snapshot named {name!r}. {error}") from None
            seed.copy_to(self.snapshots / name)

    def check_snapshot(self, name: str, manifest: Mapping[str, Any]) -> None:
        """See :meth:`emu.testing.handle.Handle.check_snapshot`."""
        folder = self._shelf.folder_of(name)
        if self.place.update_snapshots:
            self._update(name, folder, manifest)
            return
        again = "--emu-update-snapshots makes it the present state, for review."
        if not folder.exists():
            raise AssertionError(f"There is no snapshot {folder}; {again}")
        diff = self.diff(name)
        if not diff.equal:
            raise AssertionError(f"The state is not that of the snapshot {folder}; {again}\n{diff}")

    @contextmanager
    def on_directory(self) -> Iterator[Emulator]:
        """The present world on a directory, on the same port; and then as it was before."""
        self.control.post("/kumo/snapshots", {"name": _BEFORE_CRASHES, "replace": True})
        try:
            yield self.emulator if self.plan.persistent else self._move_to_directory()
        finally:
            if not self.plan.persistent:
                self._emulator = self.worker.in_memory(self.arguments)
            elif not self.emulator.running:
                self.emulator.start()
            self.control.post(f"/kumo/snapshots/{_BEFORE_CRASHES}/restore")
            self.renew_jitter()

    def _move_to_directory(self) -> Emulator:
        arguments = self.arguments
        self.remember_events()
        self._emulator = self.worker.on_directory(
            Path(tempfile.mkdtemp(dir=self.folder)) / "state", self.snapshots / _BEFORE_CRASHES, arguments
        )
        return self._emulator

    def _begin_on_directory(self, data_dir: Path) -> None:
        verifier = self.worker.verifier  # for the end: it gets ready beside the server
        if data_dir.exists():
            verifier.check(data_dir)
        seed = None if self.seed is None or data_dir.exists() else self.seed.folder
        self._emulator = self.worker.on_directory(data_dir, seed, self.arguments)

    def _begin_in_memory(self) -> None:
        shutil.rmtree(self.snapshots, ignore_errors=True)
        if self.plan.deterministic is not None:
            self.worker.end_server()  # what is drawn depends on all that was drawn before
        self._emulator = self.worker.in_memory(self.arguments)
        self._log_begin = len(self._emulator.log)
        self.control.delete("/kumo/faults")
        self.control.post("/kumo/reset")
        if self.seed is not None:
            self.provide(self.seed.name)
            self.control.post(f"/kumo/snapshots/{segment(self.seed.name)}/restore")

    @property
    def arguments(self) -> list[str]:
        """What the server is started with, besides its directory."""
        arguments = ["--snapshot-dir", str(self.snapshots), "--record", "reads"]
        if self.plan.deterministic is not None:
            arguments += ["--deterministic", self.plan.deterministic]
        return arguments

    def _update(self, name: str, folder: Path, manifest: Mapping[str, Any]) -> None:
        if folder.exists():
            seed = seeds.read(folder)
            manifest = {**seed.description, **manifest}
            of_this_code = seed.commit is None or seeds.other_commit(folder, seed.commit) is None
            if of_this_code and manifest == seed.description and self.diff(name).equal:
                return
        self._shelf.let_write(folder)
        self.emulator.snapshot(name, replace=True, **manifest)
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.snapshots / name, folder)
        self.updated.append(folder)


def _seen(events: Events, lsn: int) -> int:
    """How many events a reader has seen who knows the records up to ``lsn``: as the server counts them."""
    records = [
        place
        for place, event in enumerate(events, 1)
        if (event["what"] == "commit" or event["name"] in _REPLACING) and event.get("lsn", lsn + 1) <= lsn
    ]
    return records[-1] if records else 0
