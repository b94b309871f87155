"""How commands show what they found: text for people, JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import click

_VALUE_MAX = 500


def show_json(value: Any) -> None:
    click.echo(json.dumps(value, indent=2, ensure_ascii=False))


def counts_text(counts: Mapping[str, Mapping[str, int]]) -> str:
    """``3 objects, 1 bucket, …``: what there is, without what there is none of."""
    parts = [
        f"{count} {what if count != 1 else what.removesuffix('s')}"
        for entities in counts.values()
        for what, count in entities.items()
        if count
    ]
    return ", ".join(parts) or "empty"


def moment_text(ms: int) -> str:
    return f"{datetime.fromtimestamp(ms / 1000, UTC):%Y-%m-%d %H:%M:%S} UTC"


def show_differences(differences: Iterable[Mapping[str, Any]]) -> None:
    """A line a difference, with the members that differ below it."""
    signs = {"added": ("+", "green"), "removed": ("-", "red"), "changed": ("~", "yellow")}
    for difference in differences:
        sign, colour = signs[difference["change"]]
        place = "/".join((difference["service"], difference["account"], difference["region"]))
        resource, name = difference["resource"], difference["name"]
        names = (name,) if name == resource or not resource else (resource, name)
        shown = " ".join(map(_printable, names))
        click.secho(f"{sign} {difference['what']} {shown}  ({place})", fg=colour)
        for line in _members(difference):
            click.echo(f"    {line}")


def _printable(name: str) -> str:
    """A name on one line: keys may hold line feeds, and what terminals obey."""
    return name if name.isprintable() else json.dumps(name)


def _members(difference: Mapping[str, Any]) -> Iterable[str]:
    old, new = difference.get("old"), difference.get("new")
    if difference["change"] != "changed":
        yield _short(new if old is None else old)
    elif isinstance(old, dict) and isinstance(new, dict):
        for member in sorted(old.keys() | new.keys()):
            if old.get(member) != new.get(member):
                before = _short(old[member]) if member in old else "(absent)"
                after = _short(new[member]) if member in new else "(absent)"
                yield f"{member}: {before} -> {after}"
    else:
        yield f"{_short(old)} -> {_short(new)}"


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    text = text if text.isprintable() else json.dumps(value)
    return text if len(text) <= _VALUE_MAX else f"{text[:_VALUE_MAX]}…"
