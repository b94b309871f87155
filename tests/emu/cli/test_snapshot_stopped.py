"""``emu snapshot`` on a data directory that no emu has open."""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from emu.aside import PROGRAM
from emu.cli import cli
from emu.cli.stopped import Stopped
from emu.testing import Emulator
from storage.errors import DirectoryRefused
from storage.files import Files
from storage.pointer import Home
from storage.sources import read_folder
from tests.storage.watched import WatchedFiles


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """``rest`` and ``killed``, in both of which ``snapshots/before`` holds one message, ``large`` as an object and
    nothing else of what there is now; ``part`` holds SQS only."""
    folder = tmp_path_factory.mktemp("made")
    for kind in ("rest", "killed"):
        with Emulator(folder / kind) as emulator:
            s3, sqs = emulator.client("s3"), emulator.client("sqs")
            s3.create_bucket(Bucket="pages")
            s3.put_object(Bucket="pages", Key="large", Body=bytes(100_000))
            url = sqs.create_queue(QueueName="jobs")["QueueUrl"]
            sqs.send_message(QueueUrl=url, MessageBody="first")
            emulator.snapshot("before")
            emulator.control.post("/kumo/snapshots", {"name": "part", "service": "sqs"})
            sqs.send_message(QueueUrl=url, MessageBody="second")
            s3.put_object(Bucket="pages", Key="new", Body=b"new")
            s3.delete_object(Bucket="pages", Key="large")
            if kind == "killed":
                emulator.kill()
    return folder


@pytest.fixture(params=["rest", "killed"])
def directory(request: pytest.FixtureRequest, made: Path, tmp_path: Path) -> Path:
    return shutil.copytree(made / request.param, tmp_path / "state")


@pytest.fixture
def rest(made: Path, tmp_path: Path) -> Path:
    return shutil.copytree(made / "rest", tmp_path / "state")


def emu(*arguments: str | Path, status: int = 0) -> Result:
    result = CliRunner().invoke(cli, ["snapshot", *map(str, arguments)])
    assert result.exit_code == status, result.output
    return result


def content(path: Path) -> dict[str, bytes]:
    return {str(file.relative_to(path)): file.read_bytes() for file in path.rglob("*") if file.is_file()}


def state(path: Path) -> dict[str, bytes]:
    """All files but those of the snapshots, and the lock, which may name another process."""
    kept = ("snapshots/", "emu/lock")
    return {name: data for name, data in content(path).items() if not name.startswith(kept)}


def state_hash(path: Path) -> str:
    return read_folder(Files(), path, PROGRAM, Home(), lambda note: None).state_hash


def test_the_life_of_a_snapshot(directory: Path) -> None:
    at = ("--data-dir", directory)
    before = state(directory)
    made = emu("create", "now", "--purpose", "why", "--edge-case", "a", "--commit", "abc", *at)
    assert "created now: 1 bucket, 1 object, 1 queue, 2 messages" in made.output
    assert "unchanged now" in emu("create", "now", "--purpose", "why", "--edge-case", "a", *at).output
    listed = emu("list", *at).output
    assert "now: 1 bucket" in listed
    assert "commit abc" in listed
    assert {entry["name"] for entry in json.loads(emu("list", *at, "--json").output)} == {"before", "now", "part"}
    assert json.loads(emu("show", "now", *at).output)["edge_cases"] == ["a"]
    assert "now is intact" in emu("verify", "now", *at).output
    assert emu("diff", "now", *at).output == ""
    differs = emu("diff", "before", *at, status=1).output
    assert "+ message jobs" in differs
    assert "- object pages large" in differs
    assert json.loads(emu("diff", "before", *at, "--json", status=1).output)["equal"] is False
    # Nothing of that touched the state.
    assert state(directory) == before
    assert "restored before" in emu("restore", "before", *at).output
    assert emu("diff", "before", *at).output == ""
    assert "restored now" in emu("restore", "now", *at).output
    assert emu("diff", "now", *at).output == ""
    assert emu("delete", "now", *at).output == "deleted now\n"
    assert "no snapshot 'now'" in emu("restore", "now", *at, status=2).output


def test_a_server_goes_on_from_what_was_restored(directory: Path) -> None:
    emu("restore", "before", "--data-dir", directory)
    with Emulator(directory) as emulator:
        s3, sqs = emulator.client("s3"), emulator.client("sqs")
        assert s3.get_object(Bucket="pages", Key="large")["Body"].read() == bytes(100_000)
        assert [entry["Key"] for entry in s3.list_objects_v2(Bucket="pages")["Contents"]] == ["large"]
        url = sqs.get_queue_url(QueueName="jobs")["QueueUrl"]
        received = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
        assert [message["Body"] for message in received] == ["first"]
        assert json.loads((directory / "emu.json").read_bytes())["state"] == "live"


def test_the_same_state_is_the_same_snapshot(rest: Path) -> None:
    """Whoever makes it: byte for byte but for when it was made."""
    with Emulator(rest) as emulator:
        emulator.snapshot("served")
    emu("create", "stopped", "--data-dir", rest)
    served, stopped = content(rest / "snapshots" / "served"), content(rest / "snapshots" / "stopped")
    manifests = [json.loads(files.pop("manifest.json")) for files in (served, stopped)]
    assert served == stopped
    assert manifests[0]["state_hash"] == manifests[1]["state_hash"]
    assert manifests[0]["files"] == manifests[1]["files"]


def test_a_part(directory: Path) -> None:
    at = ("--data-dir", directory)
    emu("restore", "before", "--service", "sqs", *at)
    differs = emu("diff", "before", *at, status=1).output
    assert "message" not in differs
    assert "- object pages large" in differs
    assert emu("diff", "part", *at).output == ""
    assert "service is sqs, not s3" in emu("restore", "part", "--service", "s3", *at, status=2).output
    made = emu("create", "other", "--service", "s3", "--account", "000000000007", *at)
    assert "created other: empty" in made.output


def test_snapshots_elsewhere(directory: Path, tmp_path: Path) -> None:
    shelf = tmp_path / "shelf"
    emu("create", "one", "--data-dir", directory, "--snapshot-dir", shelf)
    assert "one: " in emu("list", "--snapshot-dir", shelf).output
    assert json.loads(emu("show", "one", "--snapshot-dir", shelf).output)["name"] == "one"
    assert "intact" in emu("verify", "one", "--snapshot-dir", shelf).output
    assert "as it was sealed" in emu("seal", "one", "--snapshot-dir", shelf).output
    assert "as it was sealed" in emu("seal", shelf / "one").output
    emu("restore", "before", "--data-dir", directory)
    emu("restore", shelf / "one", "--data-dir", directory)
    assert emu("diff", f"{shelf}/one", "--data-dir", directory).output == ""
    emu("delete", "one", "--snapshot-dir", shelf)
    assert emu("list", "--snapshot-dir", shelf).output == "There are no snapshots.\n"


def test_a_directory_of_kumos_is_only_read(rest: Path, tmp_path: Path) -> None:
    kumos = tmp_path / "kumos"
    kumos.mkdir()
    shutil.copyfile(rest / "sqs.json", kumos / "sqs.json")
    emu("create", "one", "--data-dir", kumos, "--snapshot-dir", tmp_path / "shelf")
    assert set(content(kumos)) == {"sqs.json"}
    assert emu("diff", "one", "--data-dir", kumos, "--snapshot-dir", tmp_path / "shelf").output == ""


# Refusals.


@pytest.fixture
def served(rest: Path) -> Iterator[Path]:
    with Emulator(rest):
        yield rest


def test_a_directory_that_a_server_has_open(served: Path) -> None:
    for command in ("create", "restore"):
        refused = emu(command, "before", "--data-dir", served, status=2).output
        assert "in use by process" in refused
        assert "takes the same command without --data-dir" in refused
    assert "before" in emu("list", "--data-dir", served).output


@pytest.mark.parametrize("harmed", ["emu/documents/sqs.000000000000.us-east-1.json", "manifest.json", "s3-objects"])
def test_a_damaged_snapshot_changes_nothing(directory: Path, harmed: str) -> None:
    path = directory / "snapshots" / "before" / harmed
    if path.is_dir():
        [path] = path.iterdir()
    path.write_bytes(path.read_bytes()[:-3] + b"x\n")
    before = content(directory)
    assert str(path) in emu("restore", "before", "--data-dir", directory, status=2).output
    assert str(path) in emu("diff", "before", "--data-dir", directory, status=2).output
    assert str(path) in emu("verify", "before", "--data-dir", directory, status=1).output
    assert content(directory) == before


def test_a_damaged_directory_stays_as_it_is(rest: Path) -> None:
    [document] = (rest / "emu" / "documents").glob("sqs.*")
    document.write_bytes(b"{}\n")
    before = state(rest)
    for command in ("create", "restore", "diff"):
        assert str(document) in emu(command, "before", "--data-dir", rest, status=2).output
    assert state(rest) == before


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("restore", "before", "--data-dir", ".", "--endpoint-url", "http://localhost:1"), "asks a running emu"),
        (("list", "--snapshot-dir", ".", "--endpoint-url", "http://localhost:1"), "asks a running emu"),
        (("create", "x", "--snapshot-dir", "."), "goes with --data-dir"),
        (("restore", "x", "--snapshot-dir", "."), "goes with --data-dir"),
        (("diff", "x", "--snapshot-dir", "."), "goes with --data-dir"),
        (("restore", "x", "--data-dir", "missing"), "does not exist"),
        (("restore", "x", "--data-dir", "."), "holds no state"),
        (("create", "x", "--data-dir", "."), "holds no state"),
        (("diff", "state/snapshots/before", "--data-dir", "."), "holds no state"),
        (("restore", "x", "--data-dir", "state/snapshots/before"), "holds no state"),
        (("create", ".x", "--data-dir", "state"), "name is 1 to 100"),
        (("create", "before", "--data-dir", "state"), "another state"),
        (("create", "x", "--data-dir", "state", "--region", "us-east-1"), "only beside an account"),
        (("restore", "before", "--data-dir", "state", "--account", "7"), "twelve digits"),
        (("show", "nothing", "--data-dir", "state"), "no snapshot 'nothing'"),
        (("delete", "nothing", "--data-dir", "state"), "no snapshot 'nothing'"),
        (("delete", "emu", "--snapshot-dir", "state"), "isn't a snapshot"),
        (("create", "emu", "--data-dir", "state", "--snapshot-dir", "state", "--replace"), "isn't a snapshot"),
        (("show", "", "--data-dir", "state"), "name is empty"),
        (("create", "", "--data-dir", "state"), "name is empty"),
        (("delete", "", "--data-dir", "state"), "name is empty"),
        (("create", "state/x"), "goes with --data-dir"),
        (("restore", "state/snapshots/before"), "goes with --data-dir"),
        (("seal", "nothing", "--data-dir", "state"), "no snapshot 'nothing'"),
        (("seal", "nothing"), "is not a directory"),
        (("show", "./state"), "isn't a snapshot"),
    ],
)
def test_misuse(rest: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], sentence: str) -> None:
    monkeypatch.chdir(rest.parent)
    before = state(rest)
    assert sentence in emu(*arguments, status=2).output
    assert state(rest) == before
    assert (rest / "snapshots" / "before" / "manifest.json").exists()


# All or nothing.


@pytest.mark.slow
def test_a_restore_whose_disk_ends_at_each_step(made: Path, tmp_path: Path) -> None:
    """The state is the one before, or the snapshot's, and the next restore does it."""
    wanted = json.loads((made / "rest/snapshots/before/manifest.json").read_bytes())["state_hash"]
    whole = state_hash(made / "rest")
    found = []
    last = steps = 0
    while steps >= last:
        last, steps = last + 3, 0
        path = shutil.copytree(made / "rest", tmp_path / "state")

        def fail(operation: str, at: Path, last: int = last) -> None:
            nonlocal steps
            steps += 1
            if steps >= last:
                raise OSError(errno.EIO, os.strerror(errno.EIO), str(at))

        place = Stopped(path / "snapshots", path, WatchedFiles(fail))
        try:
            place.restore("before", {})
        except place.failures:
            # Whoever reads it now may meet a record that nobody was told about.
            assert state_hash(path) in (wanted, whole)
            found.append(state_hash(path))
        else:
            assert state_hash(path) == wanted
        emu("restore", "before", "--data-dir", path)
        assert state_hash(path) == wanted
        shutil.rmtree(path)
    assert whole in found


def test_a_place_without_a_directory_has_no_state(tmp_path: Path) -> None:
    with pytest.raises(DirectoryRefused, match="holds no state"):
        Stopped(tmp_path, tmp_path).create({"name": "x"})
