"""Sealing: taking what a person has edited in a snapshot into its documents and its manifest.

A snapshot says everything of the home namespace twice: in Kumo's documents at its top, which people edit, and in
ours, which are restored. Whichever was edited counts; edits of both for one service are refused. An edit of Kumo's
document is adopted as a data directory's would be: what it doesn't touch keeps what Kumo can't hold. What follows
from an edit is computed: an object whose body was edited, or whose size isn't that of its body, gets the body's size
and ETag, a message its MD5.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import orjson

from storage.adoption import counts_text
from storage.base import document_name
from storage.bodies.references import References
from storage.content import BodySource, Content, Program, content_of, dump, read_body, size_of_body
from storage.documents import hash_file
from storage.errors import DirectoryRefused
from storage.machine import Machine
from storage.preparation import extracted
from storage.snapshots.errors import SnapshotError, SnapshotRefused
from storage.snapshots.manifest import Manifest
from storage.snapshots.reading import verified_manifest
from storage.snapshots.shelf import Shelf, read_manifest
from storage.snapshots.writing import write_anew

_BODY_FOLDERS = ("s3-objects", "emu/blobs")


@dataclass(frozen=True, slots=True)
class Sealed:
    """notes: sentences on what was taken over. changed: whether anything was."""

    manifest: Manifest
    notes: tuple[str, ...]
    changed: bool


def seal(path: Path, program: Program, emu: str, now_ms: int, shelf: Shelf | None = None) -> Sealed:
    """Makes an edited snapshot a sound one again, under its folder's name. Raises SnapshotRefused with what can't be
    used; the folder is as it was then."""
    path = path.absolute()
    shelf = shelf or Shelf(path.parent)
    manifest = read_manifest(shelf.files, path, sealed=False)
    sealing = _Sealing(shelf, path, manifest, program)
    content = sealing.content()
    description = replace(manifest.description, name=path.name)
    if _is_sound(shelf, path, manifest, content) and manifest.description == description:
        return Sealed(manifest, tuple(sealing.notes), False)
    made = replace(manifest.made, created_ms=now_ms, emu=emu, lsn=0)
    return Sealed(write_anew(shelf, path, content, description, made), tuple(sealing.notes), True)


def _is_sound(shelf: Shelf, path: Path, manifest: Manifest, content: Content) -> bool:
    try:
        verified_manifest(shelf.files, path)
    except SnapshotError:
        return False
    return content.state_hash == manifest.state_hash and content.counts == manifest.counts


class _Sealing:
    """edited: the files that aren't as the manifest says. notes: what was taken over."""

    def __init__(self, shelf: Shelf, path: Path, manifest: Manifest, program: Program) -> None:
        self.edited: list[str] = []
        self.notes: list[str] = []
        self._files = shelf.files
        self._path = path
        self._manifest = manifest
        self._program = program
        self._references = References()
        self._machines: Mapping[str, Machine] = program.new_machines(self._references)
        self._bodies: dict[str, BodySource] = {}
        self._edited_bodies: dict[str, bytes] = {}

    def content(self) -> Content:
        self._find_bodies()
        home = self._manifest.home
        for name, file in self._manifest.documents.items():
            self._load(name, file)
        for machine in self._machines.values():
            machine.loaded()
        for name in self._program.rest_names:
            if self._is_edited(f"{name}.json"):
                own = f"emu/documents/{document_name(name, home.account, home.region)}.json"
                if own in self.edited:
                    raise SnapshotRefused(
                        f"{self._path / f'{name}.json'} and {self._path / own} were both edited; put one of them back."
                    )
                self._adopt(name)
        missing = sorted(sha256 for sha256 in self._references.counts if sha256 not in self._bodies)
        if missing:
            raise SnapshotRefused(f"{self._path}: the body {missing[0]} is missing, and a document refers to it.")
        bodies = {sha256: self._bodies[sha256] for sha256 in self._references.counts}
        content = content_of(dump(self._machines, home, self._program.rest_names), bodies, home, 0)
        return self._of_its_part(content)

    def _of_its_part(self, content: Content) -> Content:
        """What a snapshot of a part of the state may hold."""
        scope = self._manifest.scope
        outside = sorted(name for name in content.documents if not scope.covers_document(name))
        if outside:
            raise SnapshotRefused(f"{self._path} is a snapshot of {scope}, and {outside[0]} doesn't belong to it.")
        return content if scope.is_everything else extracted(content, scope, self._program)

    def _find_bodies(self) -> None:
        for folder in _BODY_FOLDERS:
            for name in self._files.names(self._path / folder):
                path = self._path / folder / name
                sha256 = hash_file(self._files, path)
                self._bodies[sha256] = path
                if sha256 != name:
                    self.edited.append(f"{folder}/{name}")
                    self._edited_bodies[name] = self._files.read(path)

    def _is_edited(self, file: str) -> bool:
        path, entry = self._path / file, self._manifest.files.get(file)
        if not self._files.exists(path):
            return False
        touched = entry is None or hash_file(self._files, path) != entry.sha256
        if touched:
            self.edited.append(file)
        return touched or self._names_edited_bodies(path)

    def _names_edited_bodies(self, path: Path) -> bool:
        return bool(self._edited_bodies) and any(
            name.encode() in line for line in self._files.lines(path) for name in self._edited_bodies
        )

    def _load(self, name: str, file: str) -> None:
        service, account, region = name.split(".", 2)
        path = self._path / file
        if service not in self._machines:
            raise SnapshotRefused(f"{path} belongs to the service {service!r}, which this emu doesn't have.")
        try:
            if hash_file(self._files, path) != self._manifest.files[file].sha256:
                self.edited.append(file)
                self.notes.append(f"{file} was edited")
            self._machines[service].load(account, region, self._files.lines(path))
        except FileNotFoundError:
            raise SnapshotRefused(f"{path} is missing.") from None
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise SnapshotRefused(f"{path} can't be used: {error}.") from error

    def _adopt(self, name: str) -> None:
        path, home = self._path / f"{name}.json", self._manifest.home
        try:
            document = orjson.loads(self._files.read(path))
            if not isinstance(document, dict):
                raise ValueError("it isn't a JSON object")
            self._put_bodies_in_place(document)
            counts = self._machines[name].adopt(home.account, home.region, document, self)
        except (ValueError, KeyError, TypeError, AttributeError, DirectoryRefused) as error:
            raise SnapshotRefused(f"{path} can't be used: {error}.") from error
        self.notes.append(f"{path.name}: {counts_text(counts)}")

    def _put_bodies_in_place(self, value: Any) -> None:
        """Where a reference's body was edited, the body itself takes its place: adopting it computes what follows from
        it."""
        if isinstance(value, list):
            for entry in value:
                self._put_bodies_in_place(entry)
        elif isinstance(value, dict):
            reference = value.get("bodyRef")
            if isinstance(reference, str):
                data = self._edited_bodies.get(reference)
                if data is not None:
                    del value["bodyRef"]
                    value |= {"Body": b64encode(data).decode(), "ETag": "", "Size": len(data)}
                return
            for entry in value.values():
                self._put_bodies_in_place(entry)

    # As storage.machine.KumoBodies.

    def put(self, data: bytes) -> str:
        sha256 = hashlib.sha256(data).hexdigest()
        self._bodies.setdefault(sha256, data)
        return sha256

    def size(self, sha256: str) -> int | None:
        source = self._bodies.get(sha256)
        return None if source is None else size_of_body(self._files, source)

    def read(self, sha256: str) -> bytes:
        return read_body(self._files, self._bodies[sha256])
