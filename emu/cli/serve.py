"""``emu serve``: the server."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from typing import Any, NoReturn

import click

from emu.settings import SETTINGS, Setting, SettingError, resolve


def _option(setting: Setting) -> Any:
    variable = f" [{setting.variable}]" if setting.variable else ""
    default = "" if setting.default in (None, (), False) else f" [default: {setting.default}]"
    text = f"{setting.help}{default}{variable}"
    if setting.switch:
        return click.option(setting.flag, setting.name, is_flag=True, help=text)
    return click.option(
        setting.flag, setting.name, multiple=setting.many, metavar=setting.name.upper(), help=text
    )  # fmt: skip


@click.command()
@click.option("--reload", is_flag=True, help="Start again whenever emu's own code changes: for people who work on emu.")
def serve(reload: bool, **flags: Any) -> None:
    """Serve S3, SQS and DynamoDB on one port."""
    if reload:
        from emu.cli.reload import serve_again_and_again

        serve_again_and_again([argument for argument in sys.argv[1:] if argument not in ("serve", "--reload")])
        return
    # The first process of a container ignores signals that it has no handler for. From the first request on, the server
    # has its own; until then nothing needs more than an end.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        settings = resolve(flags, os.environ)
    except SettingError as error:
        _refuse(error)
    # What serving needs, and no other command does.
    import uvloop

    from emu.run import run
    from emu.standard_input import check_standard_input, keep_its_place
    from storage.errors import DirectoryRefused

    try:
        if settings.stop_with_stdin:
            check_standard_input()
        keep_its_place()
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(run(settings))
    except (SettingError, DirectoryRefused) as error:
        _refuse(error)


def _refuse(error: Exception) -> NoReturn:
    click.echo(f"emu: {error}", err=True)
    sys.exit(2)


for _setting in SETTINGS:
    serve = _option(_setting)(serve)
