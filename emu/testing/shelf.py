"""The seeds that one test reads: found from where the test stands, and watched, so that none is written to."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path

from emu.testing import seeds
from emu.testing.errors import hidden
from emu.testing.seeds import Seed, SeedError, SeedFromAnotherCommit

__tracebackhide__ = hidden


@dataclass(frozen=True, slots=True)
class Place:
    """Where a test stands. test: its node id. file, line: its module, and where in it, from 1. seeds: the folder of the
    project's snapshots, if it names one."""

    test: str
    file: Path
    line: int
    root: Path
    seeds: Path | None
    update_snapshots: bool


class Shelf:
    """What :mod:`emu.testing.seeds` offers, for a test at a place."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._as_found: dict[Path, dict[str, tuple[int, int]]] = {}

    def find(self, name: str) -> Seed:
        """Raises SeedError with where was looked."""
        seed = seeds.find(name, self._place.file, self._place.root, self._place.seeds)
        self._as_found.setdefault(seed.folder, seed.fingerprint())
        return seed

    def begin_with(self, name: str) -> Seed:
        """The seed that the test begins with, verified. Warns if other code made it. Raises SeedError."""
        seed = self.find(name)
        seed.verify()
        head = None if seed.commit is None else seeds.other_commit(seed.folder, seed.commit)
        if head is not None:
            sentence = f"The seed {seed.name} was made by the code of {seed.commit}, and this is {head}."
            warnings.warn_explicit(sentence, SeedFromAnotherCommit, str(self._place.file), self._place.line)
        return seed

    def folder_of(self, name: str) -> Path:
        """Where the project's snapshot of a name is, or where a new one goes."""
        try:
            return self.find(name).folder
        except SeedError:
            return seeds.place_of_new(self._place.file, self._place.root, self._place.seeds) / name

    def let_write(self, folder: Path) -> None:
        """This seed is made anew."""
        self._as_found.pop(folder, None)

    def check_unwritten(self) -> None:
        """Raises SeedError if someone wrote to a seed since it was found."""
        for folder, before in self._as_found.items():
            now = seeds.read(folder).fingerprint()
            changed = sorted(name for name in before.keys() | now.keys() if before.get(name) != now.get(name))
            if changed:
                raise SeedError(
                    f"The test has written to the seed {folder}: {', '.join(changed)}. Seeds are read only."
                )
