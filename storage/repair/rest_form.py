"""Looking at the rest form: whether the documents in Kumo's schema are as emu left them, and if not, whether the next
start could take them over."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from storage.adoption import adopt_documents
from storage.bodies.references import References
from storage.content import Program
from storage.directory import Layout
from storage.documents import hash_file
from storage.errors import DirectoryRefused
from storage.files import Files
from storage.machine import Machine
from storage.pointer import Home, Pointer
from storage.repair.findings import Inspection
from storage.rest import changed_documents, note_bodies


class RestLook:
    """A look at the rest form beside what base and journal made of ``machines``, which are thrown away afterwards.
    What is found goes into ``found``. blob_problem: half a sentence on a body's file, empty for a good one."""

    def __init__(
        self,
        files: Files,
        layout: Layout,
        machines: Mapping[str, Machine],
        found: Inspection,
        blob_problem: Callable[[Path], str],
    ) -> None:
        self._files = files
        self._layout = layout
        self._machines = machines
        self._found = found
        self._blob_problem = blob_problem

    def everything(self, pointer: Pointer, names: Iterable[str], *, journal_goes_on: bool) -> None:
        """journal_goes_on: it holds records with changes beyond the base."""
        found, layout = self._found, self._layout
        found.edited = changed_documents(self._files, layout, pointer, names)
        for file in sorted({*pointer.rest.documents} - {*self._files.names(layout.root)}):
            found.missing_rest.append(file)
            found.damage("rest form", layout.root / file, "it is missing; the next clean stop writes it")
        self._look_at_bodies(pointer)
        went_on = journal_goes_on or found.salvage is not None or pointer.rest.lsn != pointer.base.lsn
        for name, sha256 in found.edited.items():
            self._look_at_edit(pointer.home, name, sha256, went_on)

    def _look_at_edit(self, home: Home, name: str, sha256: str, went_on: bool) -> None:
        found, path = self._found, self._layout.rest_document(name)
        notes: list[str] = []
        try:
            if not found.damaged_documents:
                files, layout = self._files, self._layout
                seen = _SeenBodies(files, layout)
                adopt_documents(files, layout, self._machines, {name: sha256}, home, notes.append, seen)
        except DirectoryRefused as error:
            found.damage("rest form", path, f"it isn't what emu left, and can't be taken over: {error}")
            found.unusable.append(name)
            return
        if went_on:
            found.two_histories = True
            found.damage("histories", path, "it was changed after emu was killed, and the journal goes on, too")
        else:
            what = "; ".join(["it was changed since emu left it, and the next start takes it over", *notes])
            found.note("rest form", path, what)

    def _look_at_bodies(self, pointer: Pointer) -> None:
        """The bodies that the unchanged documents refer to."""
        found, layout = self._found, self._layout
        wanted: set[str] = set()
        for file in pointer.rest.documents:
            if Path(file).stem not in found.edited and file not in found.missing_rest:
                for _ in note_bodies(self._files.lines(layout.root / file), wanted):
                    pass
        for sha256 in sorted(wanted - {*found.missing_bodies}):
            path = layout.rest_bodies / sha256
            if not self._files.exists(path):
                problem = "a document in Kumo's schema refers to it, and it is missing"
            elif self._files.exists(layout.blobs / sha256) and self._files.same_file(path, layout.blobs / sha256):
                continue
            else:
                problem = self._blob_problem(path)
            if problem:
                found.damage("rest form", path, problem)
                found.damaged_rest_bodies.append(sha256)


def check_documents(files: Files, layout: Layout, program: Program, names: Iterable[str], home: Home) -> None:
    """That documents in Kumo's schema could be taken over by empty machines. Raises DirectoryRefused."""
    seen = _SeenBodies(files, layout)
    machines = program.new_machines(References())
    adopt_documents(files, layout, machines, dict.fromkeys(names, ""), home, lambda note: None, seen)


class _SeenBodies:
    """The bodies that an edited document comes with, left where they are; see
    :class:`storage.machine.KumoBodies`."""

    def __init__(self, files: Files, layout: Layout) -> None:
        self._files = files
        self._layout = layout

    def put(self, data: bytes) -> str:
        return hashlib.sha256(data).hexdigest()

    def size(self, sha256: str) -> int | None:
        source = self._source(sha256)
        return None if source is None else self._files.size_of(source)

    def read(self, sha256: str) -> bytes:
        source = self._source(sha256)
        assert source is not None, "whoever reads has asked for the size"
        return self._files.read(source)

    def _source(self, sha256: str) -> Path | None:
        blob, source = self._layout.blobs / sha256, self._layout.rest_bodies / sha256
        if self._files.exists(blob):
            return blob
        whole = self._files.exists(source) and hash_file(self._files, source) == sha256
        return source if whole else None
