"""Which command a command line is for."""

from __future__ import annotations

import pytest

from emu import cli


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the group of commands is called with."""
    taken: list[str] = []
    monkeypatch.setattr(cli.cli, "main", lambda arguments, prog_name: taken.extend(arguments))
    return taken


@pytest.mark.parametrize(
    ("line", "command"),
    [
        ("", "serve"),
        ("serve", "serve"),
        ("--host 0.0.0.0 --port 4566", "serve"),  # the arguments of Kumo's image
        ("serve --host 0.0.0.0 --port 4566", "serve"),
        ("--region eu-west-1", "serve"),
        ("--region eu-west-1 --port 0", "serve"),
        ("aws sqs list-queues", "aws"),
        ("sqs list-queues", "aws"),
        ("s3 mb s3://bucket", "aws"),
        ("--endpoint-url http://emu:4566 s3 mb s3://bucket", "aws"),
        ("--region=eu-west-1 --endpoint-url=http://emu:4566 dynamodb list-tables", "aws"),
        ("--version", "--version"),
        ("--help", "--help"),
    ],
)
def test_the_command(given: list[str], line: str, command: str) -> None:
    cli.main(line.split())
    assert given[0] == command
    assert given[-len(line.split()) :] == line.split() or given == ["serve"]
