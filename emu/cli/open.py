"""``emu open``: the world of a failed test, running again."""

from __future__ import annotations

import json
import os
import shutil
import tarfile
import tempfile
from pathlib import Path
from typing import Any

import click

_ABOUT_STATE = (
    "KUMO_DATA_DIR", "KUMO_RUN_DIR", "KUMO_SEED", "KUMO_WATCH_SEED", "KUMO_REUSE", "KUMO_FRESH", "KUMO_INIT_DIR",
    "KUMO_DETERMINISTIC", "KUMO_NAMESPACES",
)  # fmt: skip
"""Variables that would lead to another world than the bundle's, or write it into a directory of the user's."""


@click.command("open", context_settings={"ignore_unknown_options": True})
@click.argument("bundle", type=click.Path(exists=True, path_type=Path))
@click.argument("serve_options", nargs=-1, type=click.UNPROCESSED)
def open_bundle(bundle: Path, serve_options: tuple[str, ...]) -> None:
    """Serve the world of a failed test from its BUNDLE, as it was at the failure.

    The bundle itself stays as it is: emu runs on a copy, which is removed at the end. Further options are those of
    `emu serve`.
    """
    from emu.cli.serve import serve

    for name in _ABOUT_STATE:
        os.environ.pop(name, None)

    with tempfile.TemporaryDirectory(prefix="emu-open-") as folder:
        content = _content(bundle, Path(folder))
        about = _about(content)
        click.echo(f"test     {about['test']} ({about['phase']})")
        click.echo(f"failure  {about['failure']}")
        click.echo(f"files    {content}")
        serve.main([*_world(content), *serve_options], prog_name="emu serve", standalone_mode=False)


def _content(bundle: Path, folder: Path) -> Path:
    """The bundle's files, in a folder that may be written to."""
    copy = folder / "bundle"
    if bundle.is_dir():
        shutil.copytree(bundle, copy)
        return copy
    try:
        with tarfile.open(bundle) as archive:
            archive.extractall(copy, filter="data")
    except (tarfile.TarError, OSError) as error:
        reason = str(error).partition(":")[0]
        raise click.ClickException(f"{bundle} is not a bundle: {reason}.") from None
    folders = [path for path in copy.iterdir() if path.is_dir()]
    return folders[0] if len(folders) == 1 else copy


def _about(content: Path) -> dict[str, Any]:
    try:
        about = json.loads((content / "bundle.json").read_bytes())
    except (OSError, ValueError):
        about = None
    if not isinstance(about, dict):
        raise click.ClickException("This is not a bundle: it holds no bundle.json that can be read.") from None
    return {name: about.get(name) for name in ("test", "phase", "failure")}


def _world(content: Path) -> list[str]:
    """The options of `emu serve` that lead to the bundle's state."""
    state, snapshot = content / "state", content / "snapshot"
    if state.is_dir():
        return ["--data-dir", str(state)]
    if snapshot.is_dir():
        return ["--seed", str(snapshot)]
    raise click.ClickException("The bundle holds no state: the server was dead. Its log is in server.log.")
