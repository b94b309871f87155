"""``emu snapshot``, against a running emu and on folders."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from emu.cli import cli
from emu.testing import Emulator


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    with Emulator(arguments=["--snapshot-dir", str(tmp_path_factory.mktemp("shelf"))]) as emulator:
        yield emulator


@pytest.fixture
def queue(emulator: Emulator) -> str:
    """A queue with a message, and nothing else."""
    emulator.reset()
    url: str = emulator.client("sqs").create_queue(QueueName="jobs")["QueueUrl"]
    emulator.client("sqs").send_message(QueueUrl=url, MessageBody="hello")
    return url


@pytest.fixture
def emu(emulator: Emulator) -> Any:
    def run(*arguments: str, status: int = 0) -> Result:
        result = CliRunner().invoke(cli, arguments, env={"AWS_ENDPOINT_URL": emulator.endpoint_url})
        assert result.exit_code == status, result.output
        return result

    return run


def shelf(emulator: Emulator) -> Path:
    return Path(emulator.control.get("/kumo/snapshots")["directory"])


def test_the_life_of_a_snapshot(emu: Any, emulator: Emulator, queue: str) -> None:
    made = emu(
        "snapshot", "create", "one", "--purpose", "why", "--edge-case", "a", "--edge-case", "b", "--commit", "abc"
    )
    assert "created one: 1 queue, 1 message" in made.output
    assert (
        "unchanged one"
        in emu("snapshot", "create", "one", "--purpose", "why", "--edge-case", "a", "--edge-case", "b").output
    )
    listed = emu("snapshot", "list").output
    assert "one: 1 queue, 1 message" in listed
    assert "commit abc" in listed
    shown = json.loads(emu("snapshot", "show", "one").output)
    assert (shown["purpose"], shown["edge_cases"], shown["made"]["commit"]) == ("why", ["a", "b"], "abc")
    assert "intact" in emu("snapshot", "verify", "one").output
    assert emu("snapshot", "diff", "one").output == ""
    emulator.client("sqs").send_message(QueueUrl=queue, MessageBody="more")
    differs = emu("snapshot", "diff", "one", status=1).output
    assert "+ message jobs" in differs
    assert json.loads(emu("snapshot", "diff", "one", "--json", status=1).output)["equal"] is False
    assert "restored one" in emu("snapshot", "restore", "one", "--service", "sqs").output
    emu("snapshot", "diff", "one")
    assert emu("snapshot", "delete", "one").output == "deleted one\n"
    assert "no snapshot 'one'" in emu("snapshot", "restore", "one", status=2).output


def test_without_a_server(emu: Any, emulator: Emulator, queue: str) -> None:
    emu("snapshot", "create", "two", "--replace")
    path = shelf(emulator) / "two"
    assert "two: 1 queue" in emu("snapshot", "list", "--snapshot-dir", str(path.parent)).output
    assert json.loads(emu("snapshot", "show", str(path)).output)["name"] == "two"
    assert "intact" in emu("snapshot", "verify", str(path)).output
    document = path / "sqs.json"
    document.write_text(document.read_text().replace('"Body":"hello"', '"Body":"edited"'))
    assert "sqs.json" in emu("snapshot", "verify", str(path), status=1).output
    assert "sqs.json" in emu("snapshot", "restore", "two", status=2).output
    assert "1 message changed" in emu("snapshot", "seal", str(path)).output
    assert "as it was sealed" in emu("snapshot", "seal", str(path)).output
    emu("snapshot", "restore", "two")
    received = emulator.client("sqs").receive_message(QueueUrl=queue)["Messages"][0]
    assert (received["Body"], received["MD5OfBody"]) == ("edited", "683dc5278b1fbbd98a996cecc3ffd06a")
    document.write_text("{")
    assert "sqs.json" in emu("snapshot", "seal", str(path), status=2).output


def test_another_state_under_the_name(emu: Any, emulator: Emulator, queue: str) -> None:
    emu("snapshot", "create", "three", "--replace")
    emulator.client("sqs").send_message(QueueUrl=queue, MessageBody="more")
    refused = emu("snapshot", "create", "three", status=2).output
    assert refused.startswith("emu snapshot create: There is another state under the name 'three'")
    assert "replaced three" in emu("snapshot", "create", "three", "--replace").output


def test_a_snapshot_of_a_part(emu: Any, emulator: Emulator, queue: str) -> None:
    emulator.client("s3").create_bucket(Bucket="pages")
    part = ("--service", "sqs", "--account", "000000000000", "--region", "us-east-1")
    assert "created part: 1 queue, 1 message, state" in emu("snapshot", "create", "part", *part).output
    emulator.client("s3").delete_bucket(Bucket="pages")
    emulator.client("sqs").purge_queue(QueueUrl=queue)
    assert "- message jobs" in emu("snapshot", "diff", "part", status=1).output
    assert "(sqs 000000000000 us-east-1 of it; everything now)" in emu("snapshot", "restore", "part", *part).output
    assert emu("snapshot", "diff", "part").output == ""
    assert "part" in emu("snapshot", "restore", "part", "--service", "s3", status=2).output
    assert "account" in emu("snapshot", "create", "x", "--region", "us-east-1", status=2).output


def test_a_snapshot_is_deleted_by_its_name(tmp_path: Path) -> None:
    result = CliRunner().invoke(cli, ["snapshot", "delete", str(tmp_path / "x")])
    assert result.exit_code == 2
    assert "is a path" in result.output


def test_there_are_none(tmp_path: Path) -> None:
    result = CliRunner().invoke(cli, ["snapshot", "list", "--snapshot-dir", str(tmp_path)])
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "There are no snapshots.\n")


@pytest.mark.parametrize("command", [["list"], ["show", "x"], ["verify", "x"], ["create", "x"]])
def test_nothing_answers(command: list[str]) -> None:
    result = CliRunner().invoke(cli, ["snapshot", *command, "--endpoint-url", "http://127.0.0.1:9"])
    assert result.exit_code in (1, 2)
    assert "does not answer" in result.output
