"""``emu verify``: whether a data directory is as it was written."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from emu.cli.endpoint import fail
from emu.cli.output import counts_text, show_json

if TYPE_CHECKING:
    from storage.repair.findings import Inspection


@click.command()
@click.argument("path", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--quick", is_flag=True, help="Don't read the bodies; look only whether they are there.")
@click.option("--json", "as_json", is_flag=True, help="Write the report as JSON.")
def verify(path: Path, quick: bool, as_json: bool) -> None:
    """Check a data directory: every file that counts, every record, every body.

    Nothing is changed and no lock is taken, so it may run beside a server. The exit status is 0 for a directory that
    is intact, 1 for a damaged one, 2 for one that can't be looked at.
    """
    from emu.aside import PROGRAM
    from storage.errors import DirectoryRefused
    from storage.repair.inspection import inspect

    try:
        found = inspect(path, PROGRAM, quick=quick)
    except DirectoryRefused as error:
        fail("verify", error)
    if as_json:
        show_json(_document(found, quick))
    else:
        _show(found, quick)
    sys.exit(0 if found.intact else 1)


def _document(found: Inspection, quick: bool) -> dict[str, Any]:
    pointer = found.pointer
    return {
        "directory": str(found.root),
        "result": "intact" if found.intact else "damaged",
        "state": None if pointer is None else pointer.state,
        "base_lsn": None if pointer is None else pointer.base.lsn,
        "lsn": found.last.lsn,
        "documents": {"count": found.documents, "bytes": found.document_bytes},
        "journal": {"segments": found.segments, "records": found.records, "bytes": found.journal_bytes},
        "bodies": {"referenced": found.bodies, "blobs": found.blobs, "bytes": found.blob_bytes, "read": not quick},
        "entities": found.entities,
        "findings": [finding.as_json(found.root) for finding in found.findings],
    }


def _show(found: Inspection, quick: bool) -> None:
    from emu.cli.findings import show_findings

    pointer = found.pointer
    if pointer is not None:
        click.echo(f"{found.root}: {'at rest' if pointer.state == 'rest' else 'live'} at record {found.last.lsn}")
        click.echo(f"  base       record {pointer.base.lsn}, {_count(found.documents, 'document')}")
        click.echo(
            f"  journal    {_count(found.segments, 'segment')}, {_count(found.records, 'record')} beyond the base"
        )
        how = "there" if quick else "read"
        click.echo(f"  bodies     {found.bodies} referred to; {_count(found.blobs, 'blob')} {how}")
        click.echo(f"  holds      {counts_text(found.entities)}")
    show_findings(found.findings, found.root)
    if found.intact:
        click.echo("intact")
    else:
        click.echo(f"damaged; `emu repair --dry-run {found.root}` says what can be done")


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'s' * (number != 1)}"
