"""`emu verify` through the real program."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from emu.testing import Emulator
from tests.emu.cli.damaged import harm_message, killed_directory, run


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return killed_directory(tmp_path_factory.mktemp("killed") / "state")


def test_an_intact_directory(killed: Path) -> None:
    done = run("verify", killed)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0].startswith(f"{killed}: live at record 16")
    assert done.stdout.endswith("intact\n")
    assert "10 messages" in done.stdout


def test_json(killed: Path) -> None:
    done = run("verify", "--json", killed)
    report = json.loads(done.stdout)
    assert (report["result"], report["lsn"], report["journal"]["records"]) == ("intact", 16, 16)
    assert report["bodies"]["read"] is True
    assert report["entities"]["dynamodb"]["items"] == 1
    assert report["findings"] == []


def test_a_damaged_directory(killed: Path, tmp_path: Path) -> None:
    path = shutil.copytree(killed, tmp_path / "state")
    harm_message(path, "m3")
    done = run("verify", path)
    assert done.returncode == 1
    assert "damaged" in done.stdout
    assert "emu/journal/0000000000000001.jsonl, byte " in done.stdout
    assert f"emu repair --dry-run {path}" in done.stdout
    report = json.loads(run("verify", "--json", "--quick", path).stdout)
    assert [(finding["level"], finding["kind"]) for finding in report["findings"]] == [("damage", "journal")]


def test_what_cannot_be_looked_at(tmp_path: Path) -> None:
    done = run("verify", tmp_path)
    assert done.returncode == 2
    assert (
        done.stderr
        == f"emu verify: {tmp_path} isn't a data directory of emu: it has neither emu.json nor a folder emu.\n"
    )


def test_beside_a_running_server(tmp_path: Path) -> None:
    with Emulator(tmp_path / "state") as emulator:
        emulator.client("s3").create_bucket(Bucket="bucket")
        done = run("verify", tmp_path / "state")
        assert (done.returncode, done.stderr) == (0, "")
        emulator.client("s3").put_object(Bucket="bucket", Key="key", Body=b"still served")
