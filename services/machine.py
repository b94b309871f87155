"""What a service's state is to the store that keeps it: a machine that applies changes, and is dumped and loaded.

A *change* is a JSON-able value that already holds every decision (identifiers, times, resolved values):
``(kind, account, region, value)``, kind being ``<service>.<what_happened>``. In a value, ``bytes`` stand for JSON
that is already encoded; after a reload the same place holds the decoded value, so ``apply`` takes both.

``apply`` has no clock, no randomness and no I/O, must not fail on a change that was accepted, and *replaces* entities
instead of mutating them, so that a world is saved and rewound by copying containers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Protocol

Change = tuple[str, str, str, Any]
Namespace = tuple[str, str]
"""An account id and a region."""


class Hooks(Protocol):
    """What a state tells the outside while it applies changes."""

    def retain(self, sha256: str) -> None:
        """One more reference to a body."""

    def release(self, sha256: str) -> None:
        """One reference to a body less."""

    def notify(self, topic: tuple[str, ...]) -> None:
        """Something that may be waited for has changed (:meth:`services.context.Context.wait`)."""


class NoHooks:
    """For a state that nobody watches."""

    def retain(self, sha256: str) -> None: ...

    def release(self, sha256: str) -> None: ...

    def notify(self, topic: tuple[str, ...]) -> None: ...


class KumoBodies(Protocol):
    """The bodies that come with a Kumo document."""

    def put(self, data: bytes) -> str:
        """Keeps an inline body; its SHA-256."""

    def size(self, sha256: str) -> int | None:
        """Bytes of a body that a document refers to; None if it isn't there."""

    def read(self, sha256: str) -> bytes:
        """A body that is there."""


class State(Protocol):
    """A service's whole state: all namespaces.

    A document is a sequence of lines (bytes, no line feeds) that joined by line feeds are one JSON object: one entity a
    line, see :mod:`services.lines`.
    """

    def apply(self, kind: str, account: str, region: str, value: Any) -> None:
        """Carries out one change."""

    def namespaces(self) -> Iterable[Namespace]:
        """Those that hold anything."""

    def dump(self, account: str, region: str) -> Iterator[bytes]:
        """The namespace's whole state: Kumo's schema plus what Kumo has no key for. Equal states give equal lines."""

    def load(self, account: str, region: str, lines: Iterable[bytes]) -> None:
        """Adds what :meth:`dump` wrote. Raises ValueError with a sentence where a line can't be what it wrote."""

    def loaded(self) -> None:
        """Called once after the last document: builds what crosses documents."""

    def dump_kumo(
        self, account: str, region: str, read_body: Callable[[str], bytes] | None, report: Callable[[str], None]
    ) -> Iterator[bytes]:
        """The namespace in Kumo's pure schema. Bodies stand inline where ``read_body`` is given (Kumo up to v0.25),
        else by reference. ``report`` gets a sentence for each entity that Kumo's schema can't hold and that is left
        out."""

    def adopt(self, account: str, region: str, document: Mapping[str, Any], bodies: KumoBodies) -> Mapping[str, int]:
        """Makes the namespace what a Kumo document says: new entities are taken, missing ones removed; one whose
        Kumo-visible form is unchanged keeps what Kumo can't hold. Keys count in any case, missing ones are zero values.
        Returns counts (``{"objects added": 3, …}``). Raises ValueError with the place where a value can't be used; then
        nothing has changed."""

    def clear(self) -> None:
        """Empties everything."""

    def forget(self, account: str, region: str) -> None:
        """Empties one namespace."""

    def unique_names(self, account: str, region: str) -> Iterable[str]:
        """What the namespace holds under names that no other one may hold: buckets."""

    def counts(self) -> Mapping[str, int]:
        """Entities by plural name, for the log: ``{"buckets": 2, "objects": 9}``."""

    def save(self) -> Any:
        """A copy of the containers, entities shared."""

    def rewind(self, saved: Any) -> None:
        """Back to what :meth:`save` gave, which stays usable. Body references are the store's own business here."""
