"""What an opening finds, and what it does then: the table of :mod:`storage.opening`, row by row. Documents that others
wrote are in ``test_adopting.py``, the lock in ``test_lock.py``."""

from __future__ import annotations

import asyncio
import errno
import hashlib
import logging
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from storage.durable import ClaimedDirectory, DurableOptions
from storage.errors import Damaged, DirectoryRefused, NewerFormat
from storage.pointer import Home
from tests.storage.sessions import LARGE, fill, pointer_of, session, snapshot, state_of
from tests.storage.snapshots.conftest import Lab
from tests.storage.tiny import HOME, TinyMachine, World
from tests.storage.watched import UnsyncedFiles


def test_a_fresh_directory(tmp_path: Path) -> None:
    world = session(tmp_path / "state", lambda world: None)
    assert world.store.recovery.found == "fresh"
    assert world.store.home == Home(*HOME, "aws")
    assert pointer_of(tmp_path / "state").state == "rest"
    assert not (tmp_path / "state" / "emu" / "unpublished").exists()


def test_directories_are_private(tmp_path: Path) -> None:
    path = tmp_path / "state"
    session(path, fill)
    for folder, _, names in os.walk(path):
        assert Path(folder).stat().st_mode & 0o777 == 0o700
        for name in names:
            wanted = 0o400 if Path(folder).name in ("blobs", "s3-objects") else 0o600
            assert (Path(folder) / name).stat().st_mode & 0o777 == wanted


@pytest.mark.parametrize("kill", [False, True], ids=["stopped", "killed"])
@pytest.mark.parametrize("durability", ["fsync", "os"])
def test_everything_comes_back(tmp_path: Path, kill: bool, durability: str) -> None:
    kept: list[Any] = []

    async def case(world: World) -> None:
        await fill(world)
        kept.append(world.everything())

    session(tmp_path, case, kill=kill, durability=durability)
    world = session(tmp_path, lambda world: kept.append(world.everything()))
    assert kept[0] == kept[1]
    assert world.store.recovery.found == ("live" if kill else "rest")
    assert world.store.recovery.records == (8 if kill else 0)
    assert world.store.recovery.counts == {"a": {"entries": 5}, "b": {"entries": 1}}
    assert world.store.recovery.ids == 7
    assert state_of(tmp_path) == kept[0]


def test_a_killed_process_is_followed_by_one_that_appends_and_is_killed(tmp_path: Path) -> None:
    for _ in range(4):
        session(tmp_path, lambda world: world.put(f"k{world.store.lsn}", 1), kill=True)
    assert {key[2] for key in state_of(tmp_path)} == {"k0", "k1", "k2", "k3"}


def test_a_clean_stop_leaves_the_rest_form_and_no_journal(tmp_path: Path) -> None:
    session(tmp_path, fill)
    shown = orjson.loads((tmp_path / "a.json").read_bytes())
    assert shown["one"] == {"Value": 1}
    assert shown["large"] == {"bodyRef": hashlib.sha256(LARGE).hexdigest()}
    assert (tmp_path / "s3-objects" / hashlib.sha256(LARGE).hexdigest()).read_bytes() == LARGE
    assert (tmp_path / "s3-objects" / hashlib.sha256(b"small body").hexdigest()).read_bytes() == b"small body"
    assert not (tmp_path / "b.json").exists()
    assert list((tmp_path / "emu" / "journal").iterdir()) == []
    documents = {path.name.split("-")[0] for path in (tmp_path / "emu" / "documents").glob("a.*")}
    assert documents == {"a.000000000000.us", "a.111111111111.eu"}


def test_a_second_stop_without_changes_writes_no_document(tmp_path: Path) -> None:
    session(tmp_path, fill)
    before = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "emu" / "documents").iterdir()}
    session(tmp_path, lambda world: None)
    session(tmp_path, lambda world: world.put("b", 1, machine="b"))
    after = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "emu" / "documents").iterdir()}
    kept = [name for name in before if name.startswith("a.")]
    assert len(kept) == 2
    assert all(before[name] == after[name] for name in kept)


def test_bodies_that_nothing_refers_to_are_gone_after_a_clean_stop(tmp_path: Path) -> None:
    async def second(world: World) -> None:
        for key in ("small", "large"):
            world.delete(key)
        await world.put_large("large 2", LARGE[1:])

    session(tmp_path, fill)
    session(tmp_path, second)
    wanted = sorted(hashlib.sha256(data).hexdigest() for data in (b"\xff\x00", LARGE[1:]))
    assert sorted(path.name for path in (tmp_path / "emu" / "blobs").iterdir()) == wanted
    assert sorted(path.name for path in (tmp_path / "s3-objects").iterdir()) == wanted


def test_documents_of_other_services_stay_as_they_are(tmp_path: Path) -> None:
    (tmp_path / "iam.json").write_bytes(b'{"users":\n {}} ')
    session(tmp_path, fill)
    session(tmp_path, fill, kill=True)
    session(tmp_path, fill)
    assert (tmp_path / "iam.json").read_bytes() == b'{"users":\n {}} '


def test_what_the_schema_cannot_hold_is_reported(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    session(tmp_path, lambda world: world.commit(("a.put", *HOME, {"key": "k", "value": 1, "secret": "x"})))
    assert "the secret of k" in caplog.text


def test_the_home_stays_what_it_was(tmp_path: Path) -> None:
    session(tmp_path, fill)

    async def case() -> None:
        claimed = ClaimedDirectory(tmp_path, DurableOptions(home=("222222222222", "eu-central-1")))
        assert claimed.home == Home(*HOME, "aws")
        claimed.release()

    asyncio.run(case())


# Refusals.


def test_a_newer_format_is_refused(tmp_path: Path) -> None:
    session(tmp_path, fill)
    pointer = tmp_path / "emu.json"
    pointer.write_bytes(pointer.read_bytes().replace(b'"format": 1', b'"format": 2'))
    with pytest.raises(NewerFormat, match="newer emu"):
        World(tmp_path)


def test_a_missing_pointer_is_no_fresh_directory(tmp_path: Path) -> None:
    session(tmp_path, fill)
    (tmp_path / "emu.json").unlink()
    with pytest.raises(Damaged, match=r"emu\.json"):
        World(tmp_path)


def test_an_unknown_service_is_refused(tmp_path: Path) -> None:
    session(tmp_path, lambda world: world.put("k", 1, machine="b"))

    async def case() -> None:
        claimed = ClaimedDirectory(tmp_path, DurableOptions())
        with pytest.raises(DirectoryRefused, match="'b'"):
            claimed.open_store({"a": TinyMachine(claimed.bodies)})

    asyncio.run(case())
    assert session(tmp_path, lambda world: None).b.entries == {"k": {"value": 1}}


def test_a_path_that_is_a_file(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"x")
    with pytest.raises(DirectoryRefused, match=f"{path} as user id {os.getuid()}"):
        World(path)
    assert path.read_bytes() == b"x"


def test_a_path_whose_parent_is_missing(tmp_path: Path) -> None:
    with pytest.raises(DirectoryRefused, match="parent"):
        World(tmp_path / "no" / "state")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("folder", ["emu/blobs", "emu/uploads", "emu/documents", "s3-objects"])
def test_a_file_where_a_folder_belongs(tmp_path: Path, folder: str) -> None:
    """It would else come up with the first body that is read or written."""
    session(tmp_path, fill)
    there = tmp_path / folder
    aside = tmp_path.parent / f"{tmp_path.name}-aside"
    if there.exists():
        there.rename(aside)
    there.write_bytes(b"x")
    with pytest.raises(DirectoryRefused, match=f"{there}: Not a directory; .* move that away"):
        World(tmp_path)
    assert there.read_bytes() == b"x"


def test_a_document_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    session(tmp_path, fill)
    document = next((tmp_path / "emu" / "documents").iterdir())

    class Broken(UnsyncedFiles):
        def lines(self, path: Path) -> Iterator[bytes]:
            if path == document:
                raise OSError(errno.EIO, os.strerror(errno.EIO), str(path))
            return super().lines(path)

    with pytest.raises((DirectoryRefused, Damaged), match=f"{document}: Input/output error"):
        World(tmp_path, files=Broken())


def test_many_reports_are_counted(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """What Kumo's documents can't hold is a warning each, and not ten thousand."""

    def many(world: World) -> None:
        for number in range(50):
            world.commit(("a.put", *HOME, {"key": f"k{number}", "value": 1, "secret": "x"}))

    caplog.set_level(logging.WARNING)
    session(tmp_path, many)
    assert caplog.text.count("the secret of k") == 20
    assert "… and 30 more" in caplog.text


# A snapshot.


@pytest.mark.parametrize("fresh", [False, True])
@pytest.mark.parametrize("manifest", [True, False])
def test_a_snapshot_is_no_data_directory_and_stays_as_it_is(tmp_path: Path, fresh: bool, manifest: bool) -> None:
    async def create(world: World) -> None:
        await fill(world)
        await Lab(tmp_path).create(world)

    session(tmp_path / "state", create)
    if not manifest:
        (tmp_path / "one" / "manifest.json").write_bytes(b"{")
    before = sorted((tmp_path / "one").rglob("*")), snapshot(tmp_path / "one")
    with pytest.raises(DirectoryRefused, match=r"is a snapshot, not a data directory.*--seed"):
        World(tmp_path / "one", fresh=fresh)
    assert (sorted((tmp_path / "one").rglob("*")), snapshot(tmp_path / "one")) == before


def test_a_snapshot_of_nothing_is_one_too(tmp_path: Path) -> None:
    session(tmp_path / "state", lambda world: Lab(tmp_path).create(world))
    with pytest.raises(DirectoryRefused, match="is a snapshot"):
        World(tmp_path / "one")


def test_another_programs_manifest_is_none_of_our_business(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_bytes(b'{"name": "an app", "icons": []}')
    session(tmp_path, fill)
    assert state_of(tmp_path)


@pytest.mark.parametrize("folder", ["emu/documents", "emu/blobs", "emu/uploads", "emu/journal", "s3-objects"])
def test_a_folder_that_this_user_may_not_use(tmp_path: Path, folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    session(tmp_path, fill)
    before = snapshot(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(os, "access", lambda path, mode: path != tmp_path / folder)
        with pytest.raises(DirectoryRefused, match=f"{folder}: Permission denied; give this user"):
            World(tmp_path)
    assert snapshot(tmp_path) == before
    session(tmp_path, lambda world: None)
