"""A state as far as it can be proven: the base, and the chain of records that follows it; and a new base of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from storage.base import load_base
from storage.bodies.references import References
from storage.checkpoint import Position, publish, write_state
from storage.content import Program
from storage.directory import Layout
from storage.files import Files
from storage.journal.repair import Salvage, salvage, salvaged_records
from storage.kept import Kept
from storage.machine import Machine
from storage.pointer import Pointer
from storage.recovery import apply_changes
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


def publish_rebuilt(
    files: Files, layout: Layout, pointer: Pointer, rebuilt: Rebuilt, folder: str, rest_names: Sequence[str] | None
) -> Pointer:
    """Makes it the directory's base; the new pointer. folder: a name below ``emu/`` for what isn't published yet.
    rest_names: the machines whose rest form is written too, or None to leave that as it is; with it, the directory is
    at rest."""
    unpublished = layout.own / folder
    files.remove_tree(unpublished)
    for path in layout.folders():
        if not files.exists(path):
            files.mkdir(path)
    kept = Kept(files, layout)
    kept.read()
    manifest = write_state(
        files,
        layout,
        pointer,
        unpublished,
        rebuilt.machines,
        Position(rebuilt.salvage.last, rebuilt.ids),
        changed=rebuilt.changed,
        small_bodies=rebuilt.small_bodies,
        rest_names=rest_names,
    )
    at_rest = rest_names is not None
    return publish(files, layout, pointer, unpublished, manifest, at_rest=at_rest, kept_documents=kept.documents)
