"""A state as far as it can be proven: the base, and the chain of records that follows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from storage.base import load_base
from storage.content import Program
from storage.directory import Layout
from storage.files import Files
from storage.journal.repair import Salvage, salvage, salvaged_records
from storage.machine import Machine
from storage.pointer import Pointer
from storage.recovery import apply_changes
from storage.references import References
from storage.replacement import Replayer


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """machines, with everything applied; changed: those that aren't as in the base. small_bodies: those that only
    records carry. ids: the identifier source's position."""

    salvage: Salvage
    machines: Mapping[str, Machine]
    changed: frozenset[str]
    small_bodies: Mapping[str, bytes]
    ids: int


class _Unappliable(Exception):
    """A record that proves itself, but this emu can't apply it."""

    def __init__(self, lsn: int) -> None:
        self.lsn = lsn


def rebuild(files: Files, layout: Layout, program: Program, pointer: Pointer) -> Rebuilt:
    """Loads a whole base and applies what can be proven and applied. Raises DirectoryRefused for the base."""
    found = salvage(files, layout.journal, pointer.base)
    while True:
        try:
            return _applied(files, layout, program, pointer, found)
        except _Unappliable as error:
            found = salvage(files, layout.journal, pointer.base, up_to=error.lsn - 1)


def _applied(files: Files, layout: Layout, program: Program, pointer: Pointer, found: Salvage) -> Rebuilt:
    references = References()
    machines = program.new_machines(references)
    load_base(files, layout.documents, pointer.documents, machines)
    references.take_dead()
    replayer = Replayer(files, layout.documents)
    changed: set[str] = set()
    small_bodies: dict[str, bytes] = {}
    for record in salvaged_records(files, found):
        try:
            changed |= apply_changes(machines, record.changes, replayer, record.lsn)
        except Exception as error:
            raise _Unappliable(record.lsn) from error
        small_bodies |= record.bodies
        for sha256 in references.take_dead():
            small_bodies.pop(sha256, None)
    ids = pointer.ids if found.ids is None else found.ids
    return Rebuilt(found, machines, frozenset(changed), small_bodies, ids)
