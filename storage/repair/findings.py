"""What an inspection of a data directory found: sentences for people, and the facts that a repair goes by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from storage.journal.reader import Tail
from storage.journal.records import Mark
from storage.journal.repair import Salvage
from storage.pointer import DocumentFile, Pointer

Level = Literal["damage", "note"]
Kind = Literal["pointer", "document", "journal", "blob", "body", "rest form", "histories", "seed", "kept base"]


@dataclass(frozen=True, slots=True)
class Finding:
    """level: ``damage`` where something isn't as it was written or is missing, ``note`` where emu copes by itself.
    path: the file that it is about. what: half a sentence on it. offset: where in the file, in bytes."""

    level: Level
    kind: Kind
    path: Path
    what: str
    offset: int | None = None

    def as_json(self, root: Path) -> dict[str, Any]:
        """For programs; the path is relative to the data directory."""
        return {
            "level": self.level,
            "kind": self.kind,
            "path": str(self.path.relative_to(root)),
            "offset": self.offset,
            "what": self.what,
        }


@dataclass(slots=True)
class Inspection:
    """A data directory as it was found. The counts are of what was looked at.

    documents, records, segments, blobs, bodies: how many, of these kinds; bodies are those that the state refers to.
    document_bytes, journal_bytes, blob_bytes: how much was read. entities: by service.
    last: the mark of the last record.

    For a repair: what exactly is wrong. damaged_documents: of the base, by name. salvage: the journal by proof, where
    it is damaged. tail: a torn one. damaged_blobs, missing_bodies: SHA-256s that the state or a kept history needs.
    damaged_rest_bodies: names in ``s3-objects``. edited: rest documents that aren't as emu left them, by machine,
    with their SHA-256; unusable: those of them that can't be taken over; missing_rest: those that are gone.
    two_histories: both the journal and the rest form went on. unreadable_histories: ``seed.json`` or
    ``before-adoption.json`` that is of no use any more.
    """

    root: Path
    pointer: Pointer | None = None
    findings: list[Finding] = field(default_factory=list)

    documents: int = 0
    document_bytes: int = 0
    entities: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    segments: int = 0
    records: int = 0
    journal_bytes: int = 0
    last: Mark = field(default=Mark(0, 0))
    blobs: int = 0
    blob_bytes: int = 0
    bodies: int = 0
    orphans: int = 0

    damaged_documents: dict[str, DocumentFile] = field(default_factory=dict)
    salvage: Salvage | None = None
    tail: Tail | None = None
    damaged_blobs: list[str] = field(default_factory=list)
    missing_bodies: list[str] = field(default_factory=list)
    damaged_rest_bodies: list[str] = field(default_factory=list)
    edited: dict[str, str] = field(default_factory=dict)
    unusable: list[str] = field(default_factory=list)
    missing_rest: list[str] = field(default_factory=list)
    two_histories: bool = False
    unreadable_histories: list[Path] = field(default_factory=list)

    def damage(self, kind: Kind, path: Path, what: str, offset: int | None = None) -> None:
        self.findings.append(Finding("damage", kind, path, what, offset))

    def note(self, kind: Kind, path: Path, what: str) -> None:
        self.findings.append(Finding("note", kind, path, what))

    @property
    def intact(self) -> bool:
        return not any(finding.level == "damage" for finding in self.findings)
