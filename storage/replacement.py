"""Putting another state in the place of the present one, whole or a part of it: restore and reset.

What comes is built *aside*: machines of their own, filled from documents that are already verified, with body
references of their own (:func:`build_parts`). Only when they stand do they take the place of the live state, between
two requests: a machine as a whole lets go of what it has and takes over copies of the containers, and the references
come along (:func:`swap`); of a machine's namespaces only those of the scope are emptied and filled again
(:func:`replace_namespaces`), so that it costs what they hold and not what the others do. A state that can't be built
leaves the live one as it was.

In the journal that is one record with one change of the store itself::

    ["store.restore", "", "", {"scope": {"service": "sqs"}, "documents": {name: {"file", "sha256", "size"}}}]

``store.reset`` has the same value. The documents lie in ``emu/documents``, synced before the record was queued, and
stay there until a base at or beyond the record is published. Replaying does the same in place
(:func:`replace_namespaces`): a replay that fails is refused as a whole anyway.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from storage.bodies.references import References
from storage.documents import read_checked
from storage.files import Files
from storage.machine import Machine
from storage.pointer import DocumentFile
from storage.scope import EVERYTHING, Scope

Kind = Literal["store.restore", "store.reset"]
STORE_KINDS: tuple[str, ...] = ("store.restore", "store.reset")

NewMachines = Callable[[References], Mapping[str, Machine]]
"""Makes empty machines that tell their body references to what they are given, and wake nobody."""

Documents = Mapping[str, Iterable[bytes]]
"""Lines by ``<service>.<account>.<region>``."""


class StateRefused(Exception):
    """A state can't take the place of the present one; the text says why. Nothing has changed."""


@dataclass(frozen=True, slots=True)
class Part:
    """One machine that was built aside. saved: what :meth:`Machine.save` gave. counts: references by body.
    names: those that no namespace outside may hold."""

    saved: Any
    counts: Mapping[str, int]
    namespaces: tuple[tuple[str, str], ...]
    names: frozenset[str]


Parts = Mapping[str, Part]


def build_parts(
    documents: Documents,
    new_machines: NewMachines,
    scope: Scope = EVERYTHING,
) -> dict[str, Part]:
    """A part for each machine of the scope, of the documents that belong to it. Raises StateRefused."""
    names = scope.machines(new_machines(References()))
    foreign = sorted({key.split(".", 1)[0] for key in documents} - set(new_machines(References())))
    if foreign:
        raise StateRefused(f"it holds the service {foreign[0]!r}, which this emu doesn't have; use a newer emu")
    parts = {}
    for name in names:
        references = References()
        machine = new_machines(references)[name]
        for key, lines in documents.items():
            service, account, region = key.split(".", 2)
            if service == name and scope.covers(service, account, region):
                _load(machine, key, account, region, lines)
        machine.loaded()
        namespaces = tuple(sorted(machine.namespaces()))
        unique = frozenset(held for namespace in namespaces for held in machine.unique_names(*namespace))
        parts[name] = Part(machine.save(), references.counts, namespaces, unique)
    return parts


def _load(machine: Machine, key: str, account: str, region: str, lines: Iterable[bytes]) -> None:
    try:
        machine.load(account, region, lines)
    except ValueError as error:
        raise StateRefused(f"the document {key} doesn't fit: {error}") from error


def part_documents(parts: Parts, new_machines: NewMachines, scope: Scope = EVERYTHING) -> dict[str, list[bytes]]:
    """The documents that would be written of the parts, as far as they belong to a scope."""
    documents = {}
    for name, part in parts.items():
        machine = new_machines(References())[name]
        machine.rewind(part.saved)
        for account, region in part.namespaces:
            if scope.covers(name, account, region):
                documents[f"{name}.{account}.{region}"] = list(machine.dump(account, region))
    return documents


def swap(machines: Mapping[str, Machine], parts: Parts, references: References) -> None:
    """Puts the parts in the place of the machines' states. Must not fail. What died is known to ``references``
    afterwards, as after any record."""
    for name, part in parts.items():
        machines[name].clear()
        machines[name].rewind(part.saved)
        references.add(part.counts)


def check_names(machines: Mapping[str, Machine], parts: Parts, scope: Scope) -> None:
    """Raises StateRefused if a namespace outside the scope holds a name by now that the parts hold too."""
    for name, part in parts.items():
        for account, region in machines[name].namespaces() if part.names else ():
            if not scope.covers(name, account, region):
                for taken in sorted(part.names & set(machines[name].unique_names(account, region))):
                    raise StateRefused(f"the name {taken!r} belongs to account {account} in {region} already")


def replace_namespaces(machines: Mapping[str, Machine], scope: Scope, documents: Documents) -> list[str]:
    """Makes the machines' namespaces of the scope what the documents say, in place; the machines' names."""
    names = scope.machines(machines)
    for name in names:
        machine = machines[name]
        for account, region in list(machine.namespaces()):
            if scope.covers(name, account, region):
                machine.forget(account, region)
        for key, lines in documents.items():
            service, account, region = key.split(".", 2)
            if service == name:
                machine.load(account, region, lines)
        machine.loaded()
    return names


def encode_value(scope: Scope, documents: Mapping[str, DocumentFile]) -> dict[str, Any]:
    """The value of a change of the store."""
    return {
        "scope": scope.encode(),
        "documents": {
            name: {"file": document.file, "sha256": document.sha256, "size": document.size}
            for name, document in sorted(documents.items())
        },
    }


@dataclass(slots=True)
class Replayer:
    """Carries out the store's own changes when a journal is read. files: by name, the lsn of the last record that
    needs it."""

    disk: Files
    folder: Path
    files: dict[str, int] = field(default_factory=dict)

    def replace(self, machines: Mapping[str, Machine], value: Mapping[str, Any], lsn: int) -> list[str]:
        """Replaces in place; the names of the machines that it was about. Raises Damaged or DirectoryRefused."""
        scope = Scope.decode(value["scope"])
        documents = {name: DocumentFile(**entry) for name, entry in value["documents"].items()}
        self.files |= {document.file: lsn for document in documents.values()}
        lines = {name: read_checked(self.disk, self.folder, document) for name, document in documents.items()}
        return replace_namespaces(machines, scope, lines)
