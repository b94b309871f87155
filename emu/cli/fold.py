"""``emu fold``: the checkpoint's process. The server starts it; nobody else needs to."""

from __future__ import annotations

import sys
from pathlib import Path

import click


@click.command(hidden=True)
@click.argument("path", type=click.Path(path_type=Path))
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--up-to", type=int, required=True)
@click.option("--code", required=True)
@click.option("--rest", is_flag=True)
@click.option("--whole", is_flag=True)
def fold(path: Path, folder: Path, up_to: int, code: str, rest: bool, whole: bool) -> None:
    """Folds the journal's records up to a number into a new base, in a folder of its own."""
    from emu.fold import carry_out
    from storage.checkpointer import FoldRequest
    from storage.errors import DirectoryRefused

    try:
        carry_out(FoldRequest(path=path, folder=folder, up_to=up_to, rest=rest, whole=whole), code)
    except DirectoryRefused as error:
        click.echo(f"emu fold: {error}", err=True)
        sys.exit(1)
