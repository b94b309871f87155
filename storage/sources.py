"""Reading a whole state from a folder, whatever kind it is, without ever writing to it.

A folder is a snapshot (``manifest.json``), a data directory of emu (``emu.json``), which is read as the next start
would open it, or documents that Kumo or a person wrote. A server may have the directory open meanwhile: no lock is
taken, and a read that comes across a publication begins anew.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Literal

from storage.adoption import adopt_documents
from storage.base import load_base
from storage.content import BodySource, Content, Program, content_of, dump, read_body, size_of_body
from storage.directory import Layout, refusal
from storage.documents import hash_file
from storage.errors import Damaged, DirectoryRefused, TwoHistories
from storage.files import Files
from storage.journal.reader import Ending, JournalReader
from storage.journal.segment import segment_numbers
from storage.machine import Machine
from storage.pointer import Home, Pointer, read_pointer
from storage.recovery import apply_changes
from storage.replacement import Replayer
from storage.rest import changed_documents
from storage.snapshots import manifest as manifests
from storage.snapshots.reading import content_of_snapshot, verified_manifest
from storage.tail import LostBody, NotingReferences, Tail, may_have_lost_bodies

Kind = Literal["snapshot", "emu", "kumo"]
_ATTEMPTS = 3


def kind_of(files: Files, path: Path, rest_names: tuple[str, ...]) -> Kind | None:
    """What a folder is; None for one that holds no state."""
    layout = Layout(path)
    if files.exists(layout.pointer):
        return "emu"
    if files.exists(path / manifests.FILE):
        return "snapshot"
    if any(files.exists(layout.rest_document(name)) for name in rest_names):
        return "kumo"
    return None


def read_folder(
    files: Files, path: Path, program: Program, home: Home, note: Callable[[str], None], *, rest: bool = False
) -> Content:
    """The state in a folder. ``home`` is for documents that don't say theirs; ``note`` gets sentences on what was
    found. ``rest``: also in Kumo's schema, as a snapshot needs it; a snapshot's isn't read. Raises DirectoryRefused or
    SnapshotError, naming the file."""
    try:
        if not files.is_directory(path):
            files.size_of(path)  # tells what is missing from what can't be looked at
            raise DirectoryRefused(f"{path} is not a directory.")
        files.check_access(path, write=False)
    except FileNotFoundError:
        raise DirectoryRefused(f"There is no {path}.") from None
    except OSError as error:
        raise refusal(path, error, "read") from error
    try:
        return _read(files, path, program, home, note, rest)
    except OSError as error:
        raise refusal(path, error, "read") from error


def _read(files: Files, path: Path, program: Program, home: Home, note: Callable[[str], None], rest: bool) -> Content:
    match kind_of(files, path, tuple(program.rest_names)):
        case "snapshot":
            return content_of_snapshot(files, path, verified_manifest(files, path))
        case "emu":
            return _read_data_directory(files, Layout(path), program, note, rest)
        case "kumo":
            if files.exists(Layout(path).own):
                # What Kumo's documents can't hold stands there: they alone would be another state.
                raise DirectoryRefused(
                    f"{path} is incomplete: it has a folder {Layout(path).own.name}, but neither {manifests.FILE} nor"
                    f" {Layout(path).pointer.name}."
                )
            home = replace(home, namespaces="single")
            return _Reading(files, Layout(path), program, rest).documents(home, note)
    raise DirectoryRefused(f"{path} holds no state: neither a snapshot nor a data directory, nor documents of Kumo's.")


def _read_data_directory(
    files: Files, layout: Layout, program: Program, note: Callable[[str], None], rest: bool
) -> Content:
    for attempt in range(1, _ATTEMPTS + 1):
        pointer = read_pointer(files, layout)
        assert pointer is not None
        try:
            try:
                return _Reading(files, layout, program, rest).data_directory(pointer, note)
            except LostBody as lost:
                return _Reading(files, layout, program, rest).data_directory(pointer, note, lost.ending)
        except Damaged:
            # A server that has it open may have published another base meanwhile.
            if attempt == _ATTEMPTS or read_pointer(files, layout) == pointer:
                raise
    raise AssertionError("the last attempt returns or raises")


class _Reading:
    """Machines being filled from a folder, and the bodies that they refer to."""

    def __init__(self, files: Files, layout: Layout, program: Program, rest: bool) -> None:
        self._files = files
        self._layout = layout
        self._program = program
        self._rest_names = tuple(program.rest_names) if rest else ()
        self._references = NotingReferences()
        self._machines: Mapping[str, Machine] = program.new_machines(self._references)
        self._found: dict[str, BodySource] = {}

    def documents(self, home: Home, note: Callable[[str], None]) -> Content:
        names = [name for name in self._program.rest_names if self._files.exists(self._layout.rest_document(name))]
        self._adopt(dict.fromkeys(names, ""), home, note)
        return self._content(home, 0)

    def data_directory(self, pointer: Pointer, note: Callable[[str], None], ending: Ending | None = None) -> Content:
        files, layout = self._files, self._layout
        load_base(files, layout.documents, pointer.documents, self._machines)
        lsn, records = pointer.base.lsn, 0
        if pointer.state == "live" or segment_numbers(files, layout.journal):
            reader = JournalReader(files, layout.journal, pointer.base, ending)
            replayer, tail = Replayer(files, layout.documents), Tail(files, layout, self._references)
            for record in reader.records():
                apply_changes(self._machines, record.changes, replayer, record.lsn)
                self._found |= record.bodies
                if may_have_lost_bodies(pointer):
                    tail.applied(record.lsn, reader.proven, self._found)
                lsn, records = record.lsn, records + bool(record.changes)
        edited = changed_documents(files, layout, pointer, self._program.rest_names)
        if edited and (records or pointer.rest.lsn != pointer.base.lsn):
            raise TwoHistories(f"{layout.root} has two histories: documents were edited, and the journal goes on.")
        self._adopt(edited, pointer.home, note)
        return self._content(pointer.home, lsn)

    def _adopt(self, names: Mapping[str, str], home: Home, note: Callable[[str], None]) -> None:
        adopt_documents(self._files, self._layout, self._machines, names, home, note, bodies=self)

    def _content(self, home: Home, lsn: int) -> Content:
        bodies: dict[str, BodySource] = {}
        for sha256 in self._references.counts:
            source = self._found.get(sha256, self._layout.blobs / sha256)
            if isinstance(source, Path) and not self._files.exists(source):
                raise Damaged(source, "a document refers to it, but it isn't there")
            bodies[sha256] = source
        return replace(
            content_of(dump(self._machines, home, self._rest_names), bodies, home, lsn), name=self._layout.root.name
        )

    # As storage.machine.KumoBodies.

    def put(self, data: bytes) -> str:
        sha256 = hashlib.sha256(data).hexdigest()
        self._found[sha256] = data
        return sha256

    def size(self, sha256: str) -> int | None:
        source = self._source(sha256)
        return None if source is None else size_of_body(self._files, source)

    def read(self, sha256: str) -> bytes:
        source = self._source(sha256)
        assert source is not None, "whoever reads has asked for the size"
        return read_body(self._files, source)

    def _source(self, sha256: str) -> BodySource | None:
        if sha256 in self._found:
            return self._found[sha256]
        blob, source = self._layout.blobs / sha256, self._layout.rest_bodies / sha256
        if self._files.exists(blob):
            return blob
        if not self._files.exists(source):
            return None
        if hash_file(self._files, source) != sha256:
            raise DirectoryRefused(f"{source} doesn't hold the body that its name says.")
        self._found[sha256] = source
        return source
