"""What storage refuses. Why a directory can't be opened is one whole sentence for the person who started emu."""

from __future__ import annotations

from pathlib import Path


class DirectoryRefused(Exception):
    """The directory can't be used as it is; the text says which, why, and what to do."""


class DirectoryLocked(DirectoryRefused):
    """Another process has it open."""


class NewerFormat(DirectoryRefused):
    """A later emu wrote it."""


class TwoHistories(DirectoryRefused):
    """Both the journal and the documents in Kumo's schema went on from where they last agreed."""


class Damaged(DirectoryRefused):
    """A file isn't what was written. ``path`` names it; ``what`` says what is wrong; ``offset`` is where in it, in
    bytes, or None for the whole."""

    def __init__(self, path: Path, what: str, offset: int | None = None) -> None:
        where = f"{path}" if offset is None else f"{path}, byte {offset}"
        super().__init__(
            f"{where}: {what}. Nothing was changed. Restore the file from a copy, or run `emu repair {_root(path)}`, "
            "which keeps what it removes and lists what is lost."
        )
        self.path = path
        self.what = what
        self.offset = offset


def _root(path: Path) -> Path:
    """The data directory that a file of ours is in."""
    for parent in path.parents:
        if parent.name == "emu":
            return parent.parent
    return path.parent


class StorageUnavailable(Exception):
    """Mutations are refused, or the outcome of one is unknown, because the disk failed. The text says why."""
