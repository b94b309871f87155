"""``emu snapshot``: snapshots of a running emu, or in a folder."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from emu.cli.endpoint import control, endpoint_option, fail
from emu.cli.output import counts_text, moment_text, show_differences, show_json

if TYPE_CHECKING:
    from storage.snapshots.manifest import Manifest


@click.group()
def snapshot() -> None:
    """Keep whole states by name, and bring them back.

    create, restore, diff and delete ask a running emu. A snapshot that is given as a path (with a slash in it) is read
    from that folder instead, without a server: show, verify, seal.
    """


_scope = (
    click.option("--service", type=click.Choice(("s3", "sqs", "dynamodb")), help="Only this service."),
    click.option("--account", metavar="ACCOUNT", help="Only this account, in all its Regions."),
)
_json = click.option("--json", "as_json", is_flag=True, help="Show JSON.")


@snapshot.command()
@click.argument("name")
@click.option("--purpose", help="What it is for, in a sentence.")
@click.option("--exercises", multiple=True, help="What it exercises; may be repeated.")
@click.option("--edge-case", "edge_cases", multiple=True, help="What is unusual in it; may be repeated.")
@click.option("--commit", help="Commit of the source that it is made with. [default: Git's HEAD here]")
@click.option("--replace", is_flag=True, help="Replace another state under that name.")
@endpoint_option
@_json
def create(
    name: str, purpose: str | None, exercises: tuple[str, ...], edge_cases: tuple[str, ...], commit: str | None,
    replace: bool, endpoint_url: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Make a snapshot of the present state. Requests go on meanwhile."""
    from emu.commit import head_commit

    body: dict[str, Any] = {"name": name, "replace": replace}
    given = {"purpose": purpose, "exercises": list(exercises), "edge_cases": list(edge_cases)}
    body |= {member: value for member, value in given.items() if value}
    commit = commit or head_commit()
    if commit:
        body["commit"] = commit
    made = _call("create", endpoint_url, "POST", "/kumo/snapshots", body)
    if as_json:
        show_json(made)
        return
    click.echo(f"{made['result']} {name}: {counts_text(made['counts'])}, state hash {made['state_hash']}")
    for report in made["reports"]:
        click.echo(f"  not in Kumo's documents: {report}", err=True)


@snapshot.command(name="list")
@click.option("--snapshot-dir", type=click.Path(path_type=Path), help="Look into this folder, without a server.")
@endpoint_option
@_json
def list_snapshots(snapshot_dir: Path | None, endpoint_url: str | None, as_json: bool) -> None:
    """List the snapshots there are."""
    if snapshot_dir is None:
        found = _call("list", endpoint_url, "GET", "/kumo/snapshots")["snapshots"]
    else:
        found = _listed(snapshot_dir)
    if as_json:
        show_json(found)
        return
    for entry in found:
        if "error" in entry:
            click.echo(f"{entry['name']}: {entry['error']}")
            continue
        made = entry["made"]
        commit = f", commit {made['commit'][:12]}" if made["commit"] else ""
        click.echo(f"{entry['name']}: {counts_text(entry['counts'])}, made {moment_text(made['created_ms'])}{commit}")
        if entry["purpose"]:
            click.echo(f"  {entry['purpose']}")


def _listed(folder: Path) -> list[dict[str, Any]]:
    from storage.snapshots.errors import SnapshotError
    from storage.snapshots.shelf import Shelf

    return [
        {"name": name, "error": str(entry)} if isinstance(entry, SnapshotError) else entry.summary()
        for name, entry in Shelf(folder).manifests()
    ]


@snapshot.command()
@click.argument("name")
@endpoint_option
def show(name: str, endpoint_url: str | None) -> None:
    """Show a snapshot's manifest, as JSON."""
    if _is_path(name):
        from storage.files import Files
        from storage.snapshots.errors import SnapshotError
        from storage.snapshots.shelf import read_manifest

        try:
            show_json(read_manifest(Files(), Path(name)).document())
        except SnapshotError as error:
            fail("snapshot show", error)
        return
    show_json(_call("show", endpoint_url, "GET", _path(name)))


@snapshot.command()
@click.argument("name")
@endpoint_option
def verify(name: str, endpoint_url: str | None) -> None:
    """Read everything of a snapshot; exit status 1 if anything isn't what was written."""
    if _is_path(name):
        manifest = _verified(Path(name))
        click.echo(f"{name} is intact: {counts_text(manifest.counts)}, state hash {manifest.state_hash}")
        return
    found = _call("verify", endpoint_url, "POST", f"{_path(name)}/verify", {}, failure=1)
    click.echo(f"{name} is intact: {counts_text(found['counts'])}, state hash {found['state_hash']}")


def _verified(path: Path) -> Manifest:
    from emu.aside import PROGRAM
    from storage.files import Files
    from storage.preparation import built
    from storage.replacement import StateRefused
    from storage.scope import EVERYTHING
    from storage.snapshots.errors import SnapshotError
    from storage.snapshots.reading import content_of_snapshot, verified_manifest

    files = Files()
    try:
        manifest = verified_manifest(files, path)
        built(content_of_snapshot(files, path, manifest), EVERYTHING, PROGRAM)
    except SnapshotError as error:
        fail("snapshot verify", error, 1)
    except StateRefused as error:
        fail("snapshot verify", f"{path}: {error}.", 1)
    return manifest


@snapshot.command()
@click.argument("path", type=click.Path(path_type=Path, exists=True, file_okay=False))
def seal(path: Path) -> None:
    """Take edits by hand into a snapshot: validate them, and compute sizes, ETags, MD5s, counts and hashes anew."""
    from emu.aside import PROGRAM
    from emu.version import version
    from services.clock import SystemClock
    from storage.snapshots.errors import SnapshotError
    from storage.snapshots.sealing import seal as seal_folder

    try:
        sealed = seal_folder(path, PROGRAM, version(), SystemClock().now_ms())
    except SnapshotError as error:
        fail("snapshot seal", error)
    for note in sealed.notes:
        click.echo(note)
    what = "sealed" if sealed.changed else "is as it was sealed"
    click.echo(f"{path} {what}: {counts_text(sealed.manifest.counts)}, state hash {sealed.manifest.state_hash}")


@snapshot.command()
@click.argument("name")
@_scope[0]
@_scope[1]
@endpoint_option
def restore(name: str, service: str | None, account: str | None, endpoint_url: str | None) -> None:
    """Make the present state, or a part of it, that of a snapshot: all or nothing."""
    scope = {member: value for member, value in (("service", service), ("account", account)) if value}
    done = _call("restore", endpoint_url, "POST", f"{_path(name)}/restore", scope)
    click.echo(f"restored {name} in {done['milliseconds']} ms: {counts_text(done['counts'])}")


@snapshot.command()
@click.argument("name")
@endpoint_option
@_json
def diff(name: str, endpoint_url: str | None, as_json: bool) -> None:
    """Show what differs from a snapshot to the present state; exit status 1 if anything does."""
    found = _call("diff", endpoint_url, "GET", f"{_path(name)}/diff")
    if as_json:
        show_json(found)
    else:
        show_differences(found["differences"])
    sys.exit(0 if found["equal"] else 1)


@snapshot.command()
@click.argument("name")
@endpoint_option
def delete(name: str, endpoint_url: str | None) -> None:
    """Delete a snapshot."""
    _call("delete", endpoint_url, "DELETE", _path(name))
    click.echo(f"deleted {name}")


def _is_path(name: str) -> bool:
    return "/" in name or os.sep in name


def _path(name: str) -> str:
    from emu.testing.control import segment

    return f"/kumo/snapshots/{segment(name)}"


def _call(
    command: str, endpoint_url: str | None, method: str, path: str, body: Any = None, *, failure: int = 2
) -> dict[str, Any]:
    from emu.testing.control import ControlError

    server = control(endpoint_url)
    try:
        if method == "POST":
            return server.post(path, body, timeout_s=600)
        return server.get(path) if method == "GET" else server.delete(path)
    except ControlError as error:
        fail(f"snapshot {command}", error, failure)
