"""The command line: one module a command."""

from __future__ import annotations

import sys

import click

from emu.cli.aws import aws
from emu.cli.checkpoint import checkpoint
from emu.cli.diff import diff
from emu.cli.export import export
from emu.cli.fold import fold
from emu.cli.log import log
from emu.cli.open import open_bundle
from emu.cli.repair import repair
from emu.cli.serve import serve
from emu.cli.snapshot import snapshot
from emu.cli.verify import verify
from emu.client.arguments import begins_a_call


def _show_version(ctx: click.Context, parameter: click.Parameter, given: bool) -> None:
    if given:
        from emu.version import version

        click.echo(f"emu {version()}")
        ctx.exit()


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_show_version, help="Show the version."
)
def cli() -> None:
    """A Kumo-compatible, persistent emulator of Amazon S3, SQS and DynamoDB.

    Without a command, emu serves: `emu --port 4566` is `emu serve --port 4566`. With a service in its place, it calls
    a running emu, as Kumo's command does: `emu sqs list-queues` is `emu aws sqs list-queues`.
    """


cli.add_command(serve)
cli.add_command(aws)
cli.add_command(snapshot)
cli.add_command(diff)
cli.add_command(checkpoint)
cli.add_command(verify)
cli.add_command(repair)
cli.add_command(export)
cli.add_command(fold)
cli.add_command(log)
cli.add_command(open_bundle)

_OWN_FLAGS = {"-h", "--help", "--version"}


def main(arguments: list[str] | None = None) -> None:
    """Runs a command; exits the process."""
    given = sys.argv[1:] if arguments is None else arguments
    if begins_a_call(given):
        given = ["aws", *given]
    elif not given or (given[0].startswith("-") and given[0] not in _OWN_FLAGS):
        given = ["serve", *given]
    cli.main(given, prog_name="emu")
