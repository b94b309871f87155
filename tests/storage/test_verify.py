"""An inspection finds every damage, names the file, and changes nothing."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from storage.content import Program
from storage.errors import DirectoryRefused, NewerFormat
from storage.files import Files
from storage.journal.records import encode_record
from storage.journal.segment import segment_numbers, segment_path
from storage.repair.inspection import inspect
from tests.storage.directories import MAKERS, PROGRAM, Directories, content, read, replace_file
from tests.storage.tiny import TinyMachine, opened
from tests.storage.watched import UnsyncedFiles

LARGE = "747ffb66d9569fce70d8e9910230ed6cca8d52100286d9e86aa03ebdbb4f69d1"
SMALL = "5bc88570f30195306db6d336b437ea4351ce165ff234e7b0be3ee9660d694073"


def flip(data: bytes, position: int) -> bytes:
    return data[:position] + bytes([data[position] ^ 2]) + data[position + 1 :]


HARMS: dict[str, Callable[[bytes], bytes]] = {
    "emptied": lambda data: b"",
    "halved": lambda data: data[: len(data) // 2],
    "zeroed": lambda data: bytes(len(data)),
    "a flipped bit": lambda data: flip(data, len(data.rstrip(b"\0")) // 2),
}
FILES = {
    "rest": (
        "emu.json",
        "a.json",
        "emu/documents/a.000000000000.us-east-1-6.json",
        "emu/documents/a.111111111111.eu-west-1-6.json",
        "emu/documents/b.000000000000.us-east-1-6.json",
        f"emu/blobs/{SMALL}",
        f"emu/blobs/{LARGE}",
        f"s3-objects/{LARGE}",
    ),
    "killed": (
        "emu.json",
        "a.json",
        "emu/documents/a.000000000000.us-east-1-5.json",
        "emu/journal/0000000000000006.jsonl",
        "emu/journal/0000000000000011.jsonl",
        f"emu/blobs/{LARGE}",
    ),
    "adopted": ("emu/before-adoption.json", "emu/documents/a.000000000000.us-east-1-6.json"),
}
UNKNOWABLE = {("removed", "emu/before-adoption.json")}
"""What was kept once may be thrown away."""
CASES = [(kind, name) for kind, names in FILES.items() for name in names]


@pytest.fixture(scope="module")
def directories(tmp_path_factory: pytest.TempPathFactory) -> Directories:
    return Directories(tmp_path_factory.mktemp("directories"))


@pytest.mark.parametrize("kind", MAKERS)
def test_an_intact_directory(directories: Directories, tmp_path: Path, kind: str) -> None:
    path = directories.copy(kind, tmp_path / "state")
    before = content(path)
    found = inspect(path, PROGRAM)
    assert found.findings == []
    assert content(path) == before
    assert found.documents == 3
    assert found.records == (10 if kind == "killed" else 0)
    assert found.bodies == (3 if kind == "killed" else 2)
    assert sum(counts["entries"] for counts in found.entities.values()) == len(read(path))


@pytest.mark.parametrize("harm", [*HARMS, "removed"])
@pytest.mark.parametrize(("kind", "name"), CASES)
def test_the_harmed_file_is_named(directories: Directories, tmp_path: Path, kind: str, name: str, harm: str) -> None:
    path = directories.copy(kind, tmp_path / "state")
    if harm == "removed":
        (path / name).unlink()
    else:
        replace_file(path / name, HARMS[harm]((path / name).read_bytes()))
    if (harm, name) in UNKNOWABLE:
        return
    before = content(path)
    found = inspect(path, PROGRAM)
    assert content(path) == before
    named = {str(finding.path.relative_to(path)) for finding in found.findings}
    assert named in ({name}, {str(Path(name).parent)}), [finding.what for finding in found.findings]
    if harm == "a flipped bit" and name == "a.json" and found.intact:
        assert "changed since emu left it" in found.findings[0].what  # it may be an edit
    else:
        assert not found.intact


@pytest.mark.parametrize("lsn", range(6, 15))
def test_a_damaged_record(directories: Directories, tmp_path: Path, lsn: int) -> None:
    path = directories.copy("killed", tmp_path / "state")
    harm_record(path, lsn)
    found = inspect(path, PROGRAM)
    [finding] = found.findings
    assert (finding.level, finding.kind) == ("damage", "journal")
    assert finding.offset is not None
    assert f"record {lsn} is damaged" in finding.what
    assert found.salvage is not None
    assert [record.lsn for record in found.salvage.lost] == list(range(lsn + 1, 16))
    with pytest.raises(DirectoryRefused):
        read(path)


def test_a_torn_tail_is_no_damage(directories: Directories, tmp_path: Path) -> None:
    path = directories.copy("killed", tmp_path / "state")
    harm_record(path, 15)
    found = inspect(path, PROGRAM)
    assert found.intact
    assert [finding.what for finding in found.findings if "was never finished" in finding.what]
    assert found.last.lsn == 14


def harm_record(path: Path, lsn: int) -> None:
    segment = segment_path(path / "emu" / "journal", 6 if lsn < 11 else 11)
    data = segment.read_bytes()
    start = data.index(b'{"lsn":%d,' % lsn)
    segment.write_bytes(flip(data, data.index(b'"changes"', start) + 20))


@pytest.mark.parametrize("quick", [False, True])
def test_quick_looks_only_whether_bodies_are_there(directories: Directories, tmp_path: Path, quick: bool) -> None:
    path = directories.copy("rest", tmp_path / "state")
    blob = path / "emu" / "blobs" / LARGE
    replace_file(blob, flip(blob.read_bytes(), 1000))
    assert inspect(path, PROGRAM, quick=quick).intact is quick
    blob.unlink()
    assert inspect(path, PROGRAM, quick=quick).missing_bodies == [LARGE]


def test_a_body_that_nothing_refers_to_is_no_damage(directories: Directories, tmp_path: Path) -> None:
    path = directories.copy("rest", tmp_path / "state")
    (path / "emu" / "blobs" / ("0" * 64)).write_bytes(b"half an upload")
    found = inspect(path, PROGRAM)
    assert found.intact
    assert found.orphans == 1


def test_an_edit_at_rest_is_told(directories: Directories, tmp_path: Path) -> None:
    path = directories.copy("rest", tmp_path / "state")
    document = path / "a.json"
    document.write_bytes(document.read_bytes().replace(b'"Value":1', b'"Value":9'))
    found = inspect(path, PROGRAM)
    assert found.intact
    assert "1 value taken" in found.findings[0].what


def test_an_edit_after_a_kill_is_two_histories(directories: Directories, tmp_path: Path) -> None:
    path = directories.copy("killed", tmp_path / "state")
    document = path / "a.json"
    document.write_bytes(document.read_bytes().replace(b'"Value":1', b'"Value":9'))
    found = inspect(path, PROGRAM)
    assert [finding.kind for finding in found.findings] == ["histories"]
    with pytest.raises(DirectoryRefused, match="two histories"):
        read(path)


def test_a_record_that_cannot_be_applied(directories: Directories, tmp_path: Path) -> None:
    path = directories.copy("killed", tmp_path / "state")
    append(path, ("a.explode", "000000000000", "us-east-1", {}))
    found = inspect(path, PROGRAM)
    [finding] = found.findings
    assert "record 16" in finding.what
    assert "boom" in finding.what


def append(path: Path, *changes: Any) -> None:
    """One more record, as an emu with other code might have written it."""
    found = inspect(path, PROGRAM)
    folder = path / "emu" / "journal"
    segment = segment_path(folder, segment_numbers(Files(), folder)[-1])
    data = segment.read_bytes()
    end = data.rindex(b"\n") + 1
    line, _ = encode_record(found.last, found.last.lsn, changes, {}, request_id="r", time_ms=1, ids=0)
    segment.write_bytes(data[:end] + line + data[end + len(line) :])


@pytest.mark.parametrize("kind", ["a file", "nothing", "an empty folder", "another program's"])
def test_what_cannot_be_looked_at(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "state"
    if kind == "a file":
        path.write_bytes(b"")
    elif kind != "nothing":
        path.mkdir()
        if kind == "another program's":
            (path / "notes.txt").write_text("mine")
    with pytest.raises(DirectoryRefused):
        inspect(path, PROGRAM)


def test_a_newer_format_cannot_be_looked_at(directories: Directories, tmp_path: Path) -> None:
    path = directories.copy("rest", tmp_path / "state")
    replace_file(path / "emu.json", (path / "emu.json").read_bytes().replace(b'"format": 1', b'"format": 2'))
    with pytest.raises(NewerFormat):
        inspect(path, PROGRAM)


def test_a_newer_service_cannot_be_looked_at(directories: Directories, tmp_path: Path) -> None:
    path = directories.copy("rest", tmp_path / "state")
    older = Program(lambda references: {"a": TinyMachine(references)}, ("a",))
    with pytest.raises(DirectoryRefused, match="newer emu"):
        inspect(path, older)


def test_beside_a_server_at_work(tmp_path: Path) -> None:
    """It looks again and again while records and checkpoints come, and never sees damage."""
    path = tmp_path / "state"

    async def run() -> int:
        world = await opened(path, files=UnsyncedFiles(), segment_bytes=4096)
        looks = 0
        looking = asyncio.create_task(asyncio.to_thread(inspect_many, path))
        while not looking.done():
            for _ in range(20):
                world.put(f"k{looks % 50}", looks, machine="ab"[looks % 2])
                looks += 1
                world.put_small(f"s{looks % 10}", b"%d" % looks)
                await world.store.durable(world.store.lsn)
            if looks % 100 == 0:
                await world.store.checkpoint()
        await world.store.stop()
        return await looking

    assert asyncio.run(run()) == 30


def inspect_many(path: Path) -> int:
    for number in range(30):
        found = inspect(path, PROGRAM)
        assert found.intact, (number, found.findings)
    return 30


def test_damage_beside_a_server_at_work(tmp_path: Path) -> None:
    path = tmp_path / "state"

    async def run() -> None:
        world = await opened(path, files=UnsyncedFiles())
        await world.put_large("large", bytes(100_000))
        await world.store.durable(world.store.lsn)
        [blob] = (path / "emu" / "blobs").iterdir()
        kept = shutil.copyfile(blob, tmp_path / "kept")
        blob.unlink()
        found = await asyncio.to_thread(inspect, path, PROGRAM)
        assert found.missing_bodies == [blob.name]
        shutil.copyfile(kept, blob)
        await world.store.stop()

    asyncio.run(run())
