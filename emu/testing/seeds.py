"""Seeds: snapshots under version control that tests begin with. They are found, checked and copied, never written."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from emu.testing.errors import TestingError, hidden

__tracebackhide__ = hidden
FOLDER = "snapshots"
MANIFEST = "manifest.json"


class SeedError(TestingError):
    """A seed that is missing, or not what its manifest says."""


class SeedFromAnotherCommit(UserWarning):
    """A seed was made by other code than what is tested."""


@dataclass(frozen=True, slots=True)
class Seed:
    """A snapshot's folder and its manifest (docs/snapshots.md)."""

    name: str
    folder: Path
    manifest: dict[str, Any]

    @property
    def commit(self) -> str | None:
        """The commit of the code that made it."""
        made = self.manifest.get("made")
        commit = made.get("commit") if isinstance(made, dict) else None
        return str(commit) if commit else None

    @property
    def description(self) -> dict[str, Any]:
        """What its author has said of it."""
        return {name: self.manifest[name] for name in ("purpose", "exercises", "edge_cases") if self.manifest.get(name)}

    def verify(self) -> None:
        """Raises SeedError, naming the file, unless every file is what the manifest says."""
        for path, entry in self.manifest["files"].items():
            file = self.folder / path
            if not file.is_file():
                raise SeedError(f"The seed {self.name} lacks the file {file}.")
            content = file.read_bytes()
            if len(content) != entry["size"] or hashlib.sha256(content).hexdigest() != entry["sha256"]:
                raise SeedError(
                    f"The seed {self.name} is not what its manifest says: {file} was changed. If that is meant,"
                    f" `emu snapshot seal {self.folder}` seals it again."
                )

    def fingerprint(self) -> dict[str, tuple[int, int]]:
        """Size and time of change (ns) of every file: two are equal if nobody has written in between."""
        status = ((file, file.stat()) for file in sorted(self.folder.rglob("*")) if file.is_file())
        return {file.relative_to(self.folder).as_posix(): (stat.st_size, stat.st_mtime_ns) for file, stat in status}

    def copy_to(self, folder: Path) -> None:
        """A copy whose files are its own."""
        shutil.copytree(self.folder, folder)


def read(folder: Path) -> Seed:
    """The seed in a folder. Raises SeedError."""
    try:
        manifest = json.loads((folder / MANIFEST).read_bytes())
    except (OSError, ValueError) as error:
        raise SeedError(f"There is no seed in {folder}: {error}.") from None
    if not isinstance(manifest, dict) or not isinstance(manifest.get("files"), dict):
        raise SeedError(f"{folder / MANIFEST} is not the manifest of a snapshot.")
    return Seed(folder.name, folder, manifest)


def find(name: str, beside: Path, root: Path, folder: Path | None = None) -> Seed:
    """The seed of a name: in ``folder``, or else in ``snapshots/`` beside the test's file or in a folder above it, up
    to ``root``. Raises SeedError with where was looked."""
    places = [folder] if folder is not None else places_of(beside, root)
    for place in places:
        if (place / name).is_dir():
            return read(place / name)
    looked = ", ".join(str(place) for place in places)
    raise SeedError(f"There is no seed named {name!r}; looked in {looked}.")


def place_of_new(beside: Path, root: Path, folder: Path | None = None) -> Path:
    """The folder that a new seed goes to: where there is one already, else beside the test's file."""
    places = places_of(beside, root)
    return folder or next((place for place in places if place.is_dir()), places[0])


def places_of(beside: Path, root: Path) -> list[Path]:
    """The folders that seeds of a test's file may lie in, nearest first."""
    folders = [beside.parent, *beside.parent.parents]
    inside = [folder for folder in folders if folder == root or root in folder.parents]
    return [folder / FOLDER for folder in inside or folders[:1]]


@cache
def code_commit(folder: Path) -> str | None:
    """The commit that is checked out around a folder; None without Git."""
    status, output = _git(folder, "rev-parse", "HEAD")
    return output if status == 0 and output else None


@cache
def other_commit(seed_folder: Path, commit: str) -> str | None:
    """The code's commit if code differs between it and ``commit``, None if at most snapshots do or Git is not there.

    A seed is committed with or after the code that made it, so its own arrival makes no difference.
    """
    head = code_commit(seed_folder)
    if head is None or head == commit:
        return None
    snapshots = seed_folder.parent.name
    status, _ = _git(seed_folder, "diff", "--quiet", commit, head, "--", ":/", f":(top,exclude,glob)**/{snapshots}/**")
    return None if status == 0 else head


@cache
def is_versioned(folder: Path) -> bool:
    """Whether Git keeps the seed."""
    status, _ = _git(folder, "ls-files", "--error-unmatch", MANIFEST)
    return status == 0


def _git(folder: Path, *arguments: str) -> tuple[int, str]:
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError:  # no Git on this machine
        return 127, ""
    return done.returncode, done.stdout.strip()
