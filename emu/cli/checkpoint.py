"""``emu checkpoint``: brings a directory to rest that a server left behind, or that one has open."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click

from emu.cli.endpoint import fail


@click.command()
@click.argument("path", metavar="DIR", type=click.Path(path_type=Path, exists=True, file_okay=False))
def checkpoint(path: Path) -> None:
    """Write base and Kumo's documents of a data directory that no server has open.

    It does what a clean stop does, for as long as it takes. A running emu does the same at POST /kumo/checkpoint.
    """
    from emu.aside import PROGRAM
    from storage.directory import Layout, holds_state
    from storage.errors import DirectoryRefused
    from storage.files import Files

    if not holds_state(Files(), Layout(path), PROGRAM.rest_names):
        fail("checkpoint", f"{path} holds no state.")
    try:
        lsn = asyncio.run(_bring_to_rest(path))
    except DirectoryRefused as error:
        fail("checkpoint", error)
    click.echo(f"{path} is at rest at record {lsn}")


async def _bring_to_rest(path: Path) -> int:
    from emu.aside import PROGRAM, states_aside
    from storage.durable import ClaimedDirectory, DurableOptions

    claimed = ClaimedDirectory(path, DurableOptions(rest_names=PROGRAM.rest_names, stop_timeout_s=86_400))
    machines = states_aside(claimed.bodies)
    store = claimed.open_store(machines)
    await store.start()
    await store.stop()
    return store.lsn
