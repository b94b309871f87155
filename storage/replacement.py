"""Putting another state in the place of the present one, whole or a part of it: restore and reset.

What comes is built *aside*: machines of their own, filled from documents that are already verified, with body
references of their own (:func:`build_parts`). Only when they stand are they swapped in, between two requests
(:func:`swap`): the live machine lets go of what it has, takes over copies of the containers, and the references
come along. So a state that can't be built leaves the live one as it was.

In the journal that is one record with one change of the store itself::

    ["store.restore", "", "", {"scope": {"service": "sqs"}, "documents": {name: {"file", "sha256", "size"}}}]

``store.reset`` has the same value. The documents lie in ``emu/documents``, synced before the record was queued, and
stay there until a base at or beyond the record is published. Replaying does the same in place
(:func:`replace_in_place`): a replay that fails is refused as a whole anyway.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from storage.documents import read_document
from storage.files import Files
from storage.machine import Machine
from storage.pointer import DocumentFile
from storage.references import References
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
    """One machine that was built aside. saved: what :meth:`Machine.save` gave. counts: references by body."""

    saved: Any
    counts: Mapping[str, int]
    namespaces: tuple[tuple[str, str], ...]


Parts = Mapping[str, Part]


def build_parts(
    documents: Documents,
    new_machines: NewMachines,
    scope: Scope = EVERYTHING,
    *,
    beside: Mapping[str, Machine] | None = None,
) -> dict[str, Part]:
    """A part for each machine of the scope, of the documents that belong to it. ``beside`` are live machines: their
    namespaces outside the scope are taken over as they are. Raises StateRefused."""
    names = scope.machines(new_machines(References()))
    foreign = sorted({key.split(".", 1)[0] for key in documents} - set(new_machines(References())))
    if foreign:
        raise StateRefused(f"it holds the service {foreign[0]!r}, which this emu doesn't have; use a newer emu")
    parts = {}
    for name in names:
        references = References()
        machine = new_machines(references)[name]
        for account, region in beside[name].namespaces() if beside else ():
            if not scope.covers(name, account):
                machine.load(account, region, beside[name].dump(account, region) if beside else ())
        for key, lines in documents.items():
            service, account, region = key.split(".", 2)
            if service == name and scope.covers(service, account):
                _load(machine, key, account, region, lines)
        machine.loaded()
        parts[name] = Part(machine.save(), references.counts, tuple(sorted(machine.namespaces())))
    return parts


def _load(machine: Machine, key: str, account: str, region: str, lines: Iterable[bytes]) -> None:
    try:
        machine.load(account, region, lines)
    except ValueError as error:
        raise StateRefused(f"the document {key} doesn't fit: {error}") from error


def part_documents(parts: Parts, new_machines: NewMachines) -> dict[str, list[bytes]]:
    """The documents that would be written of the parts."""
    documents = {}
    for name, part in parts.items():
        machine = new_machines(References())[name]
        machine.rewind(part.saved)
        for account, region in part.namespaces:
            documents[f"{name}.{account}.{region}"] = list(machine.dump(account, region))
    return documents


def swap(machines: Mapping[str, Machine], parts: Parts, references: References) -> None:
    """Puts the parts in the place of the machines' states. Must not fail. What died is known to ``references``
    afterwards, as after any record."""
    for name, part in parts.items():
        machines[name].clear()
        machines[name].rewind(part.saved)
        references.add(part.counts)


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
        lines = {name: read_document(self.disk, self.folder, document) for name, document in documents.items()}
        return replace_in_place(machines, scope, lines)


def replace_in_place(machines: Mapping[str, Machine], scope: Scope, documents: Documents) -> list[str]:
    """Makes the machines of the scope what the documents say; their names."""
    names = scope.machines(machines)
    for name in names:
        machine = machines[name]
        others = [
            (account, region, list(machine.dump(account, region)))
            for account, region in machine.namespaces()
            if not scope.covers(name, account)
        ]
        machine.clear()
        for account, region, lines in others:
            machine.load(account, region, lines)
        for key, document in documents.items():
            service, account, region = key.split(".", 2)
            if service == name:
                machine.load(account, region, document)
        machine.loaded()
    return names
