"""Every file of a directory harmed in every way: it opens right, or it is refused by name. Never a silent empty
start."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from storage.errors import DirectoryRefused
from storage.repair.inspection import inspect
from storage.repair.repair import repair
from storage.replacement import StateRefused
from tests.storage.directories import LARGE, PROGRAM, fill
from tests.storage.snapshots.conftest import put
from tests.storage.tiny import HOME, OTHER, opened
from tests.storage.watched import UnsyncedFiles


async def _make(kind: str, path: Path) -> None:
    if kind == "seeded":
        await _begin_with_a_seed(path)
        return
    world = await opened(path, files=UnsyncedFiles())
    await fill(world)
    if kind == "rest":
        await world.store.stop()
        return
    await world.store.checkpoint()
    world.put("two", 2)
    await world.store.durable(world.store.lsn)
    world.put("three", 3, machine="b")
    await world.store.durable(world.store.lsn)
    world.put("four", 4)
    await world.store.durable(world.store.lsn)
    world.store._checkpointer.disable()
    world.abandon()


async def _begin_with_a_seed(path: Path) -> None:
    """Something was changed since, in ``a`` alone: of ``b`` the seed and the base have one document."""
    first = await opened(None)
    await fill(first)
    async with first.store.captured(PROGRAM) as content:
        world = await opened(path, files=UnsyncedFiles(), seed=replace(content, name="seed"))
        world.put("since", 1)
        world.delete("small")
        world.put("since", 2, namespace=OTHER)
        await world.store.stop()


KINDS = {
    "rest": (
        "emu.json",
        "a.json",
        "emu/documents/a.000000000000.us-east-1-6.json",
        "emu/documents/a.111111111111.eu-west-1-6.json",
        "emu/documents/b.000000000000.us-east-1-6.json",
    ),
    "killed": (
        "emu.json",
        "a.json",
        "emu/documents/a.000000000000.us-east-1-5.json",
        "emu/documents/a.111111111111.eu-west-1-5.json",
        "emu/documents/b.000000000000.us-east-1-5.json",
        "emu/journal/0000000000000006.jsonl",
    ),
    "seeded": (
        "emu.json",
        "a.json",
        "emu/seed.json",
        "emu/documents/a.000000000000.us-east-1-0.json",
        "emu/documents/a.111111111111.eu-west-1-0.json",
        "emu/documents/b.000000000000.us-east-1-0.json",
        "emu/documents/a.000000000000.us-east-1-4.json",
        "emu/documents/a.111111111111.eu-west-1-4.json",
    ),
}
"""A directory at rest, one whose process was killed, and one that began with a seed: all files that count. Blobs are
checked by ``emu verify``, and the lock holds nothing."""
CASES = [(kind, name) for kind, names in KINDS.items() for name in names]


class Directories:
    """Each kind of directory, made once, and what it holds."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._states: dict[str, Any] = {}

    def copy(self, kind: str, path: Path) -> Any:
        """A copy at ``path``; the state that it holds."""
        made = self._folder / kind
        if kind not in self._states:
            asyncio.run(_make(kind, made))
            counting = {file for file in made.rglob("*") if file.is_file() and file.name != "lock"}
            blobs = {file for file in counting if file.parent.name in ("blobs", "s3-objects")}
            assert {str(file.relative_to(made)) for file in counting - blobs} == set(KINDS[kind])
            shutil.copytree(made, path)
            self._states[kind] = asyncio.run(_read(path))
            shutil.rmtree(path)
        shutil.copytree(made, path)
        return self._states[kind]


@pytest.fixture(scope="module")
def directories(tmp_path_factory: pytest.TempPathFactory) -> Directories:
    return Directories(tmp_path_factory.mktemp("directories"))


async def _read(path: Path) -> Any:
    world = await opened(path, files=UnsyncedFiles())
    try:
        return world.everything()
    finally:
        await world.store.stop()


HARMS: dict[str, Callable[[bytes], bytes]] = {
    "emptied": lambda data: b"",
    "halved": lambda data: data[: len(data) // 2],
    "one byte short": lambda data: data.rstrip(b"\0\n")[:-1],
    "zeroed": lambda data: bytes(len(data)),
    "bit at the start": lambda data: bytes([data[0] ^ 1]) + data[1:],
    "bit in the middle": lambda data: _flip(data, len(data.rstrip(b"\0")) // 2),
    "bit near the end": lambda data: _flip(data, len(data.rstrip(b"\0\n}")) - 2),
    "a line twice": lambda data: data[: data.find(b"\n") + 1] + data,
}


def _flip(data: bytes, position: int) -> bytes:
    return data[:position] + bytes([data[position] ^ 2]) + data[position + 1 :]


@pytest.mark.parametrize("harm", HARMS)
@pytest.mark.parametrize(("kind", "name"), CASES)
def test_a_harmed_file(directories: Directories, tmp_path: Path, kind: str, name: str, harm: str) -> None:
    path = tmp_path / "state"
    state = directories.copy(kind, path)
    (path / name).write_bytes(HARMS[harm]((path / name).read_bytes()))
    _check(path, name, state)


@pytest.mark.parametrize(("kind", "name"), CASES)
def test_a_missing_file(directories: Directories, tmp_path: Path, kind: str, name: str) -> None:
    path = tmp_path / "state"
    state = directories.copy(kind, path)
    (path / name).unlink()
    _check(path, name, state)


SWAPS = [(*case, other) for case in CASES for other in ("emu.json", "a.json") if case[1] != other]


@pytest.mark.parametrize(("kind", "name", "other"), SWAPS)
def test_a_file_swapped_for_another(directories: Directories, tmp_path: Path, kind: str, name: str, other: str) -> None:
    path = tmp_path / "state"
    state = directories.copy(kind, path)
    shutil.copyfile(path / other, path / name)
    _check(path, name, state)


@pytest.mark.parametrize("folder", ["emu/documents", "emu/journal"])
def test_a_missing_folder(directories: Directories, tmp_path: Path, folder: str) -> None:
    path = tmp_path / "state"
    state = directories.copy("killed", path)
    shutil.rmtree(path / folder)
    _check(path, folder, state)


def _check(path: Path, name: str, state: Any) -> None:
    """It opens with everything, or it is refused, naming the file or its folder, and nothing has changed."""
    before = {file: file.read_bytes() for file in path.rglob("*") if file.is_file() and file.name != "lock"}
    try:
        found = asyncio.run(_read(path))
    except DirectoryRefused as refused:
        text = str(refused)
        assert str(path / name) in text or str((path / name).parent) in text
        assert before == {file: file.read_bytes() for file in path.rglob("*") if file.is_file() and file.name != "lock"}
        return
    if name.startswith("emu/journal"):
        # The last record alone can't be told from one that was never finished.
        state = {key: value for key, value in state.items() if key[2] != "four"}
        found = {key: value for key, value in found.items() if key[2] != "four"}
    if name == "a.json":
        # A person may edit it so that it stays valid; what it can't hold is still there.
        state = {key: value for key, value in state.items() if key[0] == "b" or key[1] == OTHER}
        found = {key: value for key, value in found.items() if key[0] == "b" or key[1] == OTHER}
    assert found == state


# The seed, which an opening doesn't read, but a reset does.

SEEDS_FILES = [name for name in KINDS["seeded"] if name.endswith(("seed.json", "-0.json"))]
REMOVED = "removed"


def _harm(path: Path, harm: str) -> None:
    if harm == REMOVED:
        path.unlink()
    else:
        path.write_bytes(HARMS[harm](path.read_bytes()))


async def _reset(path: Path) -> Any:
    world = await opened(path, files=UnsyncedFiles())
    try:
        await put(world, world.store.seed)
        return world.everything()
    finally:
        await world.store.stop()


@pytest.mark.parametrize("harm", [*HARMS, REMOVED])
@pytest.mark.parametrize("name", SEEDS_FILES)
def test_a_harmed_seed(directories: Directories, tmp_path: Path, name: str, harm: str) -> None:
    """``emu verify`` names it, nobody takes it for an empty one, and a repair sets it aside with all it names."""
    path = tmp_path / "state"
    state = directories.copy("seeded", path)
    _harm(path / name, harm)
    assert path / name in [finding.path for finding in inspect(path, PROGRAM).findings]
    with pytest.raises((DirectoryRefused, StateRefused), match=name.rpartition("/")[2]):
        asyncio.run(_reset(path))
    shutil.rmtree(path)
    directories.copy("seeded", path)
    _harm(path / name, harm)
    if name == "emu/seed.json":
        repair(path, PROGRAM)
        assert inspect(path, PROGRAM).intact
        assert asyncio.run(_read(path)) == state
        assert asyncio.run(_reset(path)) == {}


def test_a_reset_goes_back_to_a_whole_seed(directories: Directories, tmp_path: Path) -> None:
    path = tmp_path / "state"
    directories.copy("seeded", path)
    assert inspect(path, PROGRAM).intact
    state = asyncio.run(_reset(path))
    assert state["a", HOME, "small"] == (None, b"small body")
    assert state["a", HOME, "large"] == (None, LARGE)
    assert ("a", HOME, "since") not in state
