"""What an opening finds, and what it does then: the table of :mod:`storage.opening`, row by row."""

from __future__ import annotations

import asyncio
import base64
import functools
import hashlib
import inspect
import logging
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from storage import inspection
from storage.errors import Damaged, DirectoryLocked, DirectoryRefused, NewerFormat, TwoHistories
from storage.kept import CLEAN_STOPS
from storage.pointer import Home, decode
from tests.storage.directories import PROGRAM
from tests.storage.tiny import HOME, OTHER, World, opened

LARGE = bytes(range(256)) * 500


def session(path: Path, case: Callable[[World], Any], *, kill: bool = False, **options: Any) -> World:
    """One life of a store: opened, used, and stopped, or killed as far as the disk can tell."""

    async def whole() -> World:
        world = await opened(path, **options)
        result = case(world)
        if inspect.isawaitable(result):
            await result
        if kill:
            await world.store.durable(world.store.lsn)
            world.store._checkpointer.disable()
            world.abandon()
        else:
            await world.store.stop()
        return world

    return asyncio.run(whole())


async def fill(world: World) -> None:
    world.put("one", 1)
    world.put("other", "elsewhere", namespace=OTHER)
    world.put("without rest form", [1, 2], machine="b")
    world.put_small("small", b"small body")
    world.put_small("binary", b"\xff\x00")
    await world.put_large("large", LARGE)
    world.put("gone", 1)
    world.delete("gone")


def state_of(path: Path, **options: Any) -> Any:
    """What a new opening sees."""
    seen: list[Any] = []
    session(path, lambda world: seen.append(world.everything()), **options)
    return seen[0]


def pointer_of(path: Path) -> Any:
    return decode((path / "emu.json").read_bytes())


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


# Documents of others.


def inline(key: str, data: bytes) -> bytes:
    return orjson.dumps({key: {"Body": base64.b64encode(data).decode()}})


def test_a_directory_of_kumos_is_imported_and_keeps_its_form(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(inline("k", b"hello"))
    world = session(tmp_path, lambda world: world.put("mine", 1))
    assert world.store.recovery.found == "import"
    assert world.store.home.namespaces == "single"
    assert world.store.recovery.notes == ("a.json: 1 entries taken, 0 entries removed",)
    assert orjson.loads((tmp_path / "a.json").read_bytes()) == orjson.loads(inline("k", b"hello")) | {
        "mine": {"Value": 1}
    }
    assert state_of(tmp_path) == {("a", HOME, "k"): (None, b"hello"), ("a", HOME, "mine"): (1, None)}


def test_an_import_that_is_killed_at_once_is_there(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(inline("k", b"hello"))
    session(tmp_path, lambda world: None, kill=True)
    assert state_of(tmp_path) == {("a", HOME, "k"): (None, b"hello")}


def test_bodies_by_reference_are_taken_over(tmp_path: Path) -> None:
    sha256 = hashlib.sha256(LARGE).hexdigest()
    (tmp_path / "s3-objects").mkdir()
    (tmp_path / "s3-objects" / sha256).write_bytes(LARGE)
    (tmp_path / "a.json").write_bytes(orjson.dumps({"k": {"bodyRef": sha256}}))
    assert state_of(tmp_path) == {("a", HOME, "k"): (None, LARGE)}
    (tmp_path / "s3-objects" / sha256).unlink()
    assert state_of(tmp_path) == {("a", HOME, "k"): (None, LARGE)}


@pytest.mark.parametrize(
    ("document", "reason"),
    [(b"", "isn't JSON"), (b"[]", "isn't a JSON object"), (b'{"k":1}', "'k'"), (b'{"k":{"bodyRef":"00"}}', "missing")],
)
def test_a_document_that_cannot_be_used_is_refused_and_nothing_is_made(
    tmp_path: Path, document: bytes, reason: str
) -> None:
    (tmp_path / "a.json").write_bytes(document)
    with pytest.raises(DirectoryRefused, match=reason) as caught:
        World(tmp_path)
    assert str(tmp_path / "a.json") in str(caught.value)
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]
    assert (tmp_path / "a.json").read_bytes() == document


def test_a_body_that_is_not_what_its_name_says_is_refused(tmp_path: Path) -> None:
    sha256 = hashlib.sha256(LARGE).hexdigest()
    (tmp_path / "s3-objects").mkdir()
    (tmp_path / "s3-objects" / sha256).write_bytes(LARGE[:-1])
    (tmp_path / "a.json").write_bytes(orjson.dumps({"k": {"bodyRef": sha256}}))
    with pytest.raises(DirectoryRefused, match=sha256):
        World(tmp_path)


def edit(path: Path, **entries: Any) -> None:
    document = orjson.loads((path / "a.json").read_bytes()) | entries
    (path / "a.json").write_bytes(orjson.dumps(document))


def test_an_edited_rest_form_is_adopted_and_extras_stay(tmp_path: Path) -> None:
    async def first(world: World) -> None:
        await fill(world)
        world.commit(("a.put", *HOME, {"key": "with extra", "value": 1, "secret": "x"}))

    session(tmp_path, first)
    edit(tmp_path, one={"Value": 2}, new={"Value": "by hand"})
    world = session(tmp_path, lambda world: None)
    assert world.store.recovery.found == "adopted"
    assert world.a.entries["one"] == {"value": 2}
    assert world.a.entries["new"] == {"value": "by hand"}
    assert world.a.entries["with extra"] == {"value": 1, "secret": "x"}
    assert world.a.maps[OTHER] == {"other": {"value": "elsewhere"}}
    again = session(tmp_path, lambda world: None)
    assert again.store.recovery.found == "rest"
    assert again.everything() == world.everything()


def test_a_body_of_the_base_before_an_edit_stays_when_it_is_deleted_later(tmp_path: Path) -> None:
    session(tmp_path, fill)
    edit(tmp_path, one={"Value": "by mistake"})
    session(tmp_path, lambda world: world.delete("large"))
    session(tmp_path, lambda world: None)
    assert (tmp_path / "emu" / "blobs" / hashlib.sha256(LARGE).hexdigest()).read_bytes() == LARGE
    assert inspection.inspect(tmp_path, PROGRAM).intact


def test_the_base_before_an_edit_goes_after_some_clean_stops(tmp_path: Path) -> None:
    session(tmp_path, fill)
    edit(tmp_path, one={"Value": "by mistake"})
    session(tmp_path, lambda world: world.delete("large"))
    edit(tmp_path, one={"Value": "an attempt to put it right"})
    kept, blob = (
        tmp_path / "emu" / "before-adoption.json",
        tmp_path / "emu" / "blobs" / hashlib.sha256(LARGE).hexdigest(),
    )
    session(tmp_path, lambda world: None)
    for number in range(CLEAN_STOPS):
        assert kept.exists()
        assert blob.exists()
        session(tmp_path, functools.partial(World.put, key="x", value=number, machine="b"), kill=True)
        session(tmp_path, lambda world: None)

    async def swept(world: World) -> None:
        for _ in range(500):
            await asyncio.sleep(0.01 if blob.exists() else 0)
        assert not blob.exists()

    session(tmp_path, swept)
    assert not kept.exists()
    named = {document.file for document in pointer_of(tmp_path).documents.values()}
    assert {path.name for path in (tmp_path / "emu" / "documents").iterdir()} == named
    edit(tmp_path, one={"Value": "much later"})
    session(tmp_path, lambda world: None)
    assert kept.exists()


def test_the_base_before_the_first_edit_is_kept_with_its_bodies(tmp_path: Path) -> None:
    session(tmp_path, fill)
    document = next((tmp_path / "emu" / "documents").glob("a.000000000000*"))
    for number in range(2):
        (tmp_path / "a.json").write_bytes(orjson.dumps({"number": {"Value": number}}))
        session(tmp_path, lambda world: world.put("x", 1, machine="b"))
    assert document.exists()
    assert (tmp_path / "emu" / "blobs" / hashlib.sha256(LARGE).hexdigest()).read_bytes() == LARGE
    kept = orjson.loads((tmp_path / "emu" / "before-adoption.json").read_bytes())
    assert document.name in str(kept["pointer"])


def test_an_edit_after_a_kill_without_further_records_is_adopted(tmp_path: Path) -> None:
    session(tmp_path, fill)
    session(tmp_path, lambda world: None, kill=True)
    edit(tmp_path, one={"Value": 2})
    assert session(tmp_path, lambda world: None).a.entries["one"] == {"value": 2}


def test_two_histories_are_refused(tmp_path: Path) -> None:
    session(tmp_path, fill)
    session(tmp_path, lambda world: world.put("k", 1), kill=True)
    edit(tmp_path, one={"Value": 2})
    before = snapshot(tmp_path)
    with pytest.raises(TwoHistories, match="--take ours"):
        World(tmp_path)
    assert snapshot(tmp_path) == before


def test_a_rest_document_that_was_deleted_comes_back(tmp_path: Path) -> None:
    session(tmp_path, fill)
    (tmp_path / "a.json").unlink()
    world = session(tmp_path, lambda world: None)
    assert world.a.entries["one"] == {"value": 1}
    assert (tmp_path / "a.json").exists()


def test_the_home_stays_what_it_was(tmp_path: Path) -> None:
    session(tmp_path, fill)

    async def case() -> None:
        from storage.durable import ClaimedDirectory, DurableOptions

        claimed = ClaimedDirectory(tmp_path, DurableOptions(home=("222222222222", "eu-central-1")))
        assert claimed.home == Home(*HOME, "aws")
        claimed.release()

    asyncio.run(case())


def snapshot(path: Path) -> dict[str, bytes]:
    """Every file but the lock, whose content names the last opener."""
    return {
        str(file.relative_to(path)): file.read_bytes()
        for file in sorted(path.rglob("*"))
        if file.is_file() and file.name != "lock"
    }


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
        from storage.durable import ClaimedDirectory, DurableOptions
        from tests.storage.tiny import TinyMachine

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


# The lock.


def test_a_second_opener_is_told_who_has_it(tmp_path: Path) -> None:
    def case(world: World) -> None:
        before = snapshot(tmp_path)
        with pytest.raises(DirectoryLocked, match=f"process {os.getpid()} on host {socket.gethostname()}"):
            World(tmp_path)
        assert snapshot(tmp_path) == before

    session(tmp_path, case)


def test_a_stale_lock_is_no_obstacle(tmp_path: Path) -> None:
    session(tmp_path, fill)
    (tmp_path / "emu" / "lock").write_bytes(b'{"pid":1,"host":"elsewhere"}')
    assert session(tmp_path, lambda world: None).a.entries["one"] == {"value": 1}


def test_a_child_does_not_hold_the_directory(tmp_path: Path) -> None:
    children: list[subprocess.Popen[bytes]] = []
    forked: list[int] = []

    def case(world: World) -> None:
        children.append(subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]))
        forked.append(os.fork())
        if forked[0] == 0:
            signal.pause()

    try:
        session(tmp_path, case)
        session(tmp_path, lambda world: None)
    finally:
        children[0].kill()
        children[0].wait()
        os.kill(forked[0], signal.SIGKILL)
        os.waitpid(forked[0], 0)


def test_a_child_that_did_not_come_to_close_its_copy_holds_nothing(tmp_path: Path) -> None:
    """Between ``fork`` and what a child does first, it has the parent's lock file open."""
    children: list[subprocess.Popen[bytes]] = []

    def case(world: World) -> None:
        copy = world.store._claim.lock._fd
        children.append(subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], pass_fds=[copy]))

    try:
        session(tmp_path, case)
        session(tmp_path, lambda world: None)
    finally:
        children[0].kill()
        children[0].wait()


def test_an_opening_that_was_refused_leaves_the_lock_to_its_holder(tmp_path: Path) -> None:
    def case(world: World) -> None:
        for _ in range(2):
            with pytest.raises(DirectoryLocked):
                World(tmp_path)

    session(tmp_path, case)


def test_what_the_schema_cannot_hold_is_reported(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    session(tmp_path, lambda world: world.commit(("a.put", *HOME, {"key": "k", "value": 1, "secret": "x"})))
    assert "the secret of k" in caplog.text
