"""What stays in ``emu/documents`` and ``emu/blobs`` though the pointer doesn't name it.

- The base that an adoption replaced, once: the first edit of a directory can't be followed by the loss of what was
  there before (``before-adoption.json``).
- The seed, to which a reset goes back (``seed.json``).
- Documents that a record of the store names (:mod:`storage.replacement`) until a base at or beyond it is published.
"""

from __future__ import annotations

import sys
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
        self._before_documents: frozenset[str] = frozenset()
        self._before_blobs: frozenset[str] = frozenset()
        self._restored: dict[str, int] = {}

    def read(self) -> None:
        """Reads what is written down in the directory. Raises Damaged."""
        before, seed = self._layout.adopted_over, self._layout.seed
        if self._files.exists(before):
            try:
                history = orjson.loads(self._files.read(before))
                documents = history["pointer"]["base"]["documents"].values()
                self._before_documents = frozenset(entry["file"] for entry in documents)
                self._before_blobs = frozenset(history["blobs"])
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise Damaged(before, f"not what emu wrote ({error})") from error
        if self._files.exists(seed):
            try:
                self.seed = decode_seed(self._files.read(seed))
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise Damaged(seed, f"not what emu wrote ({error})") from error

    def keep_before(self, pointer: Pointer, blobs: Sequence[str]) -> bool:
        """Keeps a base that is about to be replaced by an adoption; False if an earlier one is kept already."""
        if self._files.exists(self._layout.adopted_over):
            return False
        history = {"pointer": orjson.Fragment(pointers.encode(pointer)), "blobs": blobs}
        self._files.replace(self._layout.adopted_over, orjson.dumps(history))
        self.read()
        return True

    def keep_seed(self, seed: SeedBase) -> None:
        """Keeps the seed; its documents and blobs are there and synced."""
        self._files.replace(self._layout.seed, _encode_seed(seed))
        self.seed = seed

    # Documents that records of the store name.

    def coming(self, files: Sequence[str]) -> None:
        """Documents that a record will name, or not."""
        self._restored.update(dict.fromkeys(files, sys.maxsize))

    def given_up(self, files: Sequence[str]) -> list[str]:
        """Those of the documents that no record has come to name."""
        unnamed = [file for file in files if self._restored.get(file) == sys.maxsize]
        for file in unnamed:
            del self._restored[file]
        return unnamed

    def named(self, files: Mapping[str, int]) -> None:
        """Documents by the last record that names them."""
        self._restored.update(files)

    # What must stay.

    def documents(self, base_lsn: int) -> frozenset[str]:
        """Files beside those of a base that is published now."""
        self._restored = {file: lsn for file, lsn in self._restored.items() if lsn > base_lsn}
        seed = (document.file for document in self.seed.documents.values()) if self.seed else ()
        return self._before_documents.union(seed, self._restored)

    def blobs(self) -> frozenset[str]:
        return self._before_blobs.union(self.seed.blobs if self.seed else ())


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
