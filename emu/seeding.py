"""What a start begins with: a seed, a working directory of its own, a copy of what was there."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from emu.aside import PROGRAM
from emu.settings import SettingError
from storage.content import Content, check_bodies
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
    files = Files()
    try:
        content = read_folder(files, path, PROGRAM, home, note)
        if kind_of(files, path, tuple(PROGRAM.rest_names)) == "emu":
            check_bodies(files, content)  # all other kinds were read whole
        return content
    except (DirectoryRefused, SnapshotError) as error:
        raise DirectoryRefused(f"The seed can't be used: {error}") from error


def check_apart(seed: Path, data_dir: Path) -> None:
    """Refuses a seed and a data directory of which one would change or remove the other. Raises SettingError."""
    source, target = Path(os.path.realpath(seed)), Path(os.path.realpath(data_dir))
    if source == target:
        raise SettingError(
            f"The seed {seed} is the data directory itself; leave --seed out to go on with its state, or name another"
            " data directory."
        )
    if target.is_relative_to(source):
        raise SettingError(
            f"The data directory {data_dir} lies in the seed {seed}, which is never written; name another."
        )
    layout = Layout(target)
    if any(source.is_relative_to(folder) for folder in (layout.own, layout.rest_bodies)):
        raise SettingError(
            f"The seed {seed} lies in what emu keeps in the data directory {data_dir}; copy it elsewhere first."
        )


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


def discard_run_dir(path: Path) -> None:
    """After a start that was refused: a directory in which nothing was begun tells nobody anything."""
    with contextlib.suppress(OSError):
        path.rmdir()


@contextlib.contextmanager
def original_kept(path: Path) -> Iterator[Path | None]:
    """Copies the documents and bodies of a directory of Kumo's before it is taken over within; where they are, None if
    there is nothing to take over. The copy goes again if that is refused. Raises DirectoryRefused."""
    files = Files()
    if not files.is_directory(path) or kind_of(files, path, tuple(PROGRAM.rest_names)) != "kumo":
        yield None
        return
    target = _original(files, path)
    try:
        _copy_original(files, path, target)
        yield target
    except BaseException:
        files.remove_tree(target)
        raise


def _original(files: Files, path: Path) -> Path:
    """The name of the next copy."""
    target = path / _ORIGINAL
    number = 1
    while files.exists(target):
        number += 1
        target = path / f"{_ORIGINAL}-{number}"
    return target


def _copy_original(files: Files, path: Path, target: Path) -> None:
    layout = Layout(path)
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
