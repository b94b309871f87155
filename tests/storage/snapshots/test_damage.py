"""Every file of a snapshot, damaged in every way: refused by name, and the live state is as it was."""

from __future__ import annotations

import asyncio
import errno
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest

from storage.replacement import StateRefused
from storage.snapshots.errors import SnapshotError, SnapshotRefused
from storage.snapshots.manifest import decode
from storage.snapshots.shelf import Shelf
from tests.storage.snapshots.conftest import Lab, filled
from tests.storage.tiny import opened
from tests.storage.watched import UnsyncedFiles


def truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-9])


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def flipped(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 4
    path.write_bytes(data)


def grown(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"x")


def removed(path: Path) -> None:
    path.unlink()


def swapped(path: Path) -> None:
    snapshot = next(folder for folder in path.parents if (folder / "manifest.json").exists())
    others = [other for other in sorted(snapshot.rglob("*")) if other.is_file()]
    path.write_bytes(next(other.read_bytes() for other in others if other.read_bytes() != path.read_bytes()))


def made_a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


FILES = (
    "manifest.json", "a.json", ".gitattributes", "emu/documents/a.000000000000.us-east-1.json",
    "emu/documents/b.111111111111.eu-west-1.json", "s3-objects/*", "emu/blobs/*",
)  # fmt: skip
DAMAGES: tuple[Callable[[Path], None], ...] = (truncated, emptied, flipped, grown, removed, swapped, made_a_folder)


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("durable", [False, True], ids=["memory", "durable"])
def test_a_damaged_snapshot_is_refused_by_name(
    tmp_path: Path, lab: Lab, file: str, damage: Callable[[Path], None], durable: bool
) -> None:
    async def case() -> None:
        world = await opened(tmp_path / "state" if durable else None)
        await filled(world)
        world.put_small("only in b", b"a body that the rest form doesn't have", "b")
        made = await lab.create(world)
        world.put("plain", "the live state")
        before, lsn = world.everything(), world.store.lsn
        await lab.restore(world)
        world.put("plain", "the live state")
        damaged = max(made.path.glob(file), key=lambda path: path.stat().st_size)
        damage(damaged)
        with pytest.raises((SnapshotError, StateRefused), match=damaged.name if damage is not removed else "one"):
            await lab.restore(world)
        assert world.everything() == before
        assert world.store.lsn == lsn + 2
        await world.store.stop()

    asyncio.run(case())


@pytest.mark.parametrize("name", ["..", ".hidden", "a/b", "", "a" * 101, "a b", "ä", "a\n", "a\0"])
def test_a_name_that_leads_elsewhere_is_refused(lab: Lab, name: str) -> None:
    with pytest.raises(SnapshotError, match="name"):
        lab.shelf.find(name)


def test_a_manifest_that_leads_elsewhere_is_refused(tmp_path: Path, lab: Lab) -> None:
    async def case() -> None:
        world = await opened(None)
        world.put("k", 1)
        made = await lab.create(world)
        (tmp_path / "secret").write_bytes(b"{}")
        text = (made.path / "manifest.json").read_text()
        for stranger in ("../../secret", "/etc/hostname"):
            (made.path / "manifest.json").write_text(text.replace("a.json", stranger))
            with pytest.raises(SnapshotError, match=r"manifest\.json"):
                lab.verify()

    asyncio.run(case())


def test_a_crash_between_the_renames_is_made_good(lab: Lab) -> None:
    async def case() -> None:
        world = await opened(None)
        world.put("k", 1)
        made = await lab.create(world)
        made.path.rename(made.path.with_name(".one.old"))
        assert lab.shelf.names() == ["one"]
        lab.verify()

    asyncio.run(case())


@pytest.mark.parametrize("then", ["deleted", "replaced"])
def test_what_a_replacement_left_that_failed_at_its_end_does_not_come_back(lab: Lab, then: str) -> None:
    async def case() -> None:
        world = await opened(None)
        world.put("k", 1)
        made = await lab.create(world)
        old = made.path.with_name(".one.old")
        shutil.copytree(made.path, old)
        if then == "replaced":
            world.put("k", 2)
            await lab.create(world, replace=True)
            assert not old.exists()
        lab.shelf.delete("one")
        assert lab.shelf.names() == []
        assert not old.exists()

    asyncio.run(case())


def test_what_isn_t_a_snapshot_is_not_listed(lab: Lab) -> None:
    (lab.shelf.folder / "notes").mkdir(parents=True)
    (lab.shelf.folder / "README").write_text("hello")
    assert lab.shelf.names() == []


class Unreadable(UnsyncedFiles):
    """A disk on which a folder's names can't be read."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def names(self, path: Path) -> list[str]:
        if path == self._folder:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return super().names(path)


def test_a_folder_of_snapshots_that_cannot_be_read_is_not_an_empty_one(tmp_path: Path, lab: Lab) -> None:
    lab.shelf.folder.mkdir()
    shelf = Shelf(lab.shelf.folder, Unreadable(lab.shelf.folder))
    for look in (shelf.names, lambda: shelf.find("one"), lambda: shelf.delete("one")):
        with pytest.raises(SnapshotRefused, match=f"{shelf.folder}, where snapshots lie, can't be read as user id"):
            look()


def test_a_snapshot_that_cannot_be_looked_into_is_listed_and_stays(lab: Lab) -> None:
    async def case() -> None:
        world = await opened(None)
        made = await lab.create(world)
        shelf = Shelf(lab.shelf.folder, Unreadable(made.path))
        assert shelf.names() == ["one"]
        with pytest.raises(SnapshotRefused, match="can't be read as user id"):
            shelf.delete("one")
        assert lab.verify().description.name == "one"

    asyncio.run(case())


def test_a_folder_of_somebody_elses_stays(lab: Lab) -> None:
    async def case() -> None:
        world = await opened(None)
        theirs = lab.shelf.folder / "one" / "notes"
        theirs.parent.mkdir(parents=True)
        theirs.write_text("mine")
        with pytest.raises(SnapshotRefused, match="isn't a snapshot"):
            await lab.create(world, replace=True)
        with pytest.raises(SnapshotRefused, match="isn't a snapshot"):
            lab.shelf.delete("one")
        assert theirs.read_text() == "mine"

    asyncio.run(case())


@pytest.mark.parametrize("member", ["name", "files", "documents", "state_hash"])
def test_a_manifest_that_lacks_something_says_what(lab: Lab, member: str) -> None:
    async def case() -> None:
        world = await opened(None)
        made = await lab.create(world)
        manifest = orjson.loads((made.path / "manifest.json").read_bytes())
        del manifest[member]
        with pytest.raises(SnapshotRefused, match=rf"isn't a snapshot's manifest: it lacks '{member}'"):
            decode(orjson.dumps(manifest), "manifest.json", sealed=False)

    asyncio.run(case())


@pytest.mark.parametrize("harm", [flipped, truncated, removed, made_a_folder])
def test_a_blob_that_is_lost_makes_no_snapshot(tmp_path: Path, lab: Lab, harm: Callable[[Path], None]) -> None:
    """A snapshot of it could not be restored."""

    async def case() -> None:
        world = await opened(tmp_path / "state", files=UnsyncedFiles())
        await filled(world)
        [blob] = [blob for blob in (tmp_path / "state" / "emu" / "blobs").iterdir() if blob.stat().st_size > 50_000]
        blob.chmod(0o600)
        harm(blob)
        with pytest.raises(SnapshotError, match=blob.name):
            await lab.create(world)
        assert lab.shelf.names() == []
        await world.store.stop()

    asyncio.run(case())
