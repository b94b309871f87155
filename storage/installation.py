"""Bringing the documents and bodies of another state into a data directory, before anything refers to them."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from pathlib import Path

from storage.bodies.blobs import BLOB_MODE
from storage.content import BodySource, Document
from storage.directory import Layout
from storage.documents import write_document
from storage.files import Files
from storage.pointer import DocumentFile

_SYNC_ONE_BY_ONE = 16
"""More new files than this are synced together, by one call for the whole file system."""

_numbers = itertools.count(1)


def install_bodies(files: Files, layout: Layout, bodies: Mapping[str, BodySource]) -> None:
    """Makes a blob of each body that isn't one yet; all are on the disk then. Raises OSError."""
    missing = sorted(sha256 for sha256 in bodies if not files.exists(layout.blobs / sha256))
    together = len(missing) > _SYNC_ONE_BY_ONE
    for sha256 in missing:
        source = bodies[sha256]
        temporary = layout.uploads / f"installed-{next(_numbers)}"
        if isinstance(source, Path):
            files.copy(source, temporary, mode=BLOB_MODE, durable=not together)
        else:
            files.write_new(temporary, source, mode=BLOB_MODE, durable=not together)
        files.rename(temporary, layout.blobs / sha256)
    if together:
        files.sync_file_system(layout.own)
    elif bodies:
        # Also where none is missing: an upload that is under way may have named one that isn't on the disk yet.
        files.sync_directory(layout.blobs)


def new_document_files(
    files: Files, layout: Layout, documents: Mapping[str, Document], present: Iterable[DocumentFile]
) -> tuple[dict[str, DocumentFile], dict[str, Path]]:
    """The file of each document: one that is ``present`` with the same content, else a name for a new one. The second
    mapping holds those that must be written."""
    known = {(document.sha256, document.size): document.file for document in present}
    chosen, missing = {}, {}
    for name, document in documents.items():
        file = known.get((document.sha256, document.size))
        if file is None:
            path = _free_path(files, layout.documents, name)
            file, missing[name] = path.name, path
        chosen[name] = DocumentFile(file, document.sha256, document.size)
    return chosen, missing


def _free_path(files: Files, folder: Path, name: str) -> Path:
    while True:
        path = folder / f"{name}-installed-{next(_numbers)}.json"
        if not files.exists(path):
            return path


def write_documents(files: Files, documents: Mapping[str, Document], paths: Mapping[str, Path]) -> None:
    """Writes documents to their new files, synced with their names. Raises OSError."""
    for name, path in paths.items():
        written = write_document(files, path, (line.removesuffix(b"\n") for line in documents[name].lines()))
        assert (written.sha256, written.size) == (documents[name].sha256, documents[name].size), name
    for folder in {path.parent for path in paths.values()}:
        files.sync_directory(folder)
