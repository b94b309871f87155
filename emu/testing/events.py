"""What happened on the server, as a test asks for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, overload

from emu.testing.errors import TestingError, hidden

__tracebackhide__ = hidden
_ANYTHING = object()
_SHOWN_MAX = 20


class Events(Sequence[dict[str, Any]]):
    """Events in their order; each a flat object as docs/levers.md shows it.

    everything: gives all events, from which these were chosen. It is asked where there are none, and somebody wants to
    know what there was instead.
    """

    def __init__(
        self, entries: Iterable[dict[str, Any]] = (), everything: Callable[[], Iterable[dict[str, Any]]] | None = None
    ) -> None:
        self._entries = list(entries)
        self._everything = everything

    def count(self, value: object = _ANYTHING) -> int:
        """How many there are; of one entry, how often it occurs."""
        return len(self._entries) if value is _ANYTHING else self._entries.count(value)  # type: ignore[arg-type]

    def where(self, **members: Any) -> Events:
        """Those whose members have these values: ``emu.events().where(operation="PutItem", resource="pages")``."""
        wanted = members.items()
        chosen = (entry for entry in self._entries if all(entry.get(name) == value for name, value in wanted))
        return Events(chosen, self._everything or (lambda: self._entries))

    def names(self) -> list[str]:
        """Each one's operation, or the name of its step or mark."""
        return [str(entry.get("operation") or entry["name"]) for entry in self._entries]

    def __add__(self, others: Iterable[dict[str, Any]]) -> Events:
        return Events([*self._entries, *others], self._everything)

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(self._entries)

    def __repr__(self) -> str:
        if not self:
            return f"<no such events; there are: {_told(self._all()) or 'none at all'}>"
        return f"<{len(self)} events: {_told(self)}>"

    def _all(self) -> Iterable[dict[str, Any]]:
        try:
            return () if self._everything is None else self._everything()
        except TestingError:  # the server is gone, and what it knew
            return ()

    @overload
    def __getitem__(self, index: int) -> dict[str, Any]: ...

    @overload
    def __getitem__(self, index: slice) -> Events: ...

    def __getitem__(self, index: int | slice) -> dict[str, Any] | Events:
        return Events(self._entries[index]) if isinstance(index, slice) else self._entries[index]


def _told(entries: Iterable[dict[str, Any]]) -> str:
    """What happened, and how often: ``PutItem pages (3), DeleteMessage frontier``."""
    names = Counter(
        " ".join(
            filter(None, ("" if entry["what"] == "commit" else entry["what"], entry["name"], entry.get("resource")))
        )
        for entry in entries
    )
    shown = [f"{name} ({count})" if count > 1 else name for name, count in [*names.items()][:_SHOWN_MAX]]
    return ", ".join([*shown, *([f"and {len(names) - _SHOWN_MAX} others"] if len(names) > _SHOWN_MAX else [])])
