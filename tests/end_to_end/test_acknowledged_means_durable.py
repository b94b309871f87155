"""Every mutating operation of the tables: record written → fdatasync returned → first byte of the answer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest

from services.registry import services
from tests.end_to_end.in_process import DeafDisk, InProcess, Recorder
from tests.end_to_end.mutations import EXAMPLES, Aws


def prove(events: list[tuple[str, Any]]) -> None:
    """Raises AssertionError unless a journal record was written, then synced, and only then answered."""
    records = [
        (position, content[0])
        for position, (what, content) in enumerate(events)
        if what == "written" and _holds_changes(content[1])
    ]
    assert records, "no record was written"
    answered = next(position for position, (what, _) in enumerate(events) if what == "answered")
    for written, fd in records:
        assert any(
            what == "synced" and content == fd and written < position < answered
            for position, (what, content) in enumerate(events)
        ), f"the answer left before the record was on the disk: {events}"


def _holds_changes(data: bytes) -> bool:
    """Whether this is a write of journal records."""
    return any(line.startswith(b'{"lsn"') and orjson.loads(line)["changes"] for line in data.split(b"\n") if line)


def mutating() -> list[tuple[str, str]]:
    return [
        (name, operation)
        for name, service in services().items()
        for operation, entry in service.operations.items()
        if entry.mutates
    ]


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.mark.parametrize(("service", "operation"), mutating(), ids=str)
def test_the_record_is_on_the_disk_before_the_answer_leaves(service: str, operation: str, directory: Path) -> None:
    program = InProcess(directory, Recorder())
    try:
        call = EXAMPLES[service, operation](Aws(program.client))
        program.files.events.clear()
        call()
        prove(program.files.events)
    finally:
        program.close()


def test_the_proof_fails_on_a_disk_that_does_not_sync(directory: Path) -> None:
    program = InProcess(directory, DeafDisk())
    try:
        call = EXAMPLES["sqs", "SendMessage"](Aws(program.client))
        program.files.events.clear()
        call()
        with pytest.raises(AssertionError, match="before the record was on the disk"):
            prove(program.files.events)
    finally:
        program.close()


def test_examples_are_of_operations_that_mutate() -> None:
    assert set(EXAMPLES) == set(mutating())
