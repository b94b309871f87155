"""Reading a whole state from any folder, and writing it out for Kumo."""

from __future__ import annotations

import asyncio
import errno
import hashlib
import os
from pathlib import Path
from typing import Any

import orjson
import pytest

from storage.content import Content
from storage.errors import DirectoryRefused
from storage.export import export
from storage.files import Files
from storage.pointer import Home
from storage.sources import read_folder
from tests.storage.snapshots.conftest import LARGE, PROGRAM, Lab, filled, put, state_hash
from tests.storage.tiny import opened
from tests.storage.watched import UnsyncedFiles, WatchedFiles


def forbidden(operation: str, path: Path) -> None:
    raise AssertionError(f"{operation} {path}")


def read(path: Path) -> Content:
    """Fails on anything that writes."""
    return read_folder(WatchedFiles(forbidden), path, PROGRAM, Home(), lambda note: None)


def test_a_directory_is_read_in_every_state(tmp_path: Path) -> None:
    async def case() -> None:
        path = tmp_path / "state"
        world = await opened(path, files=UnsyncedFiles())
        await filled(world)
        await world.store.durable(world.store.lsn)
        assert read(path).state_hash == await state_hash(world)  # open
        lab = Lab(tmp_path / "snapshots")
        await lab.create(world)
        world.put("more", 1)
        await lab.restore(world)
        world.put("more", 2)
        hashed = await state_hash(world)
        await world.store.durable(world.store.lsn)
        world.abandon()
        assert read(path).state_hash == hashed  # killed
        world = await opened(path, files=UnsyncedFiles())
        await world.store.stop()
        content = read(path)
        assert content.state_hash == hashed  # at rest
        assert (read(tmp_path / "snapshots" / "one").state_hash == hashed) is False
        memory = await opened(None)
        await put(memory, content)
        assert memory.body("large") == LARGE

    asyncio.run(case())


@pytest.mark.parametrize("form", ["inline", "bodyRef"])
def test_documents_of_kumos_are_read(tmp_path: Path, form: str) -> None:
    async def case() -> None:
        sha256 = hashlib.sha256(b"body").hexdigest()
        entry = {"Body": "Ym9keQ=="} if form == "inline" else {"bodyRef": sha256}
        (tmp_path / "a.json").write_bytes(orjson.dumps({"k": entry, "v": {"Value": 1}}))
        (tmp_path / "s3-objects").mkdir()
        (tmp_path / "s3-objects" / sha256).write_bytes(b"body")
        world = await opened(None)
        await put(world, read(tmp_path))
        assert (world.body("k"), world.a.entries["v"]) == (b"body", {"value": 1})

    asyncio.run(case())


def test_an_edited_directory_is_read_as_it_would_be_opened(tmp_path: Path) -> None:
    async def case() -> None:
        path = tmp_path / "state"
        world = await opened(path, files=UnsyncedFiles())
        world.put("k", 1)
        await world.store.stop()
        (path / "a.json").write_bytes(b'{"k":{"Value":2}}')
        content = read(path)
        world = await opened(path, files=UnsyncedFiles())
        assert await state_hash(world) == content.state_hash
        world.put("k", 3)
        await world.store.durable(world.store.lsn)
        world.abandon()
        (path / "a.json").write_bytes(b'{"k":{"Value":4}}')
        with pytest.raises(DirectoryRefused, match="two histories"):
            read(path)

    asyncio.run(case())


@pytest.mark.parametrize("what", ["missing", "a file", "empty"])
def test_a_folder_without_a_state_is_refused(tmp_path: Path, what: str) -> None:
    path = tmp_path / "folder"
    if what == "a file":
        path.write_bytes(b"")
    elif what == "empty":
        path.mkdir()
    with pytest.raises(DirectoryRefused, match="folder"):
        read(path)


def test_documents_beside_what_only_emu_reads_are_not_taken_for_kumos(tmp_path: Path) -> None:
    """A snapshot whose manifest went: Kumo's documents in it don't hold everything."""

    async def case() -> None:
        world = await opened(tmp_path / "state", files=UnsyncedFiles())
        world.put("k", 1)
        await world.store.stop()
        (tmp_path / "state" / "emu" / "emu.json").unlink(missing_ok=True)
        (tmp_path / "state" / "emu.json").unlink(missing_ok=True)
        with pytest.raises(DirectoryRefused, match="is incomplete"):
            read(tmp_path / "state")

    asyncio.run(case())


def test_a_damaged_directory_is_refused(tmp_path: Path) -> None:
    async def case() -> None:
        path = tmp_path / "state"
        world = await opened(path, files=UnsyncedFiles())
        await filled(world)
        await world.store.stop()
        next((path / "emu" / "blobs").iterdir()).unlink()
        with pytest.raises(DirectoryRefused, match="blobs"):
            read(path)

    asyncio.run(case())


@pytest.mark.parametrize("form", ["inline", "bodyRef"])
def test_an_export_is_what_kumo_reads_again(tmp_path: Path, form: str) -> None:
    async def case() -> None:
        world = await opened(None)
        await filled(world)
        world.put("plain", 5)
        world.commit(("a.put", "000000000000", "us-east-1", {"key": "s", "value": 1, "secret": 2}))
        async with world.store.captured(PROGRAM) as content:
            exported = export(Files(), content, tmp_path / "out", form, PROGRAM)  # type: ignore[arg-type]
        assert any("secret" in report for report in exported.reports)
        assert any("111111111111" in report for report in exported.reports)
        assert (exported.bodies > 0) is (form == "bodyRef")
        back = await opened(None)
        await put(back, read(tmp_path / "out"))
        assert back.body("large") == LARGE
        assert back.a.entries["plain"] == {"value": 5}
        with pytest.raises(DirectoryRefused, match="not empty"):
            export(Files(), content, tmp_path / "out", "inline", PROGRAM)

    asyncio.run(case())


@pytest.mark.parametrize("form", ["inline", "bodyRef"])
@pytest.mark.parametrize("there", [True, False])
def test_an_export_that_fails_leaves_nothing(tmp_path: Path, form: Any, there: bool) -> None:
    out = tmp_path / "out"
    if there:
        out.mkdir()

    def full(operation: str, path: Path) -> None:
        if operation == "sync_file_system":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))

    async def case() -> None:
        world = await opened(None)
        await filled(world)
        async with world.store.captured(PROGRAM) as content:
            with pytest.raises(DirectoryRefused, match="disk is full"):
                export(WatchedFiles(full), content, out, form, PROGRAM)

    asyncio.run(case())
    assert list(tmp_path.rglob("*")) == [out] * there


@pytest.mark.parametrize("form", ["inline", "bodyRef"])
def test_a_body_that_is_not_what_its_name_says_is_not_exported(tmp_path: Path, form: Any) -> None:
    async def case() -> None:
        path = tmp_path / "state"
        world = await opened(path, files=UnsyncedFiles())
        await filled(world)
        await world.store.stop()
        blob = next((path / "emu" / "blobs").iterdir())
        blob.chmod(0o600)
        blob.write_bytes(b"something else")
        with pytest.raises(DirectoryRefused, match=f"{blob.name}: it isn't the body"):
            export(Files(), read(path), tmp_path / "out", form, PROGRAM)
        assert not (tmp_path / "out").exists()

    asyncio.run(case())


def test_an_export_over_a_file(tmp_path: Path) -> None:
    async def case() -> None:
        (tmp_path / "out").write_bytes(b"mine")
        world = await opened(None)
        async with world.store.captured(PROGRAM) as content:
            with pytest.raises(DirectoryRefused, match="out is not a folder"):
                export(Files(), content, tmp_path / "out", "inline", PROGRAM)

    asyncio.run(case())
    assert (tmp_path / "out").read_bytes() == b"mine"
