"""With durability ``os`` a power cut may take a body and leave its record: the journal ends in front of it."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from storage import sources
from storage.files import Files
from storage.pointer import Home
from storage.repair import inspection
from tests.storage.directories import PROGRAM
from tests.storage.tiny import HOME, World, opened

LARGE = bytes(range(256)) * 200
OLD = LARGE[::-1]

Harm = Callable[[Path], Any]
HARMS: dict[str, Harm] = {
    "missing": Path.unlink,
    "empty": lambda path: _write(path, b""),
    "short": lambda path: _write(path, LARGE[:4096]),
    "zeros": lambda path: _write(path, bytes(len(LARGE))),
}
"""What a power cut may leave of a file that wasn't synced."""


def _write(path: Path, data: bytes) -> None:
    path.chmod(0o600)
    path.write_bytes(data)


def blob(path: Path, data: bytes) -> Path:
    return path / "emu" / "blobs" / hashlib.sha256(data).hexdigest()


async def _put_large(world: World) -> None:
    await world.put_large("large", LARGE)


def killed(path: Path, write: Callable[[World], Awaitable[None]], *, synced: bool = False) -> Any:
    """A directory whose last records bring a body; the state before them."""

    async def case() -> Any:
        world = await opened(path, durability="os")
        world.store._checkpointer.disable()
        await world.put_large("old", OLD)
        world.put("before", 1)
        await world.store._journal.sync()
        world.put_small("small", b"small")  # says of those before it that they are on the disk
        before = world.everything()
        await write(world)
        world.put("after", 1)
        await world.store.durable(world.store.lsn)
        if synced:
            await world.store._journal.sync()
            world.put("says so", 1)
            await world.store.durable(world.store.lsn)
        world.abandon()
        return before

    return asyncio.run(case())


async def _next(path: Path) -> World:
    world = await opened(path, durability="os")
    await world.store.stop()
    return world


@pytest.mark.parametrize("harm", HARMS)
def test_the_journal_ends_in_front_of_a_record_whose_body_is_lost(tmp_path: Path, harm: str) -> None:
    before = killed(tmp_path, _put_large)
    HARMS[harm](blob(tmp_path, LARGE))

    looked_at = inspection.inspect(tmp_path, PROGRAM)
    assert looked_at.intact
    (said,) = [found.what for found in looked_at.findings if found.kind == "journal"]
    assert hashlib.sha256(LARGE).hexdigest() in said
    assert "the next start cuts it" in said
    content = sources.read_folder(Files(), tmp_path, PROGRAM, Home(*HOME), lambda note: None)
    assert set(content.bodies) == {hashlib.sha256(data).hexdigest() for data in (OLD, b"small")}

    world = asyncio.run(_next(tmp_path))
    assert world.everything() == before
    (note,) = world.store.recovery.notes
    assert hashlib.sha256(LARGE).hexdigest() in note
    (kept,) = (tmp_path / "emu").glob("torn-*.bin")
    assert b'"after"' in kept.read_bytes()
    assert str(kept) in note
    assert not blob(tmp_path, LARGE).exists()
    assert asyncio.run(_next(tmp_path)).everything() == before


def test_a_whole_tail_is_kept(tmp_path: Path) -> None:
    killed(tmp_path, _put_large)
    world = asyncio.run(_next(tmp_path))
    assert world.body("large") == LARGE
    assert world.store.recovery.notes == ()


def test_bodies_of_records_that_were_synced_are_not_read(tmp_path: Path) -> None:
    """Were one of them missing, that would be damage, which is no crash's trace: nothing is cut because of it."""
    killed(tmp_path, _put_large, synced=True)
    blob(tmp_path, LARGE).unlink()
    looked_at = inspection.inspect(tmp_path, PROGRAM)
    assert not looked_at.intact
    assert looked_at.missing_bodies == [hashlib.sha256(LARGE).hexdigest()]
    world = World(tmp_path, durability="os")
    assert world.a.entries["says so"] == {"value": 1}
    world.abandon()


def test_what_no_record_refers_to_at_its_end_is_not_missed(tmp_path: Path) -> None:
    """One record that brings a body and lets go of it."""

    async def both(world: World) -> None:
        body = await _uploaded(world)
        entry = {"key": "passing", "sha256": body.sha256, "size": body.size}
        world.commit(("a.put", *HOME, entry), ("a.delete", *HOME, {"key": "passing"}), bodies=[body])

    killed(tmp_path, both)
    blob(tmp_path, LARGE).unlink(missing_ok=True)
    assert asyncio.run(_next(tmp_path)).a.entries["after"] == {"value": 1}


async def _uploaded(world: World) -> Any:
    writer = world.store.bodies.writer({})
    await writer.write(LARGE)
    return await writer.finish()
