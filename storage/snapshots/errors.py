"""Why a snapshot can't be used or made. Each carries one whole sentence."""

from __future__ import annotations


class SnapshotError(Exception):
    """``field``: the member of a request that is at fault, if one is."""

    field: str | None = None


class BadName(SnapshotError):
    """A name that can't be a snapshot's."""

    field = "name"


class NoSuchSnapshot(SnapshotError):
    """There is none of that name."""

    field = "name"


class SnapshotExists(SnapshotError):
    """There is another state under that name."""

    field = "replace"


class SnapshotRefused(SnapshotError):
    """It isn't what was written, or nothing that this emu can read; the text names the file."""


class SnapshotUnwritable(SnapshotError):
    """The disk doesn't take it."""


class OutsideSnapshot(SnapshotError):
    """Something is asked for of which it says nothing."""

    def __init__(self, text: str, field: str) -> None:
        super().__init__(text)
        self.field = field
