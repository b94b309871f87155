"""What stays in ``emu/documents`` and ``emu/blobs`` though the pointer doesn't name it.

- The base that an adoption replaced, with all its bodies (``before-adoption.json``): who edited a document by mistake,
  or the wrong one, finds what was there before. A second edit doesn't take its place, since it may be the attempt to
  put the first one right. It goes after :data:`CLEAN_STOPS` further lives that ended with a clean stop, so that
  neither a crash that repeats itself uses it up nor an old state stays for ever; the next edit is kept again then.
- The seed, to which a reset goes back (``seed.json``).
- Documents that a record of the store names (:mod:`storage.replacement`) until a base at or beyond it is published.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zlib import crc32

import orjson

from storage import pointer as pointers
from storage.directory import Layout
from storage.errors import Damaged
from storage.files import Files
from storage.pointer import DocumentFile, Pointer

CLEAN_STOPS = 10
"""How many further lives that ended well the base before an adoption is kept for."""


@dataclass(frozen=True, slots=True)
class SeedBase:
    """The state that the directory began with. name: the seed's; commit: its source commit."""

    name: str
    commit: str | None
    state_hash: str
    documents: Mapping[str, DocumentFile]
    blobs: Sequence[str]


class Kept:
    """seed: None for a directory that wasn't seeded."""

    def __init__(self, files: Files, layout: Layout) -> None:
        self.seed: SeedBase | None = None
        self._files = files
        self._layout = layout
        self._before: dict[str, Any] | None = None
        self._restored: dict[str, int] = {}
        self._naming = threading.Lock()

    def read(self, *, seeded: bool = False) -> None:
        """Reads what is written down in the directory. ``seeded``: it must keep a seed. Raises Damaged."""
        before, seed = self._layout.adopted_over, self._layout.seed
        if self._files.exists(before):
            try:
                self._before = _decode_before(self._files.read(before))
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise Damaged(before, f"not what emu wrote ({error})") from error
        if self._files.exists(seed):
            try:
                self.seed = decode_seed(self._files.read(seed))
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise Damaged(seed, f"not what emu wrote ({error})") from error
        elif seeded:
            raise Damaged(seed, "it is missing, and resets go back to the seed that it names")

    def keep_before(self, pointer: Pointer, blobs: Sequence[str]) -> bool:
        """Keeps a base that is about to be replaced by an adoption; False if an earlier one is kept already."""
        if self._files.exists(self._layout.adopted_over):
            return False
        self._write_before({"pointer": orjson.loads(pointers.encode(pointer)), "blobs": blobs, "clean_stops": 0})
        return True

    def _write_before(self, history: dict[str, Any]) -> None:
        self._files.replace(self._layout.adopted_over, orjson.dumps({**history, "crc": _checksum(history)}))
        self._before = history

    def stopped_cleanly(self) -> None:
        """A life since the adoption ended with a clean stop: lets go of the base before it, in time."""
        if self._before is None:
            return
        clean_stops = self._before["clean_stops"] + 1
        if clean_stops < CLEAN_STOPS:
            self._write_before({**self._before, "clean_stops": clean_stops})
            return
        # Its name is gone for good before the documents go that it names.
        self._files.unlink(self._layout.adopted_over)
        self._files.sync_directory(self._layout.own)
        self._before = None

    def keep_seed(self, seed: SeedBase) -> None:
        """Keeps the seed; its documents and blobs are there and synced."""
        self._files.replace(self._layout.seed, _encode_seed(seed))
        self.seed = seed

    # Documents that records of the store name.

    def coming(self, files: Sequence[str]) -> None:
        """Documents that a record will name, or not; called before they are made."""
        with self._naming:
            self._restored.update(dict.fromkeys(files, sys.maxsize))

    def given_up(self, files: Sequence[str]) -> list[str]:
        """Those of the documents that no record has come to name."""
        with self._naming:
            unnamed = [file for file in files if self._restored.get(file) == sys.maxsize]
            for file in unnamed:
                del self._restored[file]
        return unnamed

    def named(self, files: Mapping[str, int]) -> None:
        """Documents by the last record that names them."""
        with self._naming:
            self._restored.update(files)

    # What must stay.

    def documents(self, base_lsn: int) -> frozenset[str]:
        """Files beside those of a base that is published; in any thread."""
        with self._naming:
            self._restored = {file: lsn for file, lsn in self._restored.items() if lsn > base_lsn}
            restored = frozenset(self._restored)
        seed = (document.file for document in self.seed.documents.values()) if self.seed else ()
        before = self._before["pointer"]["base"]["documents"].values() if self._before else ()
        return restored.union(seed, (document["file"] for document in before))

    def blobs(self) -> frozenset[str]:
        before = self._before["blobs"] if self._before else ()
        return frozenset(before).union(self.seed.blobs if self.seed else ())


def _decode_before(data: bytes) -> dict[str, Any]:
    """The content of ``before-adoption.json``. Raises ValueError, KeyError, TypeError or AttributeError for what emu
    can't have written."""
    history: dict[str, Any] = orjson.loads(data)
    if history.pop("crc") != _checksum(history):
        raise ValueError("its checksum doesn't match")
    return history


def _encode_seed(seed: SeedBase) -> bytes:
    value: dict[str, Any] = {
        "name": seed.name,
        "commit": seed.commit,
        "state_hash": seed.state_hash,
        "documents": {
            name: {"file": document.file, "sha256": document.sha256, "size": document.size}
            for name, document in sorted(seed.documents.items())
        },
        "blobs": sorted(seed.blobs),
    }
    value["crc"] = _checksum(value)
    return orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def decode_seed(data: bytes) -> SeedBase:
    """The content of ``seed.json``. Raises ValueError, KeyError, TypeError or AttributeError for what emu can't have
    written."""
    value = orjson.loads(data)
    if value.pop("crc") != _checksum(value):
        raise ValueError("its checksum doesn't match")
    documents = {name: DocumentFile(**entry) for name, entry in value["documents"].items()}
    return SeedBase(value["name"], value["commit"], value["state_hash"], documents, value["blobs"])


def _checksum(value: Mapping[str, Any]) -> str:
    return f"{crc32(orjson.dumps(value)):08x}"
