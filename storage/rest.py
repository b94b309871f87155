"""The rest form: the home namespace in Kumo's pure schema, for Kumo, for people, for Git.

``s3.json``, ``sqs.json``, ``dynamodb.json`` stand in the data directory itself; bodies stand in ``s3-objects/`` by
their SHA-256, or inline in a directory that Kumo (up to v0.25) wrote that way.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from storage.directory import Layout
from storage.documents import hash_file, write_document
from storage.files import FILE_MODE, Files
from storage.machine import Machine
from storage.pointer import BodyForm, Home, Pointer, Rest

_log = logging.getLogger(__name__)

_BODY_REFERENCE = re.compile(rb'"bodyRef":"([0-9a-f]{64})"')
_BODY_NAME = re.compile(r"[0-9a-f]{64}")


class RestForm:
    """What was written of it: the SHA-256 by file name, the bodies that the documents refer to, and a sentence for
    each entity that Kumo's schema can't hold."""

    def __init__(self) -> None:
        self.documents: dict[str, str] = {}
        self.bodies: set[str] = set()
        self.reports: list[str] = []


def write_rest(
    files: Files,
    folder: Path,
    machines: Mapping[str, Machine],
    names: Iterable[str],
    home: Home,
    form: BodyForm,
    read_body: Callable[[str], bytes],
    check_in: Callable[[], None] = lambda: None,
) -> RestForm:
    """Writes the documents of the machines ``names`` into ``folder``, synced."""
    rest = RestForm()
    for name in names:
        lines = machines[name].dump_kumo(
            home.account, home.region, read_body if form == "inline" else None, rest.reports.append
        )
        written = write_document(files, folder / f"{name}.json", note_bodies(lines, rest.bodies), check_in)
        rest.documents[written.file] = written.sha256
    return rest


def note_bodies(lines: Iterable[bytes], bodies: set[str]) -> Iterator[bytes]:
    """The lines of a document in Kumo's schema; the bodies that it refers to are put into ``bodies`` on the way."""
    # Inside a JSON string the quotes would be escaped, so this finds references only.
    for line in lines:
        bodies.update(match.decode() for match in _BODY_REFERENCE.findall(line))
        yield line


def place_bodies(files: Files, layout: Layout, bodies: Iterable[str]) -> None:
    """Gives each body its place in ``s3-objects/``: a hard link to ours, else a copy."""
    wanted = set(bodies)
    if not wanted and not files.exists(layout.rest_bodies):
        return
    if not files.exists(layout.rest_bodies):
        files.mkdir(layout.rest_bodies)
    present = set(files.names(layout.rest_bodies))
    for sha256 in sorted(wanted - present):
        try:
            files.link_or_copy(layout.blobs / sha256, layout.rest_bodies / sha256, mode=FILE_MODE)
        except FileNotFoundError:
            # Without this one the others and the documents are still worth writing.
            _log.error("the body %s is missing; `emu verify` lists what else is", layout.blobs / sha256)
    if wanted - present:
        files.sync_directory(layout.rest_bodies)


def place_documents(files: Files, layout: Layout, folder: Path, documents: Iterable[str]) -> None:
    """Puts the written documents in the place of the old ones."""
    for file in documents:
        files.rename(folder / file, layout.root / file)
    files.sync_directory(layout.root)


def remove_stale_bodies(files: Files, layout: Layout, bodies: Iterable[str]) -> None:
    """Removes what nothing refers to any more. Names that aren't hashes aren't ours."""
    for name in set(files.names(layout.rest_bodies)) - set(bodies):
        if _BODY_NAME.fullmatch(name):
            files.unlink(layout.rest_bodies / name)


def standing_documents(files: Files, layout: Layout, rest: Rest) -> Mapping[str, str]:
    """The SHA-256 of each document that we left, also where putting the coming ones in their place was broken off."""
    if not rest.coming:
        return rest.documents
    names = {*rest.documents, *rest.coming}
    return {name: hash_file(files, layout.root / name) for name in names if files.exists(layout.root / name)}


def changed_documents(files: Files, layout: Layout, pointer: Pointer, names: Iterable[str]) -> dict[str, str]:
    """The machines whose document isn't as we left it, with the SHA-256 of what is there now. One that is missing
    isn't a change: nobody can tell what it would mean, and the base holds everything."""
    changed = {}
    for name in names:
        path = layout.rest_document(name)
        if files.exists(path):
            sha256 = hash_file(files, path)
            if not pointer.rest.left_by_us(path.name, sha256):
                changed[name] = sha256
    return changed
