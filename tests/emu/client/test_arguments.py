from __future__ import annotations

import pytest

from emu.client.arguments import CommandLine, split
from emu.client.errors import UsageError


def test_the_parts() -> None:
    line = split(["--region", "r", "s3api", "put-object", "--key", "k", "--endpoint-url=u", "out"])
    assert line == CommandLine(
        {"--region": "r", "--endpoint-url": "u"}, "s3api", "put-object", ("--key", "k", "out"), help=False
    )


@pytest.mark.parametrize("words", [[], ["--help"], ["help"], ["sqs"], ["sqs", "--help"], ["sqs", "send", "-h"]])
def test_help_is_asked_for(words: list[str]) -> None:
    assert split(words).help


def test_help_may_be_a_value() -> None:
    assert not split(["sqs", "send-message", "--message-body", "help", "--queue-url", "q"]).help


@pytest.mark.parametrize("words", [["--region"], ["--bucket", "b"], ["sqs", "--queue-url", "q"]])
def test_what_cannot_be_understood(words: list[str]) -> None:
    with pytest.raises(UsageError, match="--"):
        split(words)
