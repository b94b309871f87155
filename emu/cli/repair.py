"""``emu repair``: makes a damaged data directory one that opens."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from emu.cli.endpoint import fail
from emu.cli.output import show_json

if TYPE_CHECKING:
    from storage.repair.repair import Repair, Take


@click.command()
@click.argument("path", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--take",
    type=click.Choice(["ours", "theirs", "older"]),
    help="Which state counts where there are several: ours is emu's, theirs that of the documents in Kumo's schema, "
    "older the one before such documents were last taken over.",
)
@click.option("--dry-run", is_flag=True, help="Say what would be done, and what would be lost.")
@click.option("--json", "as_json", is_flag=True, help="Write the report as JSON.")
def repair(path: Path, take: Take | None, dry_run: bool, as_json: bool) -> None:
    """Repair a data directory that emu refuses to open.

    Whatever is removed or replaced is kept in DIR/emu/repair-N, with a report; every record of the journal that is
    lost is listed. A directory that a server has open is refused. The exit status is 0 for a directory that is intact
    now, 1 where something is left that can't be repaired, 2 where nothing was done.
    """
    from emu.aside import PROGRAM
    from storage.errors import DirectoryRefused
    from storage.repair.repair import describe
    from storage.repair.repair import repair as carry_out

    try:
        result = carry_out(path, PROGRAM, take=take, dry_run=dry_run)
    except DirectoryRefused as error:
        sentence = str(error)
        fail("repair", sentence if "Nothing was changed." in sentence else f"{sentence} Nothing was changed.")
    if as_json:
        show_json(describe(result))
    else:
        _show(result, dry_run)
    last = result.after or result.found
    sys.exit(0 if dry_run or last.intact else 1)


def _show(result: Repair, dry_run: bool) -> None:
    from emu.cli.findings import show_findings, show_lost

    root = result.found.root
    if result.found.intact:
        click.echo(f"{root} is intact; there is nothing to repair")
        return
    click.echo(f"{root}:")
    show_findings(result.found.findings, root)
    click.echo("what would be done:" if dry_run else "what was done:")
    for step in result.steps:
        click.echo(f"  - {step}")
    if result.lost or result.unreadable:
        click.echo("of the journal:")
        show_lost(result.lost, result.unreadable, root)
    if result.folder is not None:
        click.echo(f"everything that was removed or replaced is in {result.folder}")
    if result.after is not None:
        left = [finding for finding in result.after.findings if finding.level == "damage"]
        click.echo("what is left:" if left else "the directory is intact now")
        show_findings(left, root)
