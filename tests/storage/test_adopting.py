"""Documents that Kumo, or a person, wrote: imported into a fresh directory, adopted over an emu's own, or refused."""

from __future__ import annotations

import asyncio
import base64
import functools
import hashlib
from pathlib import Path

import orjson
import pytest

from storage.errors import DirectoryRefused, TwoHistories
from storage.kept import CLEAN_STOPS
from storage.repair import inspection
from tests.storage.directories import PROGRAM
from tests.storage.sessions import LARGE, edit, fill, pointer_of, session, snapshot, state_of
from tests.storage.tiny import HOME, OTHER, World

# Without a history of emu's.


def inline(key: str, data: bytes) -> bytes:
    return orjson.dumps({key: {"Body": base64.b64encode(data).decode()}})


def test_a_directory_of_kumos_is_imported_and_keeps_its_form(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(inline("k", b"hello"))
    world = session(tmp_path, lambda world: world.put("mine", 1))
    assert world.store.recovery.found == "import"
    assert world.store.home.namespaces == "single"
    assert world.store.recovery.notes == ("a.json: 1 value taken",)
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


# Over one.


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
