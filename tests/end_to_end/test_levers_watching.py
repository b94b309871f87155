"""Files that somebody else changes: the data directory's documents, and emu's own code."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from emu.cli import reload
from emu.testing import Emulator


def get(emulator: Emulator, path: str) -> bytes:
    with urlopen(emulator.endpoint_url + path, timeout=30) as answer:
        content: bytes = answer.read()
    return content


def edited(emulator: Emulator) -> Any:
    return json.loads(get(emulator, "/kumo/state"))["edited_documents"]


def await_edited(emulator: Emulator, expected: list[str]) -> None:
    deadline = time.monotonic() + 10
    while edited(emulator) != expected:
        assert time.monotonic() < deadline, emulator.log[-2000:]
        time.sleep(0.05)


def test_a_document_that_somebody_else_writes_is_noticed(tmp_path: Path) -> None:
    directory = tmp_path / "state"
    with Emulator(directory) as emulator:
        emulator.client("sqs").create_queue(QueueName="jobs")
        emulator.stop()
        document = directory / "sqs.json"
        ours = document.read_bytes()
        emulator.start()
        time.sleep(0.5)
        assert edited(emulator) == []
        document.write_bytes(ours.replace(b"jobs", b"tasks"))
        await_edited(emulator, ["sqs.json"])
        (event,) = [json.loads(line) for line in get(emulator, "/kumo/events?what=lifecycle").splitlines()
                    if b'"edited"' in line]  # fmt: skip
        assert event["file"] == str(document)
        assert "changed by someone else" in emulator.log
        document.write_bytes(ours)
        await_edited(emulator, [])


@pytest.mark.slow
def test_our_own_checkpoints_are_not_somebody_else(tmp_path: Path) -> None:
    with Emulator(tmp_path / "state", environment={"KUMO_PERSIST_FLUSH_INTERVAL_MS": "50"}) as emulator:
        sqs = emulator.client("sqs")
        url = sqs.create_queue(QueueName="jobs")["QueueUrl"]
        for _ in range(4):
            sqs.send_message(QueueUrl=url, MessageBody="x")
            time.sleep(0.4)
        assert edited(emulator) == []
        assert "changed by someone else" not in emulator.log


def test_reload_serves_in_a_process_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    started: dict[str, Any] = {}

    def run_process(*paths: Path, **options: Any) -> int:
        started.update(options, paths=paths)
        return 0

    monkeypatch.setattr("watchfiles.run_process", run_process)
    monkeypatch.setenv("PYTHONPATH", "")
    reload.serve_again_and_again(["--port", "0", "--data-dir", "a b"])
    assert started["target"].endswith("-P -m emu serve --port 0 --data-dir 'a b'")
    assert {path.name for path in started["paths"]} == {"emu", "services", "storage"}
    assert all((path / "__init__.py").exists() for path in started["paths"])
