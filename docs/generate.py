"""Writes what the code knows into README.md: the settings and the operation tables. ``python docs/generate.py``

Each block stands between two comments and is replaced whole; a test fails when README.md isn't what this would write.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

HOUSE = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(HOUSE))

from emu.settings import SETTINGS  # noqa: E402 - the house must be on the path first
from emu.wire.model import load  # noqa: E402
from services.registry import services  # noqa: E402


def settings_table() -> str:
    """A row a setting: variable, flag, default, meaning."""
    rows = ["| variable | flag | default | |", "| --- | --- | --- | --- |"]
    for setting in SETTINGS:
        default = "" if setting.default in (None, ()) else f"`{setting.default}`"
        rows.append(f"| `{setting.variable}` | `{setting.flag}` | {default} | {setting.help} |")
    return "\n".join(rows)


def operation_tables() -> str:
    """Each service's operations: what is implemented, what is only stored, and what AWS has beside that."""
    parts = []
    for name, service in services().items():
        known = load(name).operations
        by_coverage: dict[str, list[str]] = {"implemented": [], "stored only": [], "not implemented": []}
        for operation in sorted(known.keys() | service.operations.keys()):
            entry = service.operations.get(operation)
            by_coverage[entry.coverage if entry else "not implemented"].append(operation)
        parts.append(f"**{service.title}**: {len(service.operations)} of {len(known)} operations.\n")
        for coverage, names in by_coverage.items():
            if names:
                listed = ", ".join(names)
                parts.append(f"<details><summary>{coverage} ({len(names)})</summary>\n\n{listed}\n\n</details>\n")
    return "\n".join(parts).rstrip()


def with_block(text: str, name: str, content: str) -> str:
    """``text`` with the named block's content replaced."""
    pattern = re.compile(rf"(<!-- {name}: begin [^>]*-->\n).*?(<!-- {name}: end -->)", re.DOTALL)
    if not pattern.search(text):
        raise LookupError(f"README.md has no block {name!r}")
    return pattern.sub(lambda match: f"{match[1]}{content}\n{match[2]}", text)


def generated(readme: str) -> str:
    """README.md as it should be."""
    return with_block(with_block(readme, "settings", settings_table()), "operations", operation_tables())


if __name__ == "__main__":
    path = HOUSE / "README.md"
    path.write_text(generated(path.read_text()))
