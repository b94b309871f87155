"""Verifying a snapshot: every file is what its manifest says, and the manifest what was written."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from storage.content import Content, Document, state_hash
from storage.documents import hash_file
from storage.files import Files
from storage.snapshots.errors import SnapshotRefused
from storage.snapshots.manifest import FileEntry, Manifest
from storage.snapshots.shelf import read_manifest

_BODY = re.compile(r"(?:s3-objects|emu/blobs)/([0-9a-f]{64})")


def verified_manifest(files: Files, path: Path, name: str | None = None) -> Manifest:
    """The manifest of a snapshot, all of whose files are as they were written. ``name``: the one that it must have.
    Raises SnapshotRefused, naming the file."""
    manifest = read_manifest(files, path)
    if name is not None and manifest.name != name:
        raise SnapshotRefused(
            f"{path} holds the snapshot {manifest.name!r}, not {name!r}. Rename the folder, or run "
            f"`emu snapshot seal {path}`, which takes the folder's name over."
        )
    for file, entry in manifest.files.items():
        check_file(files, path / file, entry)
    documents = {name: manifest.files[file].sha256 for name, file in manifest.documents.items()}
    if state_hash(documents) != manifest.state_hash:
        raise SnapshotRefused(f"{path}: the manifest's state hash isn't that of its documents.")
    return manifest


def check_file(files: Files, path: Path, entry: FileEntry) -> None:
    try:
        if files.is_directory(path):
            raise SnapshotRefused(f"{path} is a folder, and a file was written. {_ADVICE}")
        size = files.size_of(path)
        if size != entry.size:
            raise SnapshotRefused(f"{path} is {size} bytes long, and {entry.size} were written. {_ADVICE}")
        if hash_file(files, path) != entry.sha256:
            raise SnapshotRefused(f"{path} isn't what was written. {_ADVICE}")
    except FileNotFoundError:
        raise SnapshotRefused(f"{path} is missing. {_ADVICE}") from None
    except OSError as error:
        raise SnapshotRefused(f"{path} can't be read: {error.strerror or error}.") from error


_ADVICE = "Restore it from a copy; if the change is meant, run `emu snapshot seal`."


def content_of_snapshot(files: Files, path: Path, manifest: Manifest) -> Content:
    """The content of a verified snapshot."""
    return Content(
        home=manifest.home,
        documents={
            name: Document(_lines(files, path / file, manifest.files[file].sha256), *_facts(manifest.files[file]))
            for name, file in manifest.documents.items()
        },
        bodies={match[1]: path / file for file in manifest.files if (match := _BODY.fullmatch(file))},
        counts=manifest.counts,
        name=manifest.name,
        commit=manifest.made.commit,
        scope=manifest.scope,
    )


def _facts(entry: FileEntry) -> tuple[str, int]:
    return entry.sha256, entry.size


def _lines(files: Files, path: Path, sha256: str) -> Callable[[], Iterator[bytes]]:
    def lines() -> Iterator[bytes]:
        digest = hashlib.sha256()
        for line in files.lines(path):
            digest.update(line)
            yield line
        if digest.hexdigest() != sha256:
            raise SnapshotRefused(f"{path} was changed while it was read.")

    return lines
