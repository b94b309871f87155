"""A directory that is refused is repaired, opens, is written to, and opens again; and nothing is lost in silence."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path
from typing import Any

import orjson
import pytest

from storage.errors import Damaged, DirectoryLocked, DirectoryRefused, StorageUnavailable, TwoHistories
from storage.files import Files
from storage.journal.repair import Missing
from storage.repair.inspection import inspect
from storage.repair.repair import Repair, Take, repair
from tests.storage.directories import PROGRAM, Directories, Entries, content, read, replace_file
from tests.storage.test_verify import CASES, HARMS, LARGE, SMALL, UNKNOWABLE, append, flip, harm_record
from tests.storage.tiny import HOME, OTHER, opened
from tests.storage.watched import UnsyncedFiles, WatchedFiles


@pytest.fixture(scope="module")
def directories(tmp_path_factory: pytest.TempPathFactory) -> Directories:
    return Directories(tmp_path_factory.mktemp("directories"))


def states(directories: Directories, kind: str, path: Path) -> Entries:
    """What an unharmed directory holds."""
    state = read(directories.copy(kind, path))
    shutil.rmtree(path)
    return state


async def _go_on(path: Path) -> Entries:
    world = await opened(path, files=UnsyncedFiles())
    for number in range(3):
        world.put(f"more {number}", number, machine="ab"[number % 2])
        await world.store.durable(world.store.lsn)
    world.put_small("more", b"more of it")
    await world.put_large("much more", bytes(range(255)) * 300)
    await world.store.durable(world.store.lsn)
    state = dict(world.everything())
    await world.store.stop()
    return state


def check_it_goes_on(path: Path) -> None:
    """More is written, and there after a reopening; then all is intact."""
    state = asyncio.run(_go_on(path))
    assert read(path) == state
    assert inspect(path, PROGRAM).intact


def check_nothing_vanished(path: Path, before: dict[str, bytes], done: Repair) -> None:
    """Every file's bytes are where they were, or where the repair keeps them."""
    now = content(path)
    for name, data in before.items():
        kept = {now.get(name)}
        if done.folder is not None:
            folder = str(done.folder.relative_to(path))
            kept |= {held for file, held in now.items() if file.startswith(f"{folder}/{name}")}
        assert data in kept, name


def repaired(path: Path, take: Take | None = None) -> Repair:
    before = content(path)
    planned = repair(path, PROGRAM, take=take, dry_run=True)
    assert content(path) == before
    done = repair(path, PROGRAM, take=take)
    check_nothing_vanished(path, before, done)
    assert done.steps[: len(planned.steps)] == planned.steps
    assert [record.lsn for record in done.lost] == [record.lsn for record in planned.lost]
    return done


@pytest.mark.parametrize("kind", ["rest", "killed", "adopted"])
def test_there_is_nothing_to_repair(directories: Directories, tmp_path: Path, kind: str) -> None:
    path = directories.copy(kind, tmp_path / "state")
    done = repaired(path)
    assert (done.steps, done.folder) == ([], None)


HARMED = [(*case, harm) for case in CASES for harm in (*HARMS, "removed") if (harm, case[1]) not in UNKNOWABLE]


@pytest.mark.parametrize(("kind", "name", "harm"), HARMED)
def test_a_harmed_file(directories: Directories, tmp_path: Path, kind: str, name: str, harm: str) -> None:
    path = tmp_path / "state"
    state = states(directories, kind, path)
    directories.copy(kind, path)
    if harm == "removed":
        (path / name).unlink()
    else:
        replace_file(path / name, HARMS[harm]((path / name).read_bytes()))
    take: Take | None = None
    if name == "emu.json" or (name.startswith("emu/documents/") and kind != "adopted"):
        with pytest.raises(DirectoryRefused, match="--take theirs"):
            repair(path, PROGRAM)
        take = "theirs"
    elif name == "a.json" and kind == "killed":
        take = "ours"
    done = repaired(path, take)
    found = read(path)
    if take == "theirs":
        # All that Kumo's documents show.
        shown = {key: value for key, value in state.items() if key[:2] == ("a", HOME) and not key[2].startswith("k")}
        shown.pop(("a", HOME, "late"), None)
        assert found == shown
    elif name.startswith("emu/journal"):
        lost = {change[3]["key"] for record in done.lost for change in record.changes}
        missing = {key[2] for key in state.keys() - found.keys()}
        first_lost = min((record.lsn for record in done.lost), default=16)
        unreadable = {name for name in missing - lost if name.startswith("k") and int(name[1:]) < first_lost}
        assert missing == lost | unreadable | (missing & {"late"})
        assert done.unreadable or not missing or harm in ("emptied", "zeroed", "removed")
        assert all(state[key] == value for key, value in found.items())
    elif name != "a.json" or done.steps:
        assert found == state
    check_it_goes_on(path)


@pytest.mark.parametrize("lsn", range(6, 15))
def test_the_journal_damaged_at_each_record(directories: Directories, tmp_path: Path, lsn: int) -> None:
    path = tmp_path / "state"
    state = states(directories, "killed", path)
    directories.copy("killed", path)
    harm_record(path, lsn)
    with pytest.raises(DirectoryRefused, match=f"record {lsn} is damaged"):
        read(path)
    done = repaired(path)
    assert [record.lsn for record in done.lost] == list(range(lsn + 1, 16))
    assert list(done.missing) == [Missing(lsn, lsn)]
    assert len(done.unreadable) == 1
    gone = {"late" if number == 8 else f"k{number}" for number in range(lsn, 16)}
    found = read(path)
    assert found == {key: value for key, value in state.items() if key[2] not in gone}
    check_it_goes_on(path)


@pytest.mark.parametrize("harm", ["header", "folded records", "swapped", "doubled"])
def test_a_journal_whose_records_all_prove_themselves(directories: Directories, tmp_path: Path, harm: str) -> None:
    """Damage in what isn't needed costs nothing."""
    path = tmp_path / "state"
    state = states(directories, "killed", path)
    directories.copy("killed", path)
    first, second = sorted((path / "emu" / "journal").glob("*.jsonl"))
    data = first.read_bytes()
    if harm == "header":
        first.write_bytes(flip(data, 12))
    elif harm == "swapped":
        second.rename(path / "kept")
        first.rename(second)
        (path / "kept").rename(first)
    elif harm == "doubled":
        end = data.index(b"\n") + 1
        record = data[end : data.index(b"\n", end) + 1]
        first.write_bytes(data[:end] + record + data[end:])
    else:
        first.write_bytes(data.replace(b'{"journal"', b'garbage\n{"journal"', 1))
    with pytest.raises(DirectoryRefused):
        read(path)
    done = repaired(path)
    assert not done.lost
    assert read(path) == state
    check_it_goes_on(path)


def test_a_journal_that_begins_too_late(directories: Directories, tmp_path: Path) -> None:
    path = tmp_path / "state"
    state = states(directories, "killed", path)
    directories.copy("killed", path)
    (path / "emu" / "journal" / "0000000000000006.jsonl").unlink()
    done = repaired(path)
    assert [record.lsn for record in done.lost] == list(range(11, 16))
    assert list(done.missing) == [Missing(6, 10)]
    assert read(path) == {key: value for key, value in state.items() if not key[2].startswith(("k", "late"))}
    check_it_goes_on(path)


def test_a_journal_whose_last_segment_is_gone(directories: Directories, tmp_path: Path) -> None:
    """The seal of the one before says that it was there; how much it held, nobody knows."""
    path = tmp_path / "state"
    state = states(directories, "killed", path)
    directories.copy("killed", path)
    last = path / "emu" / "journal" / "0000000000000011.jsonl"
    last.unlink()
    with pytest.raises(Damaged, match="the records from 11 on are missing") as caught:
        read(path)
    assert caught.value.path == last
    [finding] = inspect(path, PROGRAM).findings
    assert (finding.kind, finding.path) == ("journal", last)
    done = repaired(path)
    assert (list(done.missing), *map(list, (done.lost, done.unreadable))) == ([Missing(11, None)], [], [])
    assert "the records from 11 on can't be read any more" in done.steps[0]
    assert done.folder is not None
    assert orjson.loads((done.folder / "report.json").read_bytes())["missing"] == [{"first": 11, "last": None}]
    assert read(path) == {key: value for key, value in state.items() if key[2] not in {f"k{n}" for n in range(11, 16)}}
    check_it_goes_on(path)


def test_a_record_that_cannot_be_applied_ends_the_state(directories: Directories, tmp_path: Path) -> None:
    path = tmp_path / "state"
    state = states(directories, "killed", path)
    directories.copy("killed", path)
    append(path, ("a.explode", *HOME, {"key": "k16"}))
    append_after_explosion = inspect(path, PROGRAM).salvage
    assert append_after_explosion is not None
    done = repaired(path)
    assert [record.lsn for record in done.lost] == [16]
    assert read(path) == state
    check_it_goes_on(path)


# Two histories.


def _edited(directories: Directories, path: Path) -> Path:
    directories.copy("killed", path)
    document = path / "a.json"
    document.write_bytes(document.read_bytes().replace(b'"Value":1', b'"Value":9'))
    with pytest.raises(TwoHistories):
        read(path)
    return path


def test_two_histories_need_a_word(directories: Directories, tmp_path: Path) -> None:
    path = _edited(directories, tmp_path / "state")
    before = content(path)
    with pytest.raises(TwoHistories, match="--take ours"):
        repair(path, PROGRAM)
    with pytest.raises(DirectoryRefused, match="no older base"):
        repair(_removed(path, "emu.json"), PROGRAM, take="older")
    assert content(path) == {name: data for name, data in before.items() if name != "emu.json"}


def _removed(path: Path, name: str) -> Path:
    (path / name).unlink()
    return path


@pytest.mark.parametrize("damaged", [False, True])
def test_two_histories_take_ours(directories: Directories, tmp_path: Path, damaged: bool) -> None:
    path = tmp_path / "state"
    state = states(directories, "killed", path)
    _edited(directories, path)
    if damaged:
        harm_record(path, 12)
        state = {key: value for key, value in state.items() if key[2] not in ("k12", "k13", "k14", "k15")}
    done = repaired(path, "ours")
    assert len(done.lost) == (3 if damaged else 0)
    assert inspect(path, PROGRAM).findings == []
    assert read(path) == state
    assert done.folder is not None
    assert b'"Value":9' in (path / done.folder / "a.json").read_bytes()
    check_it_goes_on(path)


def test_two_histories_take_theirs(directories: Directories, tmp_path: Path) -> None:
    """The documents count for what they show; what they can't show is the journal's."""
    path = tmp_path / "state"
    state = states(directories, "killed", path)
    _edited(directories, path)
    repaired(path, "theirs")
    assert inspect(path, PROGRAM).intact
    found = read(path)
    assert found["a", HOME, "one"] == (9, None)
    assert {key for key in found if key[:2] == ("a", HOME)} == {("a", HOME, key) for key in ("one", "small", "large")}
    assert {key: found[key] for key in found if key[:2] != ("a", HOME)} == {
        key: state[key] for key in state if key[:2] != ("a", HOME)
    }
    check_it_goes_on(path)


def test_documents_that_cannot_be_taken_over(directories: Directories, tmp_path: Path) -> None:
    path = directories.copy("killed", tmp_path / "state")
    (path / "a.json").write_bytes(b"{}}")
    with pytest.raises(DirectoryRefused, match=r"a\.json can't be taken over"):
        repair(path, PROGRAM, take="theirs")


# Bases.


def test_an_older_base(directories: Directories, tmp_path: Path) -> None:
    path = tmp_path / "state"
    old = states(directories, "rest", path)
    directories.copy("adopted", path)
    replace_file(path / "emu" / "documents" / "a.000000000000.us-east-1-8.json", b"")
    done = repaired(path, "older")
    assert "goes back" in done.steps[0]
    assert read(path) == old
    check_it_goes_on(path)


def test_a_document_with_a_whole_copy(directories: Directories, tmp_path: Path) -> None:
    path = tmp_path / "state"
    state = states(directories, "killed", path)
    directories.copy("killed", path)
    document = path / "emu" / "documents" / "b.000000000000.us-east-1-5.json"
    shutil.copyfile(document, document.with_name("a-copy.json"))
    replace_file(document, b"")
    harm_record(path, 12)
    done = repair(path, PROGRAM)
    assert "restored from a-copy.json" in done.steps[0]
    assert [record.lsn for record in done.lost] == [13, 14, 15]
    assert read(path) == {key: value for key, value in state.items() if key[2] not in ("k12", "k13", "k14", "k15")}
    check_it_goes_on(path)


def test_nothing_to_begin_anew_from(directories: Directories, tmp_path: Path) -> None:
    path = directories.copy("rest", tmp_path / "state")
    (path / "a.json").unlink()
    (path / "emu.json").unlink()
    with pytest.raises(DirectoryRefused, match="no document"):
        repair(path, PROGRAM, take="theirs")


def test_numbers_are_never_used_again(directories: Directories, tmp_path: Path) -> None:
    path = directories.copy("killed", tmp_path / "state")
    (path / "emu.json").unlink()
    repaired(path, "theirs")
    read(path)
    assert inspect(path, PROGRAM).last.lsn >= 15


# Bodies.


@pytest.mark.parametrize("harm", ["damaged", "missing"])
@pytest.mark.parametrize("with_rest", [True, False])
def test_a_body(directories: Directories, tmp_path: Path, harm: str, with_rest: bool) -> None:
    path = tmp_path / "state"
    state = states(directories, "rest", path)
    directories.copy("rest", path)
    blob = path / "emu" / "blobs" / LARGE
    data = blob.read_bytes()
    blob.unlink()
    if harm == "damaged":
        blob.write_bytes(flip(data, 5000))
    if not with_rest:
        (path / "s3-objects" / LARGE).unlink()
    done = repaired(path)
    assert done.after is None or done.after.intact is with_rest
    if with_rest:
        assert read(path) == state
        return
    assert any(f"the body {LARGE} is" in step for step in done.steps)
    assert inspect(path, PROGRAM).missing_bodies == [LARGE]

    async def others() -> bytes:
        world = await opened(path, files=UnsyncedFiles())
        with pytest.raises(StorageUnavailable, match=LARGE):
            world.body("large")
        small = world.body("small")
        await world.store.stop()
        return small

    assert asyncio.run(others()) == b"small body"


@pytest.mark.parametrize("size", ["small", "large"])
def test_a_missing_body_comes_back_with_its_upload(directories: Directories, tmp_path: Path, size: str) -> None:
    path = directories.copy("rest", tmp_path / "state")
    blob = path / "emu" / "blobs" / (LARGE if size == "large" else SMALL)
    data = blob.read_bytes()
    blob.unlink()

    async def upload() -> None:
        world = await opened(path, files=UnsyncedFiles())
        if size == "large":
            await world.put_large("again", data)
        else:
            world.put_small("again", data)
        await world.store.durable(world.store.lsn)
        world.abandon()

    asyncio.run(upload())
    state = read(path)
    assert state["a", HOME, size] == state["a", HOME, "again"] == (None, data)
    assert inspect(path, PROGRAM).intact


# The repair itself.


def test_a_directory_in_use_is_refused(directories: Directories, tmp_path: Path) -> None:
    path = directories.copy("killed", tmp_path / "state")
    harm_record(path, 15)

    async def run() -> None:
        world = await opened(path, files=UnsyncedFiles())
        with pytest.raises(DirectoryLocked, match="process"):
            repair(path, PROGRAM)
        await world.store.stop()

    asyncio.run(run())


def test_the_report_lies_beside_what_is_kept(directories: Directories, tmp_path: Path) -> None:
    path = directories.copy("killed", tmp_path / "state")
    harm_record(path, 7)
    done = repaired(path)
    assert done.folder == path / "emu" / "repair-1"
    report: dict[str, Any] = orjson.loads((done.folder / "report.json").read_bytes())
    assert [record["lsn"] for record in report["lost"]] == [8, 9, 10, 11, 12, 13, 14, 15]
    assert report["lost"][1]["changes"] == [["b.put", *HOME, {"key": "k9", "value": 9}]]
    assert report["lost"][1]["file"] == "emu/journal/0000000000000006.jsonl"
    assert report["left"] == []
    read(path)
    replace_file(path / "a.json", b"{")
    assert repaired(path).folder == path / "emu" / "repair-2"


class Killed(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("harm", ["journal", "theirs", "ours"])
@pytest.mark.slow
def test_a_repair_killed_at_each_step(directories: Directories, tmp_path: Path, harm: str) -> None:
    """After it the directory opens right, or is refused, or is repaired by another one to the same state."""
    whole = tmp_path / "whole"
    take: Take | None = None if harm == "journal" else "theirs" if harm == "theirs" else "ours"
    if harm == "journal":
        harm_record(directories.copy("killed", whole), 9)
    else:
        _edited(directories, whole)
    wanted_path = shutil.copytree(whole, tmp_path / "wanted")
    steps = 0

    def count(operation: str, path: Path) -> None:
        nonlocal steps
        steps += 1

    repair(wanted_path, PROGRAM, take=take, files=WatchedFiles(count))
    wanted = read(wanted_path)
    for last in range(1, steps, 3):
        path = shutil.copytree(whole, tmp_path / f"killed at {last}")
        done = 0

        def kill(operation: str, at: Path, last: int = last) -> None:
            nonlocal done
            done += 1
            if done >= last:
                raise Killed

        with pytest.raises(Killed):
            repair(path, PROGRAM, take=take, files=WatchedFiles(kill))
        try:
            found = read(path)
        except DirectoryRefused:
            repair(path, PROGRAM, take=take, files=Files())
            found = read(path)
        assert found == wanted, last
        shutil.rmtree(path)


def test_other_namespaces_stay(directories: Directories, tmp_path: Path) -> None:
    path = directories.copy("rest", tmp_path / "state")
    replace_file(path / "a.json", b"not a document")
    repaired(path)
    assert read(path)["a", OTHER, "other"] == ("elsewhere", None)
    assert SMALL in {file.name for file in (path / "s3-objects").iterdir()}
