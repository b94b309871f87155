"""What a power cut may take of records that the operating system had, with durability ``os``: not only their own bytes,
which the journal's reader notices, but the bodies that they refer to.

The disk takes what isn't synced in any order. So of the last 200 ms a record may be there whose body isn't, or is only
in part. Such a record can't be understood, and no record after it: the journal is cut in front of it, as in front of a
torn batch. Records that a later one, or a seal, says were synced have their bodies, which are synced first; of those a
missing body is damage.

How many records the last 200 ms hold isn't written down anywhere, so all beyond the last that is known to be on the
disk are looked at, and the content of each body that they bring is read. That is done once after each unclean stop.
"""

from __future__ import annotations

from collections.abc import Container, Mapping

from storage.bodies.references import References
from storage.directory import Layout
from storage.documents import hash_file
from storage.files import Files
from storage.journal.reader import Ending
from storage.pointer import Pointer


class LostBody(Exception):
    """A record can't be taken, because a body that it refers to went with the power. ending: where the journal ends
    therefore."""

    def __init__(self, lsn: int, sha256: str, what: str) -> None:
        self.ending = Ending(lsn, f"record {lsn} refers to the body {sha256}, which {what}")
        super().__init__(self.ending.reason)


class NotingReferences(References):
    """Also knows what was referred to anew."""

    def __init__(self) -> None:
        super().__init__()
        self._new: list[str] = []

    def retain(self, sha256: str) -> None:
        if sha256 not in self.counts:
            self._new.append(sha256)
        super().retain(sha256)

    def add(self, counts: Mapping[str, int]) -> None:
        self._new += [sha256 for sha256 in counts if sha256 not in self.counts]
        super().add(counts)

    def take_new(self) -> list[str]:
        """What got a first reference since the last call, and has one now."""
        new, self._new = self._new, []
        return [sha256 for sha256 in new if sha256 in self.counts]

    def plain(self) -> References:
        """The same counts, without taking notes."""
        references = References()
        references.add(self.counts)
        return references


class Tail:
    """The records that may not have been on the disk when the power went, while they are applied. What is referred to
    at the beginning is older."""

    def __init__(self, files: Files, layout: Layout, references: NotingReferences) -> None:
        self._files = files
        self._layout = layout
        self._references = references
        self._whole: set[str] = set()
        references.take_new()

    def applied(self, lsn: int, proven: int, carried: Container[str]) -> None:
        """A record was applied. proven: the last one that is known to have been synced. carried: bodies that records
        hold. Raises LostBody."""
        new = self._references.take_new()
        if lsn <= proven:
            return
        for sha256 in new:
            if sha256 in self._whole or sha256 in carried:
                continue
            path = self._layout.blobs / sha256
            if not self._files.exists(path):
                raise LostBody(lsn, sha256, "isn't there")
            if hash_file(self._files, path) != sha256:
                raise LostBody(lsn, sha256, "isn't whole")
            self._whole.add(sha256)


def may_have_lost_bodies(pointer: Pointer) -> bool:
    """Whether a power cut may have taken bodies of the last records."""
    return pointer.state == "live" and pointer.durability == "os"
