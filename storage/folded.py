"""Contents whose documents already lie in files: a fold's, and the seed's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from storage.checkpoint import Manifest
from storage.content import Content, Document
from storage.directory import Layout
from storage.documents import read_checked
from storage.files import Files
from storage.kept import SeedBase
from storage.pointer import DocumentFile, Home, Pointer


def folded_content(files: Files, layout: Layout, pointer: Pointer, folder: Path, manifest: Manifest) -> Content:
    """What a fold of the whole state left in its folder, and what it found unchanged."""
    new = set(files.names(folder / "documents"))
    small = set(manifest.blobs)

    def place(document: DocumentFile) -> Path:
        return folder / "documents" if document.file in new else layout.documents

    return Content(
        home=pointer.home,
        documents={name: _document(files, place(document), document) for name, document in manifest.documents.items()},
        bodies={sha256: (folder / "blobs" if sha256 in small else layout.blobs) / sha256 for sha256 in manifest.bodies},
        counts=manifest.counts,
        lsn=manifest.lsn,
        rest={
            name: _document(files, folder / "rest", DocumentFile(name, sha256, files.size_of(folder / "rest" / name)))
            for name, sha256 in (manifest.rest or {}).items()
        },
        rest_bodies=frozenset(manifest.rest_bodies),
        reports=manifest.reports,
    )


def seed_content(files: Files, layout: Layout, home: Home, seed: SeedBase) -> Content:
    """The seed that a directory keeps."""
    return Content(
        home=home,
        documents={name: _document(files, layout.documents, document) for name, document in seed.documents.items()},
        bodies={sha256: layout.blobs / sha256 for sha256 in seed.blobs},
        counts={},
        name=seed.name,
        commit=seed.commit,
    )


def _document(files: Files, folder: Path, document: DocumentFile) -> Document:
    def lines() -> Iterator[bytes]:
        return read_checked(files, folder, document)

    return Document(lines, document.sha256, document.size)
