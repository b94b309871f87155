"""What a start begins with: a seed, a working directory of its own, a copy of what was there."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from emu.aside import PROGRAM
from emu.settings import SettingError
from storage.content import Content
from storage.directory import Layout
from storage.errors import DirectoryRefused
from storage.files import Files
from storage.pointer import Home
from storage.snapshots.errors import SnapshotError
from storage.sources import kind_of, read_folder

_BUILD_VARIABLES = ("BUILD_ID", "GITHUB_RUN_ID", "CI_PIPELINE_ID", "BUILDKITE_BUILD_NUMBER", "CIRCLE_BUILD_NUM")
_ORIGINAL = "before-emu"


def read_seed(path: Path, home: Home, note: Callable[[str], None]) -> Content:
    """The state that a run begins with. Raises DirectoryRefused with a sentence that names the seed."""
    try:
        return read_folder(Files(), path, PROGRAM, home, note)
    except (DirectoryRefused, SnapshotError) as error:
        raise DirectoryRefused(f"The seed can't be used: {error}") from error


def began_with_a_seed(data_dir: Path) -> bool:
    """Whether a data directory keeps a seed to which it can be reset."""
    return Files().exists(Layout(data_dir).seed)


def make_run_dir(where: str, environment: Mapping[str, str]) -> Path:
    """A new working directory that no other run has: below the system's temporary folder for ``auto``, else below the
    folder named. Its name tells the build, the worker of pytest-xdist, and the process. Raises SettingError."""
    parent = Path(tempfile.gettempdir()) if where == "auto" else Path(where)
    build = next((environment[name] for name in _BUILD_VARIABLES if environment.get(name)), "local")
    parts = ["emu", build, environment.get("PYTEST_XDIST_WORKER", ""), str(os.getpid())]
    stem = "-".join("".join(c if c.isalnum() or c in "._" else "_" for c in part) for part in parts if part)
    number = 1
    while True:
        path = parent / (stem if number == 1 else f"{stem}-{number}")
        try:
            path.mkdir(mode=0o700, parents=True)
        except FileExistsError:
            number += 1
        except OSError as error:
            reason = error.strerror or str(error)
            raise SettingError(
                f"Can't make a working directory in {parent} (--run-dir, KUMO_RUN_DIR): {reason}."
            ) from None
        else:
            return path


def remove_run_dir(path: Path) -> None:
    """After a clean exit."""
    Files().remove_tree(path)


def keep_original(path: Path) -> Path | None:
    """Copies the documents and bodies of a directory of Kumo's before it is taken over; where they are, None if there
    is nothing to take over. Raises DirectoryRefused."""
    files, layout = Files(), Layout(path)
    if not files.is_directory(path) or kind_of(files, path, tuple(PROGRAM.rest_names)) != "kumo":
        return None
    target = path / _ORIGINAL
    number = 1
    while files.exists(target):
        number += 1
        target = path / f"{_ORIGINAL}-{number}"
    try:
        files.mkdir(target)
        for name in files.names(path):
            if name.endswith(".json"):
                files.copy(path / name, target / name)
        if files.exists(layout.rest_bodies):
            files.mkdir(target / layout.rest_bodies.name)
            for name in files.names(layout.rest_bodies):
                files.copy(layout.rest_bodies / name, target / layout.rest_bodies.name / name, durable=False)
        files.sync_file_system(target)
    except OSError as error:
        raise DirectoryRefused(f"{path} can't be copied to {target}: {error.strerror or error}.") from error
    return target
