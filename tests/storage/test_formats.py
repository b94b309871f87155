"""What a newer emu wrote is refused by one sentence that names both formats, and stays as it is."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from zlib import crc32

import orjson
import pytest

from storage import pointer as pointers
from storage.errors import NewerFormat
from storage.files import Files
from storage.journal import records
from storage.pointer import Home
from storage.repair.inspection import inspect
from storage.repair.repair import repair
from storage.snapshots import manifest as manifests
from storage.snapshots.errors import SnapshotRefused
from storage.snapshots.shelf import read_manifest
from storage.sources import read_folder
from tests.storage.directories import PROGRAM, Directories, content, read


@pytest.fixture(scope="module")
def directories(tmp_path_factory: pytest.TempPathFactory) -> Directories:
    return Directories(tmp_path_factory.mktemp("directories"))


NEWER = {"emu.json": pointers.FORMAT + 1, "emu/journal/0000000000000006.jsonl": records.FORMAT + 1}


def make_newer(path: Path, file: str) -> str:
    """Gives a file a format beyond those that are known, and a valid checksum; the refusal's sentence."""
    target = path / file
    data = target.read_bytes()
    if file == "emu.json":
        value = orjson.loads(data)
        value["format"] = NEWER[file]
        target.write_bytes(orjson.dumps(value))
        what = f"the directory has format {NEWER[file]} and this emu knows {pointers.FORMAT}"
    else:
        end = data.index(b',"crc"')
        header = data[:end].replace(b'"journal":%d' % records.FORMAT, b'"journal":%d' % NEWER[file])
        line = b'%b,"crc":"%08x"}' % (header, crc32(header))
        target.write_bytes(line + data[len(line) :])
        what = f"the journal has format {NEWER[file]} and this emu knows {records.FORMAT}"
    return f"{target}: {what}; use a newer emu."


READERS: dict[str, Callable[[Path], object]] = {
    "a start": read,
    "verify": lambda path: inspect(path, PROGRAM),
    "repair": lambda path: repair(path, PROGRAM),
    "repair --take theirs": lambda path: repair(path, PROGRAM, take="theirs"),
    "diff, export, a seed": lambda path: read_folder(Files(), path, PROGRAM, Home(), lambda note: None),
}


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("file", NEWER)
def test_a_directory_of_a_newer_format(directories: Directories, tmp_path: Path, file: str, reader: str) -> None:
    path = directories.copy("killed", tmp_path / "state")
    sentence = make_newer(path, file)
    before = content(path)
    with pytest.raises(NewerFormat) as caught:
        READERS[reader](path)
    assert str(caught.value) == sentence
    assert content(path) == before


def test_a_snapshot_of_a_newer_format(tmp_path: Path) -> None:
    """Its manifest may have any form then."""
    newer = manifests.FORMAT + 1
    (tmp_path / manifests.FILE).write_bytes(orjson.dumps({"format": newer, "name": "x", "new": ["y"]}))
    sentence = f"{tmp_path / manifests.FILE} has format {newer} and this emu knows {manifests.FORMAT}; use a newer emu."
    for sealed in (True, False):
        with pytest.raises(SnapshotRefused, match=re.escape(sentence)):
            read_manifest(Files(), tmp_path, sealed=sealed)
    with pytest.raises(SnapshotRefused, match=re.escape(sentence)):
        read_folder(Files(), tmp_path, PROGRAM, Home(), lambda note: None)


@pytest.mark.parametrize("format_of", ["no number", None, {}])
def test_a_format_that_is_none_is_damage(directories: Directories, tmp_path: Path, format_of: object) -> None:
    path = directories.copy("rest", tmp_path / "state")
    value = orjson.loads((path / "emu.json").read_bytes())
    (path / "emu.json").write_bytes(orjson.dumps({**value, "format": format_of}))
    assert "not what emu wrote" in inspect(path, PROGRAM).findings[0].what
