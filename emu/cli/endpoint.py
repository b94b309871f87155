"""Calls of a running emu's control plane, for commands."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any, NoReturn, TypeVar

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


def control(endpoint_url: str | None) -> Control:
    return Control((endpoint_url or os.environ.get("AWS_ENDPOINT_URL") or DEFAULT_URL).rstrip("/"))


def is_url(text: str) -> bool:
    return text.startswith(("http://", "https://"))


def fail(command: str, error: Exception | str, status: int = 2) -> NoReturn:
    """Ends the command with a sentence."""
    sentence = error.sentence if isinstance(error, ControlError) else str(error)
    click.echo(f"emu {command}: {sentence}", err=True)
    sys.exit(status)
