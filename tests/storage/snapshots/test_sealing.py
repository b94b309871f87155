"""Edits by hand, taken over or refused."""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path

import orjson
import pytest

from storage.snapshots.errors import SnapshotRefused
from storage.snapshots.sealing import Sealed, seal
from tests.storage.snapshots.conftest import LARGE, PROGRAM, Lab, filled
from tests.storage.tiny import HOME, World, opened


def made(lab: Lab) -> Path:
    async def case() -> Path:
        world = await opened(None)
        await filled(world)
        world.commit(("a.put", *HOME, {"key": "hidden", "value": 1, "secret": "what Kumo can't hold"}))
        world.put_small("only in b", b"not in the rest form", "b")
        return (await lab.create(world, purpose="p")).path

    return asyncio.run(case())


def sealed(lab: Lab, path: Path) -> Sealed:
    return seal(path, PROGRAM, "test", 5, lab.shelf)


def restored(lab: Lab, name: str = "one") -> World:
    async def case() -> World:
        world = await opened(None)
        await lab.restore(world, name)
        return world

    return asyncio.run(case())


def edit(path: Path, old: bytes, new: bytes) -> None:
    data = path.read_bytes()
    assert old in data
    path.write_bytes(data.replace(old, new))


def test_what_was_not_edited_stays_as_it_is(lab: Lab) -> None:
    path = made(lab)
    before = (path / "manifest.json").read_bytes()
    assert not sealed(lab, path).changed
    assert (path / "manifest.json").read_bytes() == before


def test_an_edit_of_kumos_document_is_adopted_and_keeps_what_it_does_not_touch(lab: Lab) -> None:
    path = made(lab)
    edit(path / "a.json", '{"n":[1,"ü"]}'.encode(), b'"edited"')
    result = sealed(lab, path)
    assert result.changed
    assert result.notes == ("a.json: 1 value taken",)
    assert lab.verify().made.created_ms == 5
    world = restored(lab)
    assert world.a.entries["plain"] == {"value": "edited"}
    assert world.a.entries["hidden"]["secret"] == "what Kumo can't hold"
    assert world.body("large") == LARGE


def test_an_edit_of_our_document_counts(lab: Lab) -> None:
    path = made(lab)
    edit(path / "emu/documents/b.111111111111.eu-west-1.json", b'"value":1', b'"value":11')
    assert sealed(lab, path).notes == ("emu/documents/b.111111111111.eu-west-1.json was edited",)
    assert list(restored(lab).b.maps["111111111111", "eu-west-1"].values()) == [{"value": 11}]
    lab.verify()


def test_an_edited_body_gets_its_new_name(lab: Lab) -> None:
    path = made(lab)
    old = hashlib.sha256(b"small body").hexdigest()
    (path / "s3-objects" / old).write_bytes(b"edited body")
    assert sealed(lab, path).changed
    assert restored(lab).body("small") == b"edited body"
    assert not (path / "s3-objects" / old).exists()
    lab.verify()


def test_a_folder_that_was_renamed_gives_its_name(lab: Lab) -> None:
    path = made(lab)
    path.rename(path.with_name("two"))
    assert sealed(lab, path.with_name("two")).manifest.name == "two"
    assert restored(lab, "two").body("large") == LARGE


def test_an_edited_description_is_sealed(lab: Lab) -> None:
    path = made(lab)
    edit(path / "manifest.json", b'"purpose": "p"', b'"purpose": "another"')
    with pytest.raises(SnapshotRefused, match="seal"):
        lab.verify()
    sealed(lab, path)
    assert lab.verify().description.purpose == "another"


@pytest.mark.parametrize(
    ("break_it", "named"),
    [
        (lambda path: (path / "a.json").write_bytes(b"[]"), "a.json"),
        (lambda path: (path / "a.json").write_bytes(b'{"plain":'), "a.json"),
        (lambda path: edit(path / "a.json", b'{"Value":1}', b"7"), "a.json"),
        (lambda path: (path / "emu/documents/b.000000000000.us-east-1.json").unlink(), "b.000000000000"),
        (lambda path: next((path / "emu/blobs").iterdir()).write_bytes(b"edited"), "missing"),
        (lambda path: (path / "manifest.json").write_bytes(b"{}"), "manifest.json"),
    ],
    ids=["not an object", "not JSON", "not an entry", "a document is gone", "a body of ours", "manifest"],
)
def test_what_cannot_be_used_is_refused_and_left_alone(lab: Lab, break_it: object, named: str) -> None:
    path = made(lab)
    assert callable(break_it)
    break_it(path)
    before = {file: file.read_bytes() for file in path.rglob("*") if file.is_file()}
    with pytest.raises(SnapshotRefused, match=named):
        sealed(lab, path)
    assert {file: file.read_bytes() for file in path.rglob("*") if file.is_file()} == before


def test_edits_of_both_documents_are_refused(lab: Lab) -> None:
    path = made(lab)
    edit(path / "a.json", '{"n":[1,"ü"]}'.encode(), b'"edited"')
    edit(path / "emu/documents/a.000000000000.us-east-1.json", '{"n":[1,"ü"]}'.encode(), b'"too"')
    with pytest.raises(SnapshotRefused, match="both edited"):
        sealed(lab, path)


def test_the_manifest_says_what_was_written(lab: Lab) -> None:
    manifest = orjson.loads((made(lab) / "manifest.json").read_bytes())
    assert manifest["counts"] == {"a": {"entries": 6}, "b": {"entries": 3}}
    assert set(manifest["made"]) == {"created_ms", "commit", "lsn", "emu"}
    assert set(manifest["files"]) >= {".gitattributes", "a.json"}
