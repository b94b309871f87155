"""Calls of a running emu's control plane, for commands."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any, NoReturn, TypeVar
from urllib.parse import urlsplit

import click

from emu.testing.control import Control, ControlError

_Command = TypeVar("_Command", bound=Callable[..., Any])
DEFAULT_URL = "http://localhost:4566"


def endpoint_option(command: _Command) -> _Command:
    return click.option(
        "--endpoint-url",
        metavar="URL",
        help=f"Where emu answers. [default: $AWS_ENDPOINT_URL, else {DEFAULT_URL}]",
    )(command)


def endpoint(endpoint_url: str | None) -> str:
    """Where emu answers: the option, the variable, the default. Ends the command for what is no address."""
    given = (endpoint_url or os.environ.get("AWS_ENDPOINT_URL") or DEFAULT_URL).rstrip("/")
    try:
        parts = urlsplit(given)
        usable = is_url(given) and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise click.UsageError(f"--endpoint-url (AWS_ENDPOINT_URL) is {given!r}, but must be such as {DEFAULT_URL}.")
    return given


def control(endpoint_url: str | None) -> Control:
    return Control(endpoint(endpoint_url))


def is_url(text: str) -> bool:
    return text.startswith(("http://", "https://"))


def sentence_of(error: Exception | str) -> str:
    """What a person who gave a command is told: the server's own sentence, without the request that it answers."""
    if isinstance(error, ControlError):
        return str(error.answer.get("error", error.sentence))
    return str(error)


def fail(command: str, error: Exception | str, status: int = 2) -> NoReturn:
    """Ends the command with a sentence."""
    click.echo(f"emu {command}: {sentence_of(error)}", err=True)
    sys.exit(status)
