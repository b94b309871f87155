"""What both stores promise: the same cases over memory and over a directory."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from tests.storage.tiny import HOME, OTHER, World, opened

LARGE = bytes(range(256)) * 2000


@pytest.fixture(params=["memory", "fsync", "os"])
def run(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[Callable[[World], Awaitable[None]]], None]:
    """Runs a case over a started store of each kind, and stops it."""

    def runner(case: Callable[[World], Awaitable[None]]) -> None:
        async def whole() -> None:
            if request.param == "memory":
                world = await opened(None)
            else:
                world = await opened(tmp_path / "state", durability=request.param)
            await case(world)
            await world.store.stop()

        asyncio.run(whole())

    return runner


def test_a_commit_is_seen_at_once_and_durable_later(run: Any) -> None:
    async def case(world: World) -> None:
        lsn = world.put("k", 1)
        assert world.a.entries["k"] == {"value": 1}
        assert world.store.lsn == lsn == 1
        await world.store.durable(lsn)
        assert world.store.is_durable(lsn)

    run(case)


def test_each_machine_has_the_number_of_its_last_record(run: Any) -> None:
    async def case(world: World) -> None:
        world.put("k", 1, "a")
        world.put("k", 1, "b")
        world.commit(("a.put", *HOME, {"key": "x", "value": 1}), ("b.put", *OTHER, {"key": "x", "value": 1}))
        world.put("k", 2, "b")
        assert (world.store.machine_lsn("a"), world.store.machine_lsn("b")) == (3, 4)

    run(case)


def test_encoded_json_may_stand_in_a_value(run: Any) -> None:
    async def case(world: World) -> None:
        world.commit(("a.put", *HOME, b'{"key":"k",\n"value":[1, 2]}'))
        assert world.a.entries["k"] == {"value": [1, 2]}

    run(case)


@pytest.mark.parametrize("data", [b"", b"text", b"\xff\xfe\x00", LARGE], ids=["empty", "text", "binary", "large"])
def test_a_body_comes_back(run: Any, data: bytes) -> None:
    async def case(world: World) -> None:
        world.put_small("small", data)
        await world.put_large("streamed", data)
        assert world.body("small") == world.body("streamed") == data

    run(case)


def test_a_body_is_hashed_on_the_way(run: Any) -> None:
    async def case(world: World) -> None:
        writer = world.store.bodies.writer({"md5": hashlib.md5(usedforsecurity=False)})
        for start in range(0, len(LARGE), 1000):
            await writer.write(LARGE[start : start + 1000])
        body = await writer.finish()
        assert body.sha256 == hashlib.sha256(LARGE).hexdigest()
        assert body.digests["md5"] == hashlib.md5(LARGE, usedforsecurity=False).digest()
        assert body.size == len(LARGE)
        body.discard()
        body.discard()
        with pytest.raises(KeyError):
            world.store.bodies.open(body.sha256)

    run(case)


@pytest.mark.parametrize("data", [b"small", LARGE], ids=["small", "large"])
def test_an_entry_overwritten_by_the_same_content_keeps_its_body(run: Any, data: bytes) -> None:
    async def case(world: World) -> None:
        await world.put_large("k", data)
        await world.put_large("k", data)
        sha256 = world.a.entries["k"]["sha256"]
        world.commit(("a.put", *HOME, {"key": "k", "sha256": sha256, "size": len(data)}))
        assert world.body("k") == data

    run(case)


def test_a_part_of_a_body_is_read(run: Any) -> None:
    async def case(world: World) -> None:
        await world.put_large("k", LARGE)
        reader = world.store.bodies.open(world.a.entries["k"]["sha256"])
        assert reader.size == len(LARGE)
        assert reader.read(300_000, 10) == LARGE[300_000:300_010]
        assert reader.read(len(LARGE) - 3, 10) == LARGE[-3:]
        reader.close()

    run(case)


@pytest.mark.parametrize("data", [b"small", LARGE], ids=["small", "large"])
def test_a_reader_keeps_a_body_that_is_deleted_meanwhile(run: Any, data: bytes) -> None:
    async def case(world: World) -> None:
        await world.put_large("k", data)
        reader = world.store.bodies.open(world.a.entries["k"]["sha256"])
        world.delete("k")
        if world.path is not None:
            await world.store.checkpoint()
        assert reader.read(0, reader.size) == data
        reader.close()

    run(case)


def test_parts_of_bodies_make_a_new_one(run: Any) -> None:
    async def case(world: World) -> None:
        await world.put_large("large", LARGE)
        world.put_small("small", b"abcdef")
        ranges = [
            (world.a.entries["small"]["sha256"], 1, 3),
            (world.a.entries["large"]["sha256"], 5, 400_000),
            (world.a.entries["small"]["sha256"], 0, 1),
        ]
        body = await world.store.bodies.concatenate(ranges, {})
        world.refer("both", body)
        assert world.body("both") == b"bcd" + LARGE[5:400_005] + b"a"

    run(case)


def test_an_aborted_upload_leaves_nothing(run: Any) -> None:
    async def case(world: World) -> None:
        writer = world.store.bodies.writer({})
        await writer.write(LARGE)
        writer.abort()
        writer.abort()
        if world.path is not None:
            await asyncio.sleep(0.05)
            assert list((world.path / "emu" / "uploads").iterdir()) == []

    run(case)


def test_uploads_of_the_same_content_at_the_same_time(run: Any) -> None:
    async def case(world: World) -> None:
        await asyncio.gather(*(world.put_large(f"k{number}", LARGE) for number in range(8)))
        for number in range(7):
            world.delete(f"k{number}")
        assert world.body("k7") == LARGE

    run(case)


def test_stopping_twice_is_harmless(run: Any) -> None:
    async def case(world: World) -> None:
        world.put("k", 1)
        await world.store.stop()

    run(case)
