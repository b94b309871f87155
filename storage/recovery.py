"""Bringing machines to the state of a record: the base, then the journal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from storage.blobs import DurableBodies
from storage.errors import DirectoryRefused
from storage.journal.reader import JournalReader
from storage.machine import Change, Machine
from storage.replacement import STORE_KINDS, Replayer

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


def replay(
    reader: JournalReader,
    machines: Mapping[str, Machine],
    bodies: DurableBodies,
    replayer: Replayer,
    ids: int,
    up_to: int | None = None,
) -> Replay:
    """Applies every record beyond the reader's base, at most up to an lsn. ``ids`` is the position at the base.
    Raises DirectoryRefused."""
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
