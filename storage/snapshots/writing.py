"""Making a snapshot of a content."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from storage.bodies.readers import LOST_BODY_ADVICE
from storage.content import BodySource, Content, Document
from storage.documents import hash_file, write_document
from storage.files import SHARED_FILE_MODE
from storage.snapshots import manifest as manifests
from storage.snapshots.errors import SnapshotError, SnapshotExists, SnapshotRefused, SnapshotUnwritable
from storage.snapshots.manifest import Description, FileEntry, Made, Manifest, Told
from storage.snapshots.reading import verified_manifest
from storage.snapshots.shelf import Shelf, check_name, read_manifest

ATTRIBUTES = (".gitattributes", b"* -text\n")
Result = Literal["created", "replaced", "unchanged"]


@dataclass(frozen=True, slots=True)
class Written:
    result: Result
    manifest: Manifest
    path: Path


def write_snapshot(shelf: Shelf, content: Content, told: Told, made: Made, *, replace: bool) -> Written:
    """Makes a snapshot of a content under the name told; in any thread. One that is there with the same state keeps
    its files, and only its description is brought up to date. What isn't told stays as it was, also where another or a
    damaged state is replaced. Raises SnapshotExists for another state unless ``replace``; SnapshotError else."""
    check_name(told.name)
    path, exists = shelf.place(told.name)
    description = told.over(_described(shelf, path) if exists else None)
    if exists:
        shelf.check_is_snapshot(path)
        present = _intact(shelf, path, told.name)
        if present is not None and (present.state_hash, present.scope) == (content.state_hash, content.scope):
            if present.description == description:
                return Written("unchanged", present, path)
            manifest = present.described(description, made)
            try:
                shelf.files.replace(path / manifests.FILE, manifest.encode(), mode=SHARED_FILE_MODE)
            except OSError as error:
                raise SnapshotUnwritable(f"{path / manifests.FILE} can't be written: {error}.") from error
            return Written("replaced", manifest, path)
        if not replace:
            state = "another state" if present is not None else "a damaged snapshot"
            raise SnapshotExists(
                f"There is {state} under the name {description.name!r}. It is replaced only if that is asked for: "
                '--replace on the command line, "replace": true over HTTP.'
            )
    manifest = write_anew(shelf, path, content, description, made)
    return Written("replaced" if exists else "created", manifest, path)


def write_anew(shelf: Shelf, path: Path, content: Content, description: Description, made: Made) -> Manifest:
    """Makes a snapshot in the place of whatever has that path. Raises SnapshotUnwritable."""
    folder = shelf.new_folder(path.name)
    try:
        manifest = _fill(shelf, folder, content, description, made)
        shelf.publish(folder, path)
    except OSError as error:
        raise SnapshotUnwritable(
            f"{path} can't be written as user id {os.getuid()}: {error.strerror or error}. Make room or give access."
        ) from error
    finally:
        shelf.files.remove_tree(folder)
    return manifest


def _described(shelf: Shelf, path: Path) -> Description | None:
    """What is said of the snapshot that has that path, whether its state is sound or not."""
    try:
        return read_manifest(shelf.files, path).description
    except SnapshotError:
        return None


def _intact(shelf: Shelf, path: Path, name: str) -> Manifest | None:
    try:
        return verified_manifest(shelf.files, path, name)
    except SnapshotError:
        return None


def _fill(shelf: Shelf, folder: Path, content: Content, description: Description, made: Made) -> Manifest:
    files, mode = shelf.files, SHARED_FILE_MODE
    entries: dict[str, FileEntry] = {}

    def put(name: str, document: Document) -> None:
        lines = (line.removesuffix(b"\n") for line in document.lines())
        written = write_document(files, _made(shelf, folder, name), lines, mode=mode)
        entries[name] = FileEntry(written.sha256, written.size)

    documents = {name: f"emu/documents/{name}.json" for name in content.documents}
    for name, file in documents.items():
        put(file, content.documents[name])
    for name, document in content.rest.items():
        put(name, document)
    for sha256, source in content.bodies.items():
        name = f"s3-objects/{sha256}" if sha256 in content.rest_bodies else f"emu/blobs/{sha256}"
        entries[name] = FileEntry(sha256, _put_body(shelf, _made(shelf, folder, name), sha256, source, mode))
    files.write_new(folder / ATTRIBUTES[0], ATTRIBUTES[1], mode=mode, durable=False)
    entries[ATTRIBUTES[0]] = _entry(ATTRIBUTES[1])
    manifest = Manifest(
        description, content.home, content.state_hash, content.counts, documents, entries, made, content.scope
    )
    files.write_new(folder / manifests.FILE, manifest.encode(), mode=mode, durable=False)
    files.sync_file_system(folder)
    return manifest


def _made(shelf: Shelf, folder: Path, name: str) -> Path:
    path = folder / name
    if not shelf.files.is_directory(path.parent):
        shelf.files.make_folders(path.parent)
    return path


def _put_body(shelf: Shelf, path: Path, sha256: str, source: BodySource, mode: int) -> int:
    """The body's size. A blob that isn't what its name says any more would make a snapshot that can't be restored."""
    if isinstance(source, Path):
        try:
            shelf.files.copy(source, path, mode=mode, durable=False)
        except OSError as error:
            if error.filename != str(source):
                raise
            raise SnapshotRefused(
                f"The body {source} can't be read: {error.strerror or error}. {LOST_BODY_ADVICE}"
            ) from error
        if hash_file(shelf.files, path) != sha256:
            raise SnapshotRefused(f"The body {source} is damaged. {LOST_BODY_ADVICE}")
        return shelf.files.size_of(path)
    shelf.files.write_new(path, source, mode=mode, durable=False)
    return len(source)


def _entry(data: bytes) -> FileEntry:
    document = Document.of(data.splitlines())
    return FileEntry(document.sha256, document.size)
