"""Documents as files: written and read line by line, never whole in memory."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from storage.errors import Damaged
from storage.files import FILE_MODE, Files
from storage.pointer import DocumentFile

_WRITE_BYTES = 256 * 1024
_SYNC_BYTES = 8 * 1024 * 1024
"""Written bytes are synced in portions of this size, so that the journal's own sync never waits behind much more."""


def write_document(
    files: Files,
    path: Path,
    lines: Iterable[bytes],
    check_in: Callable[[], None] = lambda: None,
    *,
    mode: int = FILE_MODE,
) -> DocumentFile:
    """Makes a document's file, synced (its name isn't). ``check_in`` is called now and then and may raise."""
    digest = hashlib.sha256()
    fd = files.create(path, mode)
    try:
        size = unsynced = 0
        for piece in _pieces(lines):
            digest.update(piece)
            files.pwrite(fd, piece, size)
            size += len(piece)
            unsynced += len(piece)
            if unsynced >= _SYNC_BYTES:
                files.datasync(fd)
                unsynced = 0
            check_in()
        files.sync(fd)
    finally:
        files.close(fd)
    return DocumentFile(path.name, digest.hexdigest(), size)


def _pieces(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Lines joined to pieces that are worth a system call."""
    waiting: list[bytes] = []
    size = 0
    for line in lines:
        waiting.append(line)
        size += len(line) + 1
        if size >= _WRITE_BYTES:
            yield b"\n".join(waiting) + b"\n"
            waiting.clear()
            size = 0
    if waiting:
        yield b"\n".join(waiting) + b"\n"


def read_document(files: Files, folder: Path, document: DocumentFile) -> Iterator[bytes]:
    """A document's lines. Raises Damaged, at its end at the latest, if it isn't the one that was written."""
    path = folder / document.file
    digest = hashlib.sha256()
    try:
        for line in files.lines(path):
            digest.update(line)
            yield line
    except FileNotFoundError:
        raise Damaged(path, "emu.json names it, but it isn't there") from None
    if digest.hexdigest() != document.sha256:
        raise Damaged(path, "its content isn't what was written")


def read_checked(files: Files, folder: Path, document: DocumentFile) -> Iterator[bytes]:
    """Likewise, but Damaged comes before the first line: whoever reads damaged ones may fail in any way, and say
    nothing of the file."""
    path = folder / document.file
    if files.exists(path) and hash_file(files, path) != document.sha256:
        raise Damaged(path, "its content isn't what was written")
    yield from read_document(files, folder, document)


def hash_file(files: Files, path: Path) -> str:
    """The SHA-256 of a file's content."""
    digest = hashlib.sha256()
    for chunk in files.chunks(path):
        digest.update(chunk)
    return digest.hexdigest()
