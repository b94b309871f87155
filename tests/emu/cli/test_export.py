"""``emu export`` and ``emu checkpoint``."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from emu.cli import cli
from emu.testing import Emulator


def emu(*arguments: object, status: int = 0) -> Result:
    result = CliRunner().invoke(cli, list(map(str, arguments)))
    assert result.exit_code == status, result.output
    return result


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory that a killed server left."""
    path = tmp_path_factory.mktemp("export") / "state"
    with Emulator(path, arguments=["--flush-interval-ms", "0"]) as emulator:
        s3 = emulator.client("s3")
        s3.create_bucket(Bucket="pages")
        s3.put_object(Bucket="pages", Key="k", Body=b"body")
        s3.create_multipart_upload(Bucket="pages", Key="half")
        theirs = emulator.client("sqs", aws_access_key_id="000000000007")
        theirs.create_queue(QueueName="theirs")
        emulator.kill()
        return path


def test_bodies_inline(state: Path, tmp_path: Path) -> None:
    output = emu("export", "--format", "kumo-inline", state, tmp_path / "out").output
    assert "multipart uploads" in output
    assert "account 000000000007" in output
    assert "2 things are left out" in output
    document = json.loads((tmp_path / "out" / "s3.json").read_bytes())
    assert base64.b64decode(document["buckets"]["pages"]["objects"]["k"]["Body"]) == b"body"
    assert not (tmp_path / "out" / "s3-objects").exists()


def test_bodies_as_files(state: Path, tmp_path: Path) -> None:
    emu("export", "--format", "kumo-blob", state, tmp_path / "out")
    entry = json.loads((tmp_path / "out" / "s3.json").read_bytes())["buckets"]["pages"]["objects"]["k"]
    assert (tmp_path / "out" / "s3-objects" / entry["bodyRef"]).read_bytes() == b"body"
    with Emulator(tmp_path / "out") as emulator:
        assert emulator.client("s3").get_object(Bucket="pages", Key="k")["Body"].read() == b"body"


@pytest.mark.parametrize("inside", ["emu/out", "s3-objects"])
def test_a_folder_that_the_state_itself_lies_in_is_no_place_for_it(state: Path, inside: str) -> None:
    assert "lies in what" in emu("export", "--format", "kumo-blob", state, state / inside, status=2).output
    assert not (state / "emu" / "out").exists()


def test_a_folder_that_is_not_empty_is_left_alone(state: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    assert "not empty" in emu("export", "--format", "kumo-blob", state, tmp_path, status=2).output
    assert [entry.name for entry in tmp_path.iterdir()] == ["mine"]


def test_a_directory_is_brought_to_rest(state: Path) -> None:
    assert json.loads((state / "emu.json").read_bytes())["state"] == "live"
    assert "is at rest" in emu("checkpoint", state).output
    assert json.loads((state / "emu.json").read_bytes())["state"] == "rest"
    assert "pages" in (state / "s3.json").read_text()
    assert list((state / "emu" / "journal").iterdir()) == []


def test_a_checkpoint_of_nothing(tmp_path: Path) -> None:
    assert "holds no state" in emu("checkpoint", tmp_path, status=2).output


def test_a_checkpoint_beside_a_server(tmp_path: Path) -> None:
    with Emulator(tmp_path / "state"):
        assert "in use" in emu("checkpoint", tmp_path / "state", status=2).output
