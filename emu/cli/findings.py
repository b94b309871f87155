"""How `emu verify` and `emu repair` show what they found in a directory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from emu.cli.output import moment_text
from storage.journal.repair import LostRecord, Place
from storage.repair.findings import Finding

_RESOURCE_MEMBERS = ("bucket", "queue", "Table", "TableName", "name")
_KEY_MEMBERS = ("key", "Key")
_LOST_SHOWN = 1000


def show_findings(findings: Iterable[Finding], root: Path) -> None:
    """A line a finding: damage first."""
    for finding in sorted(findings, key=lambda finding: finding.level):
        label, colour = ("damaged", "red") if finding.level == "damage" else ("note", "yellow")
        place = "" if finding.offset is None else f", byte {finding.offset}"
        click.echo(f"  {click.style(label, fg=colour)}  {finding.path.relative_to(root)}{place}: {finding.what}")


def show_lost(lost: Sequence[LostRecord], unreadable: Iterable[Place], root: Path) -> None:
    """The records of a journal that can't be applied, and the bytes that aren't records any more."""
    for record in lost[:_LOST_SHOWN]:
        made = ", ".join(map(_change_text, record.changes)) or "nothing"
        click.echo(f"  lost  record {record.lsn}, {moment_text(record.time_ms)}, request {record.request_id}: {made}")
    if len(lost) > _LOST_SHOWN:
        click.echo(f"  lost  … and {len(lost) - _LOST_SHOWN} more, up to record {lost[-1].lsn}")
    for place in unreadable:
        name = place.path.relative_to(root)
        click.echo(f"  lost  {place.length} bytes of {name} from byte {place.offset} on, which are no record any more")


def resource_of(value: Any) -> str:
    """Which bucket, queue, table or object the value of a change names; empty where it names none."""
    if not isinstance(value, Mapping):
        return ""
    names = [value[member] for member in _RESOURCE_MEMBERS if isinstance(value.get(member), str)][:1]
    inner = [part for part in value.values() if isinstance(part, Mapping)]
    keys = [part[member] for part in (value, *inner) for member in _KEY_MEMBERS if isinstance(part.get(member), str)]
    return " ".join(names + keys[:1])


def _change_text(change: tuple[str, str, str, Any]) -> str:
    kind, account, region, value = change
    resource = resource_of(value)
    return f"{kind}{' ' if resource else ''}{resource} ({account}/{region})"
