"""What differs between a snapshot and the present state."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

_SHOWN_MAX = 50


class Diff:
    """Differences as docs/snapshots.md shows them: ``change``, ``what``, ``name``, ``old``, ``new``."""

    def __init__(self, differences: Iterable[Mapping[str, Any]]) -> None:
        self.differences = [dict(difference) for difference in differences]

    @property
    def equal(self) -> bool:
        return not self.differences

    def added(self, service: str | None = None, resource: str | None = None) -> list[dict[str, Any]]:
        """What the snapshot doesn't hold. ``added("dynamodb", "pages")``: the items that are new in that table."""
        return self._of("added", service, resource)

    def removed(self, service: str | None = None, resource: str | None = None) -> list[dict[str, Any]]:
        """What only the snapshot holds."""
        return self._of("removed", service, resource)

    def changed(self, service: str | None = None, resource: str | None = None) -> list[dict[str, Any]]:
        """What both hold, with another value."""
        return self._of("changed", service, resource)

    def _of(self, change: str, service: str | None, resource: str | None) -> list[dict[str, Any]]:
        return [
            difference
            for difference in self.differences
            if difference["change"] == change
            and service in (None, difference.get("service"))
            and resource in (None, difference.get("resource"))
        ]

    def problems(self) -> list[str]:
        """What is lost, doubled or different among items, objects and messages; messages only by their number."""
        return []

    def __repr__(self) -> str:
        if self.equal:
            return "no differences"
        lines = [_line(difference) for difference in self.differences[:_SHOWN_MAX]]
        rest = len(self.differences) - len(lines)
        return "\n".join([*lines, *([f"… and {rest} more"] if rest else [])])


def _line(difference: Mapping[str, Any]) -> str:
    return f"{difference['change']} {difference['what']} {difference['name']}"
