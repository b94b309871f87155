"""``emu log``, and the addresses that commands are given."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from emu.cli import cli

NO_ADDRESSES = [
    "emu",
    "localhost:4566",
    "ftp://localhost",
    "http://",
    "http://localhost:port",
    "http://localhost:99999",
]


@pytest.mark.parametrize("command", [["log"], ["snapshot", "list"]])
@pytest.mark.parametrize("given", NO_ADDRESSES)
def test_what_is_no_address_is_refused(command: list[str], given: str) -> None:
    for result in (
        CliRunner().invoke(cli, [*command, "--endpoint-url", given]),
        CliRunner().invoke(cli, command, env={"AWS_ENDPOINT_URL": given}),
    ):
        assert result.exit_code == 2
        assert "but must be such as http://localhost:4566" in " ".join(result.output.split())


def test_nothing_answers() -> None:
    result = CliRunner().invoke(cli, ["log", "--endpoint-url", "http://127.0.0.1:9"])
    assert result.exit_code == 2
    assert "emu log: emu does not answer at http://127.0.0.1:9" in result.output


def test_a_kind_of_event_that_there_is_not() -> None:
    result = CliRunner().invoke(cli, ["log", "--what", "commits"])
    assert result.exit_code == 2
    assert "'commit', 'read', 'lifecycle', 'fault', 'mark'" in result.output
