"""A whole state outside any store: what a snapshot is made of, and what a restore and a seed bring.

It is taken from a live store between two requests (:func:`capture`), or read from a folder
(:mod:`storage.snapshots`, :mod:`storage.sources`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from storage.base import document_name
from storage.documents import hash_file
from storage.errors import Damaged
from storage.files import Files
from storage.machine import Machine
from storage.pointer import Home
from storage.replacement import NewMachines
from storage.rest import note_bodies
from storage.scope import EVERYTHING, Scope

BodySource = bytes | Path
"""A body: its bytes, or a file that stays as long as the content is used."""


def read_body(files: Files, source: BodySource) -> bytes:
    return files.read(source) if isinstance(source, Path) else source


def size_of_body(files: Files, source: BodySource) -> int:
    return files.size_of(source) if isinstance(source, Path) else len(source)


@dataclass(frozen=True, slots=True)
class Document:
    """One document. lines: gives its lines, anew at each call, each with or without its line feed; sha256 and size
    are those of the file in which every line ends with one."""

    lines: Callable[[], Iterable[bytes]]
    sha256: str
    size: int

    @staticmethod
    def of(lines: Sequence[bytes]) -> Document:
        digest = hashlib.sha256()
        size = 0
        for line in lines:
            digest.update(line + b"\n")
            size += len(line) + 1
        return Document(lambda: lines, digest.hexdigest(), size)


@dataclass(frozen=True, slots=True)
class Content:
    """documents: by ``<service>.<account>.<region>``. bodies: every body that they refer to, by SHA-256.
    rest: the home namespace in Kumo's schema by file name, where it was asked for; rest_bodies: the bodies that it
    refers to. reports: what Kumo's schema can't hold. counts: entities by service. lsn: the record up to which it
    goes, 0 where that means nothing. name: what it was read from, for messages; commit: its source commit, if it
    says one. scope: the part of a state that it is; there may be more outside it, of which it says nothing."""

    home: Home
    documents: Mapping[str, Document]
    bodies: Mapping[str, BodySource]
    counts: Mapping[str, Mapping[str, int]]
    lsn: int = 0
    rest: Mapping[str, Document] = field(default_factory=dict)
    rest_bodies: frozenset[str] = frozenset()
    reports: Sequence[str] = ()
    name: str = ""
    commit: str | None = None
    scope: Scope = EVERYTHING

    @property
    def state_hash(self) -> str:
        return state_hash({name: document.sha256 for name, document in self.documents.items()})

    def lines(self, scope: Scope) -> dict[str, Iterable[bytes]]:
        """The lines of the documents that belong to a scope."""
        return {name: document.lines() for name, document in self.documents.items() if scope.covers_document(name)}

    def documents_within(self, scope: Scope) -> Content:
        """The documents of a part of it, beside all of its bodies."""
        documents = {name: document for name, document in self.documents.items() if scope.covers_document(name)}
        return replace(self, documents=documents, scope=scope)


def check_bodies(files: Files, content: Content) -> None:
    """Raises Damaged for a body's file that isn't what its name says: it must not go on as if it were whole."""
    for sha256, source in content.bodies.items():
        if not isinstance(source, Path):
            continue
        try:
            found = hash_file(files, source)
        except OSError as error:
            raise Damaged(source, f"it can't be read ({error.strerror or error})") from error
        if found != sha256:
            raise Damaged(source, "it isn't the body that its name says")


def state_hash(documents: Mapping[str, str]) -> str:
    """The SHA-256 over the sorted names and SHA-256s of a state's documents: equal for equal states, whatever keeps
    them."""
    digest = hashlib.sha256()
    for name, sha256 in sorted(documents.items()):
        digest.update(f"{name} {sha256}\n".encode())
    return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class Program:
    """What storage must know of the program to build states aside. rest_names: the machines that have a rest
    form."""

    new_machines: NewMachines
    rest_names: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Dump:
    """The documents of machines, encoded."""

    documents: Mapping[str, Document]
    rest: Mapping[str, Document]
    rest_bodies: frozenset[str]
    reports: Sequence[str]
    counts: Mapping[str, Mapping[str, int]]


def dump(machines: Mapping[str, Machine], home: Home, rest_names: Iterable[str]) -> Dump:
    """Encodes machines: about 3 µs an entity, and as much again for the rest form."""
    documents = {
        document_name(name, account, region): Document.of(list(machine.dump(account, region)))
        for name, machine in machines.items()
        for account, region in sorted(machine.namespaces())
    }
    bodies: set[str] = set()
    reports: list[str] = []
    rest = {
        f"{name}.json": Document.of(
            list(note_bodies(machines[name].dump_kumo(home.account, home.region, None, reports.append), bodies))
        )
        for name in rest_names
    }
    counts = {name: dict(machine.counts()) for name, machine in machines.items()}
    return Dump(documents, rest, frozenset(bodies), tuple(reports), counts)


def content_of(dumped: Dump, bodies: Mapping[str, BodySource], home: Home, lsn: int) -> Content:
    """What was dumped at a record, with the bodies that it refers to."""
    return Content(
        home=home,
        documents=dumped.documents,
        bodies=bodies,
        counts=dumped.counts,
        lsn=lsn,
        rest=dumped.rest,
        rest_bodies=dumped.rest_bodies,
        reports=dumped.reports,
    )


def entities(machines: Mapping[str, Machine]) -> int:
    """How many there are, to judge how long they take to encode."""
    return sum(sum(machine.counts().values()) for machine in machines.values())


AT_ONCE_ENTITIES = 2000
"""Up to so many are encoded between two requests, which takes less than 20 ms; more elsewhere."""
