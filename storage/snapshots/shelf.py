"""The folder that snapshots lie in.

A snapshot is made in a hidden folder beside its place and renamed into it. Where another one is there, that is
renamed away first; a crash between the two renames leaves it hidden, and the next look brings it back.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import re
from collections.abc import Iterator
from pathlib import Path

from storage.files import Files
from storage.snapshots import manifest as manifests
from storage.snapshots.errors import BadName, NoSuchSnapshot, SnapshotError, SnapshotRefused, SnapshotUnwritable
from storage.snapshots.manifest import Manifest

_NAME = re.compile(r"(?!\.)[A-Za-z0-9._-]{1,100}")
_OLD = ".old"
_NEW = ".new-"
_numbers = itertools.count(1)


def check_name(name: object) -> str:
    """The name, if it can be a snapshot's. Raises BadName."""
    if not isinstance(name, str) or _NAME.fullmatch(name) is None:
        raise BadName(
            f"A snapshot's name is 1 to 100 of A-Z a-z 0-9 . _ - and doesn't begin with a dot; {name!r} isn't one."
        )
    return name


class Shelf:
    """Every method but :meth:`path_of` works on the disk and belongs in a thread. All raise SnapshotError."""

    def __init__(self, folder: Path, files: Files | None = None) -> None:
        self.folder = folder
        self.files = files or Files()

    def find(self, name: str) -> Path:
        """A snapshot's folder. Raises BadName or NoSuchSnapshot."""
        path = self.folder / check_name(name)
        self._bring_back(path)
        if not self.files.is_directory(path):
            self._names()  # where the folder can't be read, nobody knows what is in it
            raise NoSuchSnapshot(f"There is no snapshot {name!r} in {self.folder}.")
        return path

    def place(self, name: str) -> tuple[Path, bool]:
        """Where a snapshot of that name lies or will lie, and whether there is one. Raises BadName."""
        path = self.folder / check_name(name)
        self._bring_back(path)
        return path, self.files.exists(path)

    def names(self) -> list[str]:
        hidden = {name.removeprefix(".").removesuffix(_OLD) for name in self._names() if _is_old(name)}
        for name in hidden:
            self._bring_back(self.folder / name)
        return [name for name in self._names() if _NAME.fullmatch(name) and self._may_be_snapshot(self.folder / name)]

    def _names(self) -> list[str]:
        try:
            return self.files.names(self.folder)
        except OSError as error:
            advice = "Give access, or choose another folder (--snapshot-dir)."
            raise _unreadable(f"{self.folder}, where snapshots lie,", error, advice) from error

    def _may_be_snapshot(self, path: Path) -> bool:
        """Whether there is a manifest, or nobody can tell."""
        try:
            return manifests.FILE in self.files.names(path)
        except NotADirectoryError:
            return False
        except OSError:
            return True

    def check_is_snapshot(self, path: Path) -> None:
        """Before it is removed: a folder of somebody else's may have the name. Raises SnapshotRefused."""
        try:
            if manifests.FILE not in self.files.names(path):
                raise SnapshotRefused(f"{path} isn't a snapshot: it has no {manifests.FILE}. It stays as it is.")
        except OSError as error:
            raise _unreadable(str(path), error, "It stays as it is.") from error

    def manifests(self) -> Iterator[tuple[str, Manifest | SnapshotError]]:
        """Each snapshot's manifest by name, or what is wrong with it."""
        for name in self.names():
            try:
                yield name, read_manifest(self.files, self.folder / name)
            except SnapshotError as error:
                yield name, error

    def delete(self, name: str) -> None:
        path = self.find(name)
        self.check_is_snapshot(path)
        hidden = self._hidden(path)
        with _writing(path):
            self._forget_old(path)
            self.files.rename(path, hidden)
            self.files.sync_directory(self.folder)
        self.files.remove_tree(hidden)

    def new_folder(self, name: str) -> Path:
        """An empty folder in which a snapshot is made."""
        path = self._hidden(self.folder / name)
        with _writing(self.folder / name):
            if not self.files.is_directory(self.folder):
                self.files.make_folders(self.folder)
            self.files.make_folders(path)
        return path

    def publish(self, made: Path, path: Path) -> None:
        """Gives a finished folder its name, in place of what has it."""
        old = _old(path)
        with _writing(path):
            if self.files.exists(path):
                self._forget_old(path)
                self.files.rename(path, old)
            self.files.rename(made, path)
            self.files.sync_directory(self.folder)
        self.files.remove_tree(old)

    def _forget_old(self, path: Path) -> None:
        """Before a snapshot loses its name: what it once replaced may still be there, where that failed at its end,
        and must not come back."""
        old = _old(path)
        if self.files.exists(old):
            self.files.sync_directory(self.folder)
            hidden = self._hidden(path)
            self.files.rename(old, hidden)
            self.files.remove_tree(hidden)

    def _hidden(self, path: Path) -> Path:
        return path.with_name(f".{path.name}{_NEW}{os.getpid()}-{next(_numbers)}")

    def _bring_back(self, path: Path) -> None:
        """After a crash in the middle of a replacement."""
        old = _old(path)
        if self.files.exists(old) and not self.files.exists(path):
            with contextlib.suppress(OSError):
                self.files.rename(old, path)


def _old(path: Path) -> Path:
    """Where a snapshot is while another takes its place."""
    return path.with_name(f".{path.name}{_OLD}")


def _unreadable(what: str, error: OSError, advice: str) -> SnapshotRefused:
    return SnapshotRefused(f"{what} can't be read as user id {os.getuid()}: {error.strerror or error}. {advice}")


def _is_old(name: str) -> bool:
    return name.startswith(".") and name.endswith(_OLD)


@contextlib.contextmanager
def _writing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise SnapshotUnwritable(
            f"{path} can't be written as user id {os.getuid()}: {error.strerror or error}. Make room or give access, "
            "or choose another folder (--snapshot-dir)."
        ) from error


def read_manifest(files: Files, path: Path, *, sealed: bool = True) -> Manifest:
    """The manifest of a snapshot's folder. Raises SnapshotRefused."""
    place = path / manifests.FILE
    try:
        data = files.read(place)
    except (FileNotFoundError, NotADirectoryError):
        raise SnapshotRefused(f"{path} isn't a snapshot: it has no {manifests.FILE}.") from None
    except OSError as error:
        raise SnapshotRefused(f"{place} can't be read: {error.strerror or error}.") from error
    return manifests.decode(data, str(place), sealed=sealed)
