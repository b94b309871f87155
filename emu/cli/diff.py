"""``emu diff``: what differs between two states, wherever they are."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from emu.cli.endpoint import control, fail, is_url
from emu.cli.output import show_differences, show_json

if TYPE_CHECKING:
    from storage.content import Content


@click.command()
@click.argument("before", metavar="A")
@click.argument("after", metavar="B")
@click.option("--json", "as_json", is_flag=True, help="Show JSON.")
def diff(before: str, after: str, as_json: bool) -> None:
    """Show what differs from A to B: snapshots, data directories, Kumo's directories, or running emus (their URLs).

    A snapshot of a part is compared with that part. Nothing is written anywhere. The exit status is 0 if they are
    equal, 1 if they differ, 2 if one can't be read.
    """
    from emu.differences import differences
    from emu.testing.control import ControlError
    from storage.errors import DirectoryRefused
    from storage.snapshots.errors import SnapshotError

    try:
        old, new = _content(before), _content(after)
        # Of what is outside a part, nothing is known on that side.
        old, new = old.documents_within(new.scope), new.documents_within(old.scope)
        found: list[dict[str, Any]] = [entry.document() for entry in differences(old, new)]
    except (DirectoryRefused, SnapshotError, ControlError, OSError) as error:
        fail("diff", error)
    if as_json:
        show_json({"equal": not found, "differences": found})
    else:
        show_differences(found)
    sys.exit(1 if found else 0)


def _content(place: str) -> Content:
    from emu.aside import PROGRAM
    from storage.content import Content, Document
    from storage.files import Files
    from storage.pointer import Home
    from storage.sources import read_folder

    if is_url(place):
        texts = control(place).get("/kumo/state/documents").get("documents")
        if not isinstance(texts, dict):
            fail("diff", f"{place} is no emu: it answers, but shows no state.")
        documents = {name: Document.of(text.encode().splitlines()) for name, text in texts.items()}
        return Content(Home(), documents, {}, {})
    return read_folder(Files(), Path(place), PROGRAM, Home(), lambda note: None)
