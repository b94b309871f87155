"""A snapshot's manifest: what it is, what must be in it, and one block of what varies between equal ones."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Any

import orjson

from storage.pointer import Home
from storage.scope import EVERYTHING, Scope
from storage.snapshots.errors import SnapshotRefused

FORMAT = 2
"""A manifest of the whole state has format 1, since an emu that knows no other restores it rightly."""
FILE = "manifest.json"


@dataclass(frozen=True, slots=True)
class Description:
    """What people say about a snapshot. exercises: what it is for, one by one; edge_cases: what is unusual in it."""

    name: str
    purpose: str = ""
    exercises: tuple[str, ...] = ()
    edge_cases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """What is told of a snapshot that is to be made: a description of which any part may be left out (None)."""

    name: str
    purpose: str | None = None
    exercises: tuple[str, ...] | None = None
    edge_cases: tuple[str, ...] | None = None

    def over(self, present: Description | None) -> Description:
        """The description, with what is left out as the present one has it."""
        before = present or Description(self.name)
        return Description(
            self.name,
            before.purpose if self.purpose is None else self.purpose,
            before.exercises if self.exercises is None else self.exercises,
            before.edge_cases if self.edge_cases is None else self.edge_cases,
        )


@dataclass(frozen=True, slots=True)
class Made:
    """How this one came about. created_ms: milliseconds since 1970; commit: of the source that it was made with;
    lsn: the record it was taken at; emu: the version that wrote it."""

    created_ms: int
    commit: str | None
    lsn: int
    emu: str


@dataclass(frozen=True, slots=True)
class FileEntry:
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """documents: the file of each document by ``<service>.<account>.<region>``. files: every file beside the manifest,
    by its path in the snapshot. scope: the part of the state that it holds."""

    description: Description
    home: Home
    state_hash: str
    counts: Mapping[str, Mapping[str, int]]
    documents: Mapping[str, str]
    files: Mapping[str, FileEntry]
    made: Made
    scope: Scope = EVERYTHING

    @property
    def name(self) -> str:
        return self.description.name

    @property
    def size(self) -> int:
        return sum(entry.size for entry in self.files.values())

    def described(self, description: Description, made: Made) -> Manifest:
        return replace(self, description=description, made=made)

    def summary(self) -> dict[str, Any]:
        """Everything but the files."""
        description, made = self.description, self.made
        return {
            "name": description.name,
            "purpose": description.purpose,
            "exercises": list(description.exercises),
            "edge_cases": list(description.edge_cases),
            **({} if self.scope.is_everything else {"scope": self.scope.encode()}),
            "home": {"account": self.home.account, "region": self.home.region, "namespaces": self.home.namespaces},
            "state_hash": self.state_hash,
            "counts": {service: dict(counts) for service, counts in sorted(self.counts.items())},
            "size": self.size,
            "made": {"created_ms": made.created_ms, "commit": made.commit, "lsn": made.lsn, "emu": made.emu},
        }

    def document(self) -> dict[str, Any]:
        """As it is written."""
        value: dict[str, Any] = {
            "format": 1 if self.scope.is_everything else FORMAT,
            **self.summary(),
            "documents": dict(sorted(self.documents.items())),
            "files": {path: {"sha256": entry.sha256, "size": entry.size} for path, entry in sorted(self.files.items())},
        }
        return {**value, "seal": _seal(value)}

    def encode(self) -> bytes:
        return orjson.dumps(self.document(), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def decode(data: bytes, place: str, *, sealed: bool = True) -> Manifest:
    """A manifest. ``place`` is its path, for messages. Raises SnapshotRefused. ``sealed``: whether it must be as it
    was written; edits by hand may have changed it."""
    try:
        value = orjson.loads(data)
        if value["format"] > FORMAT:
            raise SnapshotRefused(f"{place} has format {value['format']} and this emu knows {FORMAT}; use a newer emu.")
        seal = value.pop("seal", None)
        if sealed and seal != _seal(value):
            raise SnapshotRefused(
                f"{place} isn't what was written. If the change is meant, `emu snapshot seal` takes it over."
            )
        return _decoded(value)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        reason = f"it lacks {error}" if isinstance(error, KeyError) else str(error)
        raise SnapshotRefused(f"{place} isn't a snapshot's manifest: {reason}. Restore it from a copy.") from error


def _decoded(value: Mapping[str, Any]) -> Manifest:
    home, made = value["home"], value["made"]
    manifest = Manifest(
        description=Description(value["name"], value["purpose"], tuple(value["exercises"]), tuple(value["edge_cases"])),
        home=Home(home["account"], home["region"], home["namespaces"]),
        state_hash=value["state_hash"],
        counts=value["counts"],
        documents=value["documents"],
        files={path: FileEntry(entry["sha256"], entry["size"]) for path, entry in value["files"].items()},
        made=Made(made["created_ms"], made["commit"], made["lsn"], made["emu"]),
        scope=Scope.decode(value.get("scope", {})),
    )
    for path in manifest.files:
        parts = PurePosixPath(path).parts
        if not parts or path.startswith("/") or ".." in parts or "\0" in path:
            raise ValueError(f"the path {path!r} leads out of the snapshot")
    for name, path in manifest.documents.items():
        if name.count(".") < 2 or path not in manifest.files:
            raise ValueError(f"the document {name!r} has no file")
    return manifest


def _seal(value: Mapping[str, Any]) -> str:
    return hashlib.sha256(orjson.dumps(value, option=orjson.OPT_SORT_KEYS)).hexdigest()
