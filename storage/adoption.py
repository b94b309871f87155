"""Taking over documents in Kumo's schema that we didn't leave as they are: Kumo's own directory, or an edited rest
form."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import orjson

from storage.bodies.blobs import BLOB_MODE
from storage.directory import Layout
from storage.documents import hash_file
from storage.errors import DirectoryRefused
from storage.files import Files
from storage.machine import KumoBodies, Machine
from storage.pointer import BodyForm, Home

_BOM = b"\xef\xbb\xbf"


class AdoptedBodies:
    """See :class:`storage.machine.KumoBodies`. Bodies become blobs, not synced yet."""

    def __init__(self, files: Files, layout: Layout) -> None:
        self._files = files
        self._layout = layout
        self._numbers = itertools.count(1)

    def put(self, data: bytes) -> str:
        sha256 = hashlib.sha256(data).hexdigest()
        path = self._layout.uploads / f"adopted-{next(self._numbers)}"
        self._files.write_new(path, data, mode=BLOB_MODE, durable=False)
        self._files.rename(path, self._layout.blobs / sha256)
        return sha256

    def size(self, sha256: str) -> int | None:
        blob = self._layout.blobs / sha256
        if self._files.exists(blob):
            return self._files.size_of(blob)
        source = self._layout.rest_bodies / sha256
        if not self._files.exists(source):
            return None
        if hash_file(self._files, source) != sha256:
            raise DirectoryRefused(
                f"{source} doesn't hold the body that its name says. Restore it from a copy, or remove the object that "
                "refers to it from the document. Nothing was changed."
            )
        self._files.link_or_copy(source, blob, mode=BLOB_MODE)
        return self._files.size_of(blob)

    def read(self, sha256: str) -> bytes:
        return self._files.read(self._layout.blobs / sha256)


def adopt_documents(
    files: Files,
    layout: Layout,
    machines: Mapping[str, Machine],
    names: Mapping[str, str],
    home: Home,
    note: Callable[[str], None],
    bodies: KumoBodies | None = None,
) -> None:
    """Makes the home namespace what the documents of the machines ``names`` say. ``note`` gets what was found, for
    the log. ``bodies`` takes the bodies, by default as blobs. Raises DirectoryRefused, naming the file; nothing that is
    on the disk has changed then."""
    bodies = bodies or AdoptedBodies(files, layout)
    for name in names:
        path = layout.rest_document(name)
        document = _parse(files, path)
        try:
            counts = machines[name].adopt(home.account, home.region, document, bodies)
        except DirectoryRefused:
            raise
        except ValueError as error:
            raise _unusable(path, str(error)) from error
        except Exception as error:
            # A document that people or other programs wrote may break a reader in ways that nobody thought of.
            raise _unusable(path, repr(error)) from error
        note(f"{path.name}: {counts_text(counts)}")


def counts_text(counts: Mapping[str, int]) -> str:
    """What :meth:`storage.machine.Machine.adopt` counted, for people: ``1 bucket added, 3 objects changed``."""
    found = (f"{count} {_one(what) if count == 1 else what}" for what, count in counts.items() if count)
    return ", ".join(found) or "no difference"


def _one(what: str) -> str:
    things, _, done = what.rpartition(" ")
    return f"{things.removesuffix('s')} {done}"


def body_form(files: Files, layout: Layout) -> BodyForm:
    """How the documents of a directory that Kumo wrote hold bodies: inline, unless there is a folder for them."""
    return "bodyRef" if files.exists(layout.rest_bodies) else "inline"


def _parse(files: Files, path: Path) -> dict[str, Any]:
    try:
        document = orjson.loads(files.read(path).removeprefix(_BOM))
    except orjson.JSONDecodeError as error:
        raise _unusable(path, f"it isn't JSON ({error})") from error
    if not isinstance(document, dict):
        raise _unusable(path, "it isn't a JSON object")
    return document


def _unusable(path: Path, reason: str) -> DirectoryRefused:
    return DirectoryRefused(
        f"{path} can't be taken over: {reason}. Correct it, or restore it from a copy; nothing was changed."
    )
