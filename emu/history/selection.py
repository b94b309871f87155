"""Which events a reader wants."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

KINDS = ("commit", "read", "lifecycle", "fault", "mark")
"""What an event can be."""


class Event(Protocol):
    """What is selected by: every kind of entry has it."""

    @property
    def what(self) -> str: ...

    def document(self) -> dict[str, Any]: ...


@dataclass(frozen=True, slots=True)
class Selection:
    """None lets everything through. resource: a queue, table or bucket that the entry names anywhere in it. message: a
    message id. operation, service, request_id: the entry's own."""

    what: str | None = None
    service: str | None = None
    operation: str | None = None
    resource: str | None = None
    request_id: str | None = None
    message: str | None = None

    def documents(self, entries: Iterable[Event]) -> list[dict[str, Any]]:
        """The selected entries, as they are shown."""
        found = (entry.document() for entry in entries if self.what in (None, entry.what))
        return [document for document in found if self.wants(document)]

    def wants(self, document: Mapping[str, Any]) -> bool:
        """Whether an entry that is shown already is one of the selected."""
        for name in ("what", "service", "operation", "request_id"):
            wanted = getattr(self, name)
            if wanted is not None and document.get(name) != wanted:
                return False
        if self.resource is not None and self.resource not in _named(document, ("resource", "target")):
            return False
        return self.message is None or self.message in _messages(document)


def _named(document: Mapping[str, Any], members: Sequence[str]) -> set[Any]:
    parts = (document, *document.get("changes", ()))
    named = {part[member] for part in parts for member in members if isinstance(part.get(member), str)}
    return named | set(document.get("resources", ()))


def _messages(document: Mapping[str, Any]) -> set[str]:
    return {message for change in document.get("changes", ()) for message in change.get("messages", ())}
