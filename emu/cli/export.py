"""``emu export``: a state as Kumo's documents."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from emu.cli.endpoint import fail

if TYPE_CHECKING:
    from storage.pointer import BodyForm

_FORMS: dict[str, BodyForm] = {"kumo-blob": "bodyRef", "kumo-inline": "inline"}


@click.command()
@click.argument("source", metavar="DIR", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.argument("target", metavar="OUT", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "form",
    type=click.Choice(tuple(_FORMS)),
    required=True,
    help="kumo-blob: bodies as files, for Kumo 0.26 and later. kumo-inline: bodies in the document, for older ones.",
)
def export(source: Path, target: Path, form: str) -> None:
    """Write the state in DIR (a data directory, a snapshot, Kumo's own) to OUT as documents that Kumo opens.

    DIR is only read. What Kumo's schema can't hold is listed and left out.
    """
    from emu.aside import PROGRAM
    from storage.directory import Layout
    from storage.errors import DirectoryRefused
    from storage.export import export as write_export
    from storage.files import Files
    from storage.pointer import Home
    from storage.snapshots.errors import SnapshotError
    from storage.sources import read_folder

    files = Files()
    own = Layout(Path(os.path.realpath(source)))
    if any(Path(os.path.realpath(target)).is_relative_to(folder) for folder in (own.own, own.rest_bodies)):
        fail("export", f"{target} lies in what {source} keeps; name another folder.")
    try:
        content = read_folder(files, source, PROGRAM, Home(), lambda note: click.echo(note, err=True))
        exported = write_export(files, content, target, _FORMS[form], PROGRAM)
    except (DirectoryRefused, SnapshotError) as error:
        fail("export", error)
    bodies = f" and {exported.bodies} {'body' if exported.bodies == 1 else 'bodies'}" if exported.bodies else ""
    click.echo(f"wrote {', '.join(exported.documents)}{bodies} to {target}")
    for report in exported.reports:
        click.echo(f"left out: {report}")
    if exported.reports:
        click.echo(f"{len(exported.reports)} things are left out, since Kumo's schema can't hold them.")
