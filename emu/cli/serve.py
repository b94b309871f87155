"""``emu serve``: the server."""

from __future__ import annotations

import asyncio
import os
import sys
from typing import Any, NoReturn

import click

from emu.settings import SETTINGS, Setting, SettingError, resolve


def _option(setting: Setting) -> Any:
    variable = f" [{setting.variable}]" if setting.variable else ""
    default = "" if setting.default in (None, ()) else f" [default: {setting.default}]"
    return click.option(
        setting.flag, setting.name, multiple=setting.many, metavar=setting.name.upper(),
        help=f"{setting.help}{default}{variable}",
    )  # fmt: skip


@click.command()
def serve(**flags: Any) -> None:
    """Serve S3, SQS and DynamoDB on one port."""
    try:
        settings = resolve(flags, os.environ)
    except SettingError as error:
        _refuse(error)
    # What serving needs, and no other command does.
    import uvloop

    from emu.run import run
    from storage.errors import DirectoryRefused

    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(run(settings))
    except (SettingError, DirectoryRefused) as error:
        _refuse(error)


def _refuse(error: Exception) -> NoReturn:
    click.echo(f"emu: {error}", err=True)
    sys.exit(2)


for _setting in reversed(SETTINGS):
    serve = _option(_setting)(serve)
