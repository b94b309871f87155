"""A recording: what one target answered to the cases, as a JSON file that shows changes line by line."""

import json
from dataclasses import dataclass
from pathlib import Path

from conformance.lab import Observation

FORMAT = 1


@dataclass(frozen=True)
class Recording:
    """`target` says what was observed (`kumo 0.18.0`); `cases` are observations by case name and step."""

    target: str
    cases: dict[str, dict[str, Observation]]


def save(recording: Recording, path: Path) -> None:
    """Write a recording, cases in the order of their names, steps in the order they were taken."""
    document = {
        "format": FORMAT,
        "target": recording.target,
        "cases": {name: recording.cases[name] for name in sorted(recording.cases)},
    }
    path.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def load(path: Path) -> Recording:
    """Read a recording.

    Raises:
        ValueError: the file is not a recording of this format.
    """
    document = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise ValueError(f"{path} is not a recording of format {FORMAT}")
    return Recording(document["target"], document["cases"])
