"""``emu snapshot``: snapshots of a running emu, or of a data directory that nobody has open."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from emu.cli.endpoint import control, endpoint_option, fail, sentence_of
from emu.cli.output import counts_text, moment_text, show_differences, show_json
from emu.testing.control import Control, ControlError, segment

if TYPE_CHECKING:
    from emu.cli.stopped import Stopped

_Command = TypeVar("_Command", bound=Callable[..., Any])
_TIMEOUT_S = 600
_REPORTS_SHOWN = 20


@click.group()
def snapshot() -> None:
    """Keep whole states by name, and bring them back.

    A running emu is asked, unless --data-dir names a directory that none has open; its snapshots are in
    `snapshots` in there, unless --snapshot-dir names another folder. What is only about snapshots can do with
    --snapshot-dir alone, or with a snapshot's path (with a slash in it) in the place of its name.
    """


class _Running:
    """The snapshots and the state of a running emu. The answers are those of :mod:`emu.control.snapshots`."""

    failures = (ControlError,)

    def __init__(self, server: Control) -> None:
        self._server = server

    def sentence(self, error: Exception) -> str:
        return sentence_of(error)

    def list(self) -> list[Mapping[str, Any]]:
        found: list[Mapping[str, Any]] = self._server.get("/kumo/snapshots")["snapshots"]
        return found

    def show(self, name: str) -> Mapping[str, Any]:
        return self._server.get(_path(name))

    def verify(self, name: str) -> Mapping[str, Any]:
        return self._server.post(f"{_path(name)}/verify", timeout_s=_TIMEOUT_S)

    def delete(self, name: str) -> None:
        self._server.delete(_path(name))

    def create(self, members: Mapping[str, Any]) -> Mapping[str, Any]:
        return self._server.post("/kumo/snapshots", members, timeout_s=_TIMEOUT_S)

    def restore(self, name: str, members: Mapping[str, Any]) -> Mapping[str, Any]:
        return self._server.post(f"{_path(name)}/restore", members, timeout_s=_TIMEOUT_S)

    def diff(self, name: str) -> Mapping[str, Any]:
        return self._server.get(f"{_path(name)}/diff")


def _path(name: str) -> str:
    return f"/kumo/snapshots/{segment(name)}"


# Options, and what they lead to.

_json = click.option("--json", "as_json", is_flag=True, help="Show JSON.")
_data_dir = click.option(
    "--data-dir",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="A data directory that no emu has open, instead of a running one.",
)
_snapshot_dir = click.option(
    "--snapshot-dir",
    type=click.Path(path_type=Path, file_okay=False),
    help="The folder of the snapshots, without a server. [default: snapshots in the data directory]",
)


def _place_options(command: _Command) -> _Command:
    return endpoint_option(_data_dir(_snapshot_dir(command)))


def _scope_options(command: _Command) -> _Command:
    for option in (
        click.option("--region", metavar="REGION", help="Only this Region of the account."),
        click.option("--account", metavar="ACCOUNT", help="Only this account, in all its Regions."),
        click.option("--service", type=click.Choice(("s3", "sqs", "dynamodb")), help="Only this service."),
    ):
        command = option(command)
    return command


def _place(
    endpoint_url: str | None, data_dir: Path | None, snapshot_dir: Path | None, *, state: bool = False, name: str = "-"
) -> _Running | Stopped:
    """Where a command looks. ``state``: it is about a present state too. ``name``: of a snapshot, perhaps a path."""
    if endpoint_url is not None and (data_dir or snapshot_dir):
        raise click.UsageError("--endpoint-url asks a running emu; --data-dir and --snapshot-dir do without one.")
    if not name.strip("/"):
        raise click.UsageError("The snapshot's name is empty.")
    if data_dir is None and state:
        if snapshot_dir is not None:
            raise click.UsageError("--snapshot-dir goes with --data-dir here; a running emu has a folder of its own.")
        if "/" in name:
            raise click.UsageError(
                f"{name!r} is a path, and a running emu takes the names of snapshots in its own folder; "
                "a path goes with --data-dir."
            )
        return _Running(control(endpoint_url))
    if data_dir is None and snapshot_dir is None and "/" not in name:
        return _Running(control(endpoint_url))
    from emu.cli.stopped import Stopped

    return Stopped(snapshot_dir or (data_dir or Path()) / "snapshots", data_dir)


@contextmanager
def _failing(command: str, place: _Running | Stopped, status: int = 2) -> Iterator[None]:
    """Ends the command with a sentence where the place refuses."""
    try:
        yield
    except place.failures as error:
        fail(f"snapshot {command}", place.sentence(error), status)


# The commands.


@snapshot.command()
@click.argument("name")
@click.option("--purpose", help="What it is for, in a sentence.")
@click.option("--exercises", multiple=True, help="What it exercises; may be repeated.")
@click.option("--edge-case", "edge_cases", multiple=True, help="What is unusual in it; may be repeated.")
@click.option("--commit", help="Commit of the source that it is made with. [default: Git's HEAD here]")
@click.option("--replace", is_flag=True, help="Replace another state under that name.")
@_scope_options
@_place_options
@_json
def create(
    name: str, replace: bool, commit: str | None, endpoint_url: str | None, data_dir: Path | None,
    snapshot_dir: Path | None, as_json: bool, **given: Any,
) -> None:  # fmt: skip
    """Make a snapshot of the present state, or of a part of it.

    Requests go on meanwhile. A data directory is only read. Where there is a snapshot of that name, what isn't given
    of its purpose, exercises and edge cases stays; --purpose "" clears the purpose.
    """
    from emu.commit import head_commit

    place = _place(endpoint_url, data_dir, snapshot_dir, state=True, name=name)
    members = {"name": name, "replace": replace, **_given(given)}
    commit = commit or head_commit()
    if commit:
        members["commit"] = commit
    with _failing("create", place):
        made = place.create(members)
    if as_json:
        show_json(made)
        return
    click.echo(f"{made['result']} {name}: {counts_text(made['counts'])}, state hash {made['state_hash']}")
    reports = made["reports"]
    for report in reports[:_REPORTS_SHOWN]:
        click.echo(f"  not in Kumo's documents: {report}", err=True)
    if len(reports) > _REPORTS_SHOWN:
        click.echo(f"  not in Kumo's documents: … and {len(reports) - _REPORTS_SHOWN} more; --json lists all", err=True)


def _given(options: Mapping[str, Any]) -> dict[str, Any]:
    """Options as members of a request: those that were given."""
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in options.items()
        if value not in (None, ())
    }


@snapshot.command(name="list")
@_place_options
@_json
def list_snapshots(endpoint_url: str | None, data_dir: Path | None, snapshot_dir: Path | None, as_json: bool) -> None:
    """List the snapshots there are."""
    place = _place(endpoint_url, data_dir, snapshot_dir)
    with _failing("list", place):
        found = place.list()
    if as_json:
        show_json(found)
        return
    if not found:
        click.echo("There are no snapshots.", err=True)
    for entry in found:
        if "error" in entry:
            click.echo(f"{entry['name']}: {entry['error']}")
            continue
        made = entry["made"]
        commit = f", commit {made['commit'][:12]}" if made["commit"] else ""
        click.echo(f"{entry['name']}: {counts_text(entry['counts'])}, made {moment_text(made['created_ms'])}{commit}")
        if entry["purpose"]:
            click.echo(f"  {entry['purpose']}")


@snapshot.command()
@click.argument("name")
@_place_options
def show(name: str, endpoint_url: str | None, data_dir: Path | None, snapshot_dir: Path | None) -> None:
    """Show a snapshot's manifest, as JSON."""
    place = _place(endpoint_url, data_dir, snapshot_dir, name=name)
    with _failing("show", place):
        show_json(place.show(name))


@snapshot.command()
@click.argument("name")
@_place_options
def verify(name: str, endpoint_url: str | None, data_dir: Path | None, snapshot_dir: Path | None) -> None:
    """Read everything of a snapshot; exit status 1 if anything isn't what was written."""
    place = _place(endpoint_url, data_dir, snapshot_dir, name=name)
    with _failing("verify", place, 1):
        found = place.verify(name)
    click.echo(f"{name} is intact: {counts_text(found['counts'])}, state hash {found['state_hash']}")


@snapshot.command()
@click.argument("name", metavar="PATH")
@_data_dir
@_snapshot_dir
def seal(name: str, data_dir: Path | None, snapshot_dir: Path | None) -> None:
    """Take edits by hand into a snapshot: validate them, and compute sizes, ETags, MD5s, counts and hashes anew.

    PATH is the snapshot's folder; with --data-dir or --snapshot-dir its name.
    """
    from emu.aside import PROGRAM
    from emu.cli.stopped import Stopped
    from emu.version import version
    from services.clock import SystemClock
    from storage.snapshots.sealing import seal as seal_folder

    place = Stopped(snapshot_dir or (data_dir or Path()) / "snapshots")
    with _failing("seal", place):
        path = place.path(name) if data_dir or snapshot_dir else Path(name)
        if not path.is_dir():
            raise click.UsageError(f"{path} is not a directory.")
        sealed = seal_folder(path, PROGRAM, version(), SystemClock().now_ms())
    for note in sealed.notes:
        click.echo(note)
    what = "sealed" if sealed.changed else "is as it was sealed"
    click.echo(f"{path} {what}: {counts_text(sealed.manifest.counts)}, state hash {sealed.manifest.state_hash}")


@snapshot.command()
@click.argument("name")
@_scope_options
@_place_options
def restore(
    name: str, endpoint_url: str | None, data_dir: Path | None, snapshot_dir: Path | None, **scope: str | None
) -> None:
    """Make the present state, or a part of it, that of a snapshot: all or nothing."""
    place = _place(endpoint_url, data_dir, snapshot_dir, state=True, name=name)
    with _failing("restore", place):
        done = place.restore(name, _given(scope))
    part = " ".join(done["scope"].values())
    of = f" ({part} of it; everything now)" if part else ""
    click.echo(f"restored {name} in {done['milliseconds']} ms{of}: {counts_text(done['counts'])}")


@snapshot.command()
@click.argument("name")
@_place_options
@_json
def diff(name: str, endpoint_url: str | None, data_dir: Path | None, snapshot_dir: Path | None, as_json: bool) -> None:
    """Show what differs from a snapshot to the present state; exit status 1 if anything does."""
    place = _place(endpoint_url, data_dir, snapshot_dir, state=True, name=name)
    with _failing("diff", place):
        found = place.diff(name)
    if as_json:
        show_json(found)
    else:
        show_differences(found["differences"])
    sys.exit(0 if found["equal"] else 1)


@snapshot.command()
@click.argument("name")
@_place_options
def delete(name: str, endpoint_url: str | None, data_dir: Path | None, snapshot_dir: Path | None) -> None:
    """Delete a snapshot."""
    if "/" in name:
        raise click.UsageError(f"{name!r} is a path; give the snapshot's name, with --snapshot-dir for its folder.")
    place = _place(endpoint_url, data_dir, snapshot_dir, name=name)
    with _failing("delete", place):
        place.delete(name)
    click.echo(f"deleted {name}")
