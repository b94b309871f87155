"""What happened on the server, as a test asks for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, overload

from emu.testing.errors import hidden

__tracebackhide__ = hidden
_ANYTHING = object()


class Events(Sequence[dict[str, Any]]):
    """Events in their order; each a flat object as docs/levers.md shows it."""

    def __init__(self, entries: Iterable[dict[str, Any]] = ()) -> None:
        self._entries = list(entries)

    def count(self, value: object = _ANYTHING) -> int:
        """How many there are; of one entry, how often it occurs."""
        return len(self._entries) if value is _ANYTHING else self._entries.count(value)  # type: ignore[arg-type]

    def where(self, **members: Any) -> Events:
        """Those whose members have these values: ``emu.events().where(operation="PutItem", resource="pages")``."""
        return Events(
            entry for entry in self._entries if all(entry.get(name) == value for name, value in members.items())
        )

    def names(self) -> list[str]:
        """Each one's operation, or the name of its step or mark."""
        return [str(entry.get("operation") or entry["name"]) for entry in self._entries]

    def __add__(self, others: Iterable[dict[str, Any]]) -> Events:
        return Events([*self._entries, *others])

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(self._entries)

    def __repr__(self) -> str:
        return f"<{len(self)} events: {', '.join(self.names()[:20])}{' …' if len(self) > 20 else ''}>"

    @overload
    def __getitem__(self, index: int) -> dict[str, Any]: ...

    @overload
    def __getitem__(self, index: slice) -> Events: ...

    def __getitem__(self, index: int | slice) -> dict[str, Any] | Events:
        return Events(self._entries[index]) if isinstance(index, slice) else self._entries[index]
