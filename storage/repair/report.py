"""What a repair does, or did: for people sentence by sentence, for programs as JSON values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from storage.journal.repair import LostRecord, Missing, Place
from storage.repair.findings import Inspection


@dataclass(slots=True)
class Repair:
    """What a repair does, or did. found: what was wrong. steps: sentences. folder: where things are kept, None where
    nothing had to be. lost, missing, unreadable: of the journal. after: a second look, None for a plan only."""

    found: Inspection
    steps: list[str] = field(default_factory=list)
    folder: Path | None = None
    lost: Sequence[LostRecord] = ()
    missing: Sequence[Missing] = ()
    unreadable: Sequence[Place] = ()
    after: Inspection | None = None

    def add(self, more: Repair) -> None:
        """A further round."""
        self.steps += [step for step in more.steps if step not in self.steps]
        self.lost = self.lost or more.lost
        self.missing = self.missing or more.missing
        self.unreadable = self.unreadable or more.unreadable


def describe(result: Repair) -> Mapping[str, Any]:
    """A repair as JSON values, for its report and for programs."""
    root = result.found.root
    return {
        "directory": str(root),
        "found": [finding.as_json(root) for finding in result.found.findings],
        "steps": result.steps,
        "folder": None if result.folder is None else str(result.folder.relative_to(root)),
        "lost": [
            {
                "lsn": record.lsn,
                "time_ms": record.time_ms,
                "request_id": record.request_id,
                "changes": [list(change) for change in record.changes],
                "file": str(record.place.path.relative_to(root)),
                "offset": record.place.offset,
            }
            for record in result.lost
        ],
        "missing": [missing._asdict() for missing in result.missing],
        "unreadable": [
            {"file": str(place.path.relative_to(root)), "offset": place.offset, "bytes": place.length}
            for place in result.unreadable
        ],
        "left": None if result.after is None else [finding.as_json(root) for finding in result.after.findings],
    }
