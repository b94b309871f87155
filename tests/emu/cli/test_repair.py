"""`emu repair` through the real program: refused, repaired, served again."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from emu.testing import Emulator, EmulatorError
from tests.emu.cli.damaged import harm_message, killed_directory, run


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return killed_directory(tmp_path_factory.mktemp("killed") / "state")


@pytest.fixture
def damaged(killed: Path, tmp_path: Path) -> Path:
    path = shutil.copytree(killed, tmp_path / "state")
    harm_message(path, "m7")
    return path


def test_from_refusal_to_service(damaged: Path) -> None:
    with pytest.raises(EmulatorError, match="emu repair"), Emulator(damaged):
        pass
    done = run("repair", damaged)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "lost  record 15" in done.stdout
    assert "lost  record 16" in done.stdout
    assert "sqs.send frontier (000000000000/us-east-1)" in done.stdout
    assert "the directory is intact now" in done.stdout
    assert (damaged / "emu" / "repair-1" / "emu" / "journal" / "0000000000000001.jsonl").exists()

    with Emulator(damaged) as emulator:
        sqs, s3 = emulator.client("sqs"), emulator.client("s3")
        url = sqs.get_queue_url(QueueName="frontier")["QueueUrl"]
        bodies = [
            message["Body"]
            for _ in range(10)
            for message in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        ]
        assert sorted(bodies) == [f"m{number}" for number in range(7)]
        assert s3.get_object(Bucket="pages", Key="large")["Body"].read() == bytes(100_000)
        assert s3.get_object(Bucket="pages", Key="small")["Body"].read() == b"small"
        s3.put_object(Bucket="pages", Key="after", Body=b"the repair")
        emulator.kill()
        emulator.start()
        assert s3.get_object(Bucket="pages", Key="after")["Body"].read() == b"the repair"
    assert run("verify", damaged).returncode == 0


def test_a_dry_run_changes_nothing(damaged: Path) -> None:
    done = run("repair", "--dry-run", damaged)
    assert done.returncode == 0
    assert "what would be done:" in done.stdout
    assert "lost  record 15" in done.stdout
    assert not (damaged / "emu" / "repair-1").exists()
    assert run("verify", damaged).returncode == 1


def test_json(damaged: Path) -> None:
    report = json.loads(run("repair", "--json", damaged).stdout)
    assert [record["lsn"] for record in report["lost"]] == [15, 16]
    assert report["lost"][0]["changes"][0][3]["queue"] == "frontier"
    assert report["folder"] == "emu/repair-1"
    assert report["left"] == []
    assert json.loads((damaged / report["folder"] / "report.json").read_text()) == report


def test_two_histories(killed: Path, tmp_path: Path) -> None:
    path = shutil.copytree(killed, tmp_path / "state")
    (path / "sqs.json").write_text("{}")
    done = run("repair", path)
    assert done.returncode == 2
    assert "two histories" in done.stderr
    assert done.stderr.endswith("Nothing was changed.\n")
    assert run("repair", "--take", "ours", path).returncode == 0
    assert (path / "emu" / "repair-1" / "sqs.json").read_text() == "{}"
    assert run("verify", path).returncode == 0


def test_a_server_has_it_open(tmp_path: Path) -> None:
    with Emulator(tmp_path / "state") as emulator:
        done = run("repair", tmp_path / "state")
        assert done.returncode == 2
        assert f"in use by process {emulator.pid}" in done.stderr


def test_nothing_to_repair(tmp_path: Path) -> None:
    with Emulator(tmp_path / "state"):
        pass
    done = run("repair", tmp_path / "state")
    assert (done.returncode, done.stdout) == (0, f"{tmp_path / 'state'} is intact; there is nothing to repair\n")
