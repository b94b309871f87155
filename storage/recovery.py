"""Bringing machines to the state of a record: the base, then the journal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from storage.base import load_base
from storage.bodies.blobs import DurableBodies
from storage.directory import Layout
from storage.errors import DirectoryRefused
from storage.files import Files
from storage.journal.reader import Ending, JournalReader
from storage.journal.segment import segment_numbers
from storage.machine import Change, Machine
from storage.pointer import Pointer
from storage.replacement import STORE_KINDS, Replayer
from storage.tail import LostBody, NotingReferences, Tail, may_have_lost_bodies

Found = Literal["fresh", "import", "seed", "rest", "adopted", "live"]


@dataclass(frozen=True, slots=True)
class Recovery:
    """What an opening found and did, for the log. counts: entities by service. records: replayed from the journal.
    lsn: where the store goes on. ids: the identifier source's position. milliseconds: how long it took. notes:
    sentences."""

    found: Found
    counts: Mapping[str, Mapping[str, int]]
    records: int
    lsn: int
    ids: int
    milliseconds: float
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class Replay:
    """What was read from the journal. records: those with changes. changed: the machines they went to. ids: the
    identifier source's position at the end. restored: documents that records of the store name, with the last
    lsn."""

    ids: int
    records: int = 0
    changed: set[str] = field(default_factory=set)
    restored: Mapping[str, int] = field(default_factory=dict)


def recover(
    files: Files, layout: Layout, pointer: Pointer, machines: Mapping[str, Machine], bodies: DurableBodies
) -> tuple[JournalReader, Replay]:
    """Fills empty machines: the base, and every record beyond it that a crash left whole. Raises DirectoryRefused."""

    def filled(noting: NotingReferences | None, ending: Ending | None) -> tuple[JournalReader, Replay]:
        load_base(files, layout.documents, pointer.documents, machines)
        bodies.applied(pointer.base.lsn, {})
        tail = None if noting is None else Tail(files, layout, noting)
        reader = JournalReader(files, layout.journal, pointer.base, ending)
        if pointer.state == "rest" and not segment_numbers(files, layout.journal):
            return reader, Replay(pointer.ids)
        return reader, replay(reader, machines, bodies, Replayer(files, layout.documents), pointer.ids, tail=tail)

    if not may_have_lost_bodies(pointer):
        return filled(None, None)
    bodies.references = noting = NotingReferences()
    try:
        found = filled(noting, None)
    except LostBody as lost:
        # What was applied before is known to be good, but a record can't be taken back alone.
        with bodies.starting_over():
            for machine in machines.values():
                machine.clear()
        return filled(None, lost.ending)
    bodies.references = noting.plain()
    return found


def replay(
    reader: JournalReader,
    machines: Mapping[str, Machine],
    bodies: DurableBodies,
    replayer: Replayer,
    ids: int,
    up_to: int | None = None,
    *,
    tail: Tail | None = None,
) -> Replay:
    """Applies every record beyond the reader's base, at most up to an lsn. ``ids`` is the position at the base.
    Raises DirectoryRefused; LostBody where a ``tail`` looks for one."""
    result = Replay(ids, restored=replayer.files)
    for record in reader.records(up_to):
        try:
            result.changed |= apply_changes(machines, record.changes, replayer, record.lsn)
        except DirectoryRefused:
            raise
        except Exception as error:
            raise DirectoryRefused(
                f"{reader.path}: record {record.lsn} can't be applied by this emu ({error!r}); nothing was changed."
            ) from error
        bodies.applied(record.lsn, record.bodies)
        if tail is not None:
            tail.applied(record.lsn, reader.proven, bodies.pending)
        result.records += bool(record.changes)
        result.ids = record.ids
    return result


def apply_changes(machines: Mapping[str, Machine], changes: Iterable[Change], replayer: Replayer, lsn: int) -> set[str]:
    """Applies a record's changes; the names of the machines they went to."""
    touched = set()
    for kind, account, region, value in changes:
        if kind in STORE_KINDS:
            touched.update(replayer.replace(machines, value, lsn))
            continue
        name = kind.partition(".")[0]
        if name not in machines:
            raise DirectoryRefused(
                f"The journal holds changes of {name!r}, which this emu doesn't have; use a newer emu."
            )
        machines[name].apply(kind, account, region, value)
        touched.add(name)
    return touched
