"""``emu aws``: one call to a running emu, for init scripts and a look by hand."""

from __future__ import annotations

import os
import sys

import click


@click.command(add_help_option=False, context_settings={"ignore_unknown_options": True})
@click.argument("words", nargs=-1, type=click.UNPROCESSED, metavar="SERVICE OPERATION --member value ...")
def aws(words: tuple[str, ...]) -> None:
    """Call a running emu as AWS CLI would: `emu aws --help`."""
    # botocore takes longer to load than all that the other commands need.
    from emu.client.arguments import split
    from emu.client.call import call
    from emu.client.errors import CallFailed, UsageError
    from emu.client.help import help_text

    try:
        line = split(words)
        if line.help:
            click.echo(help_text(line), nl=False)
            return
        assert line.service is not None
        assert line.operation is not None
        text = call(line.service, line.operation, line.words, line.options, os.environ, indent=sys.stdout.isatty())
    except UsageError as error:
        click.echo(f"emu aws: {error}", err=True)
        sys.exit(2)
    except CallFailed as error:
        click.echo(f"emu aws: {error}", err=True)
        sys.exit(1)
    if text is not None:
        click.echo(text)
