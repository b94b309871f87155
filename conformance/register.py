"""The register of divergences: every difference between emu and real Kumo that is meant, and why.

A divergence is one behaviour of Kumo; `seen` lists where it shows. Each of these rows is an entry, which speaks for the
differences whose operation, case, path and both values match its patterns, in which `*` stands for any text. An entry
is checked both ways: a difference without an entry fails a comparison, and so does an entry without a difference,
because then either emu or Kumo has changed and the register no longer tells the truth.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conformance.case import Case
from conformance.compare import Difference

PAGES = "https://docs.aws.amazon.com/"

#: `profile`: `--profile kumo` answers as Kumo does. `never`: Kumo's answer loses or corrupts data.
CLASSES = ("profile", "never")

DIVERGENCE_FIELDS = ("operation", "case", "why", "page", "kumo_version", "class", "seen")
SEEN_FIELDS = ("path", "aws", "kumo")


@dataclass(frozen=True)
class Entry:
    """One row of a divergence. `operation`, `case`, `path`, `aws` and `kumo` are patterns; the rest is for people.

    `aws` is emu's answer, which is AWS's by the page cited; `kumo` is what Kumo of `kumo_version` answers; `kind` is
    the divergence's class.
    """

    operation: str
    case: str
    path: str
    aws: str
    kumo: str
    why: str
    page: str
    kumo_version: str
    kind: str

    def speaks_for(self, difference: Difference, operation: str) -> bool:
        """Whether this entry covers a difference that was seen in a case of `operation`."""
        return (
            _matches(self.operation, operation)
            and _matches(self.case, difference.case)
            and _matches(self.path, difference.path)
            and _matches(self.aws, difference.left)
            and _matches(self.kumo, difference.right)
        )


@dataclass(frozen=True)
class Judgement:
    """A comparison seen through the register."""

    registered: dict[Difference, Entry]
    unregistered: list[Difference]
    stale: list[Entry]

    @property
    def passes(self) -> bool:
        """Whether every difference is registered and every entry is true."""
        return not self.unregistered and not self.stale


def load(path: Path) -> list[Entry]:
    """Read a register.

    Raises:
        ValueError: a divergence lacks a field, has one too many, or says something that can't be; all are named.
    """
    rows = tomllib.loads(path.read_text(encoding="utf-8")).get("divergence", [])
    problems = [problem for number, row in enumerate(rows, 1) for problem in _problems(number, row)]
    if problems:
        raise ValueError(f"{path.name}: " + "; ".join(problems))
    return [entry for row in rows for entry in _entries(row)]


def judge(
    differences: Iterable[Difference], register: Sequence[Entry], cases: Iterable[Case], *, whole: bool = True
) -> Judgement:
    """Sort differences into registered and not; the first entry that matches one speaks for it.

    Entries can only be called stale when the `whole` suite was compared.
    """
    operations: Mapping[str, str] = {case.name: case.operation for case in cases}
    registered: dict[Difference, Entry] = {}
    unregistered = []
    for difference in differences:
        operation = operations.get(difference.case, "")
        entry = next((entry for entry in register if entry.speaks_for(difference, operation)), None)
        if entry:
            registered[difference] = entry
        else:
            unregistered.append(difference)
    heard = set(registered.values())
    stale = [entry for entry in register if entry not in heard] if whole else []
    return Judgement(registered, unregistered, stale)


def draft(case: Case, differences: Iterable[Difference], kumo_version: str) -> str:
    """A divergence for a person to complete: `why` and `class` are left empty, and an empty field is refused."""
    fields = {
        "operation": case.operation,
        "case": case.name,
        "why": "",
        "page": case.page,
        "kumo_version": kumo_version,
        "class": "",
    }
    head = (f"{key} = {_toml(value)}" for key, value in fields.items())
    seen = (
        f"  {{ path = {_toml(one.path)}, aws = {_toml(one.left)}, kumo = {_toml(one.right)} }}," for one in differences
    )
    return "\n".join(["[[divergence]]", *head, "seen = [", *seen, "]", ""])


def _entries(row: dict[str, Any]) -> Iterator[Entry]:
    shared = {key: row[key] for key in ("operation", "case", "why", "page", "kumo_version")}
    for seen in row["seen"]:
        yield Entry(**shared, **seen, kind=row["class"])


def _problems(number: int, row: dict[str, Any]) -> Iterator[str]:
    where = f"divergence {number} ({row.get('case', '?')})"
    if row.keys() != set(DIVERGENCE_FIELDS):
        yield f"{where} has the wrong fields: {', '.join(sorted(row.keys() ^ set(DIVERGENCE_FIELDS)))}"
        return
    if any(seen.keys() != set(SEEN_FIELDS) for seen in row["seen"]):
        yield f"{where} has a row of seen with other fields than {', '.join(SEEN_FIELDS)}"
    empty = [key for key, value in row.items() if not value]
    if empty:
        yield f"{where} lacks {', '.join(empty)}"
    elif row["class"] not in CLASSES:
        yield f"{where} has class {row['class']!r}, not one of {', '.join(CLASSES)}"
    if not row["page"].startswith(PAGES):
        yield f"{where} cites {row['page']!r}, not a page below {PAGES}"


def _matches(pattern: str, text: str) -> bool:
    if "*" not in pattern:
        return pattern == text
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), text, re.DOTALL) is not None


def _toml(text: str) -> str:
    """A TOML string: literal where possible, since observed values are full of double quotes."""
    if "'" not in text and text.isprintable():
        return f"'{text}'"
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in escaped) + '"'
