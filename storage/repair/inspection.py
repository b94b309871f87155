"""Looking at a data directory without changing anything: everything in it that can be proven is.

What is looked at, and what proves it:

========================  =============================================================================================
``emu.json``              its checksum
the base's documents      their SHA-256s in ``emu.json``; and every line is loaded
the journal               each record's checksum, and that it names the one before: from the base's mark to the end;
                          and every change is applied
``emu/blobs``             the names are the SHA-256s of the contents
references                every body that the state refers to is a blob, or rides in a record
the rest form             the SHA-256s in ``emu.json``; what differs is adopted, into machines that are thrown away
what is kept beside       the seed, and the base before an adoption: likewise
========================  =============================================================================================

No lock is taken, so a server may be at work meanwhile. What it does between two looks is no damage: a look that finds
something wrong while ``emu.json`` or the journal moves on is repeated.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from zlib import crc32

import orjson

from storage import pointer as pointers
from storage.collection import collection_paused
from storage.content import Program
from storage.directory import Layout, refusal
from storage.documents import hash_file, read_document
from storage.errors import Damaged, DirectoryRefused, NewerFormat
from storage.files import Files
from storage.journal.reader import Ending, JournalReader
from storage.journal.records import Record
from storage.journal.repair import salvage
from storage.journal.segment import segment_numbers, segment_path
from storage.kept import Kept
from storage.pointer import DocumentFile, Pointer, read_pointer
from storage.recovery import apply_changes
from storage.repair.findings import Inspection, Kind
from storage.repair.rest_form import RestLook
from storage.replacement import Replayer
from storage.tail import LostBody, NotingReferences, Tail, may_have_lost_bodies

_LOOKS = 5
_BODY_NAME = re.compile(r"[0-9a-f]{64}")
_EMPTY = hashlib.sha256().hexdigest()


def inspect(root: Path, program: Program, *, quick: bool = False, files: Files | None = None) -> Inspection:
    """Looks at everything; ``quick`` doesn't read blobs, only that they are there. Raises DirectoryRefused for what
    can't be looked at: no data directory of emu, one of a newer emu, no access."""
    files = files or Files()
    layout = Layout(root)
    if not files.is_directory(root):
        raise DirectoryRefused(f"{root} isn't a directory.")
    if not files.exists(layout.own) and not files.exists(layout.pointer):
        raise DirectoryRefused(f"{root} isn't a data directory of emu: it has neither emu.json nor a folder emu.")
    try:
        looks = 0
        while True:
            looks += 1
            before = _signature(files, layout)
            with collection_paused():
                try:
                    inspection = _Look(files, layout, program, quick).everything()
                except LostBody as lost:
                    inspection = _Look(files, layout, program, quick, lost.ending).everything()
            if inspection.intact or looks == _LOOKS or before == _signature(files, layout):
                return inspection
    except OSError as error:
        raise refusal(root, error, "look at") from error


def _signature(files: Files, layout: Layout) -> object:
    """What a server at work changes: the pointer, and the end of the journal."""
    numbers = segment_numbers(files, layout.journal)
    pointer = files.read(layout.pointer) if files.exists(layout.pointer) else b""
    try:
        end = crc32(files.read(segment_path(layout.journal, numbers[-1]))) if numbers else 0
    except FileNotFoundError:
        end = -1
    return pointer, numbers, end


class _Look:
    """One look at a directory."""

    def __init__(
        self, files: Files, layout: Layout, program: Program, quick: bool, ending: Ending | None = None
    ) -> None:
        self._files = files
        self._layout = layout
        self._program = program
        self._quick = quick
        self._references = NotingReferences()
        self._ending = ending
        self._machines = program.new_machines(self._references)
        self._carried: set[str] = set()
        self._kept = Kept(files, layout)
        self._changes = 0
        self._found = Inspection(layout.root)

    def everything(self) -> Inspection:
        found, layout = self._found, self._layout
        try:
            found.pointer = read_pointer(self._files, layout)
            if found.pointer is None:
                found.damage("pointer", layout.pointer, "it is missing, and nothing else says what counts")
        except Damaged as error:
            found.damage("pointer", layout.pointer, error.what)
        self._look_at_histories()
        if found.pointer is None:
            self._look_at_blobs(set())
            return found
        self._look_at_documents(found.pointer)
        self._look_at_journal(found.pointer)
        found.entities = {name: dict(machine.counts()) for name, machine in self._machines.items()}
        self._look_at_bodies()
        self._look_at_rest_form(found.pointer)
        return found

    # The base.

    def _look_at_documents(self, pointer: Pointer) -> None:
        found, folder = self._found, self._layout.documents
        for key, document in pointer.documents.items():
            name, account, region = key.split(".", 2)
            if name not in self._machines:
                raise DirectoryRefused(
                    f"{folder / document.file} belongs to the service {name!r}, which this emu doesn't have; use a "
                    "newer emu."
                )
            found.documents += 1
            lines = self._counted(read_document(self._files, folder, document))
            try:
                self._machines[name].load(account, region, lines)
            except Damaged as error:
                self._damaged_document(key, document, error.what)
            except Exception as error:  # noqa: BLE001 - damaged lines may break whatever reads them, in any way
                if hash_file(self._files, folder / document.file) != document.sha256:
                    self._damaged_document(key, document, "its content isn't what was written")
                else:
                    self._damaged_document(key, document, f"this emu can't read it: {error!r}")
        if not found.damaged_documents:
            for machine in self._machines.values():
                machine.loaded()

    def _damaged_document(self, key: str, document: DocumentFile, what: str) -> None:
        self._found.damage("document", self._layout.documents / document.file, what)
        self._found.damaged_documents[key] = document

    def _counted(self, lines: Iterator[bytes]) -> Iterator[bytes]:
        for line in lines:
            self._found.document_bytes += len(line)
            yield line

    # The journal.

    def _look_at_journal(self, pointer: Pointer) -> None:
        found, layout = self._found, self._layout
        found.last = pointer.base
        found.segments = len(segment_numbers(self._files, layout.journal))
        if pointer.state == "rest" and not found.segments:
            return
        reader = JournalReader(self._files, layout.journal, pointer.base, self._ending)
        unsynced = may_have_lost_bodies(pointer) and not found.damaged_documents
        tail = Tail(self._files, layout, self._references)
        try:
            for record in reader.records():
                self._look_at_record(record)
                if unsynced:
                    tail.applied(record.lsn, reader.proven, self._carried)
                self._changes += bool(record.changes)
        except Damaged as error:
            self._damaged_journal(error.path, error.what, error.offset)
        except NewerFormat:
            raise
        except DirectoryRefused as error:
            self._damaged_journal(reader.path or layout.journal, f"record {reader.last.lsn}: {error}", reader.offset)
        found.last, found.journal_bytes, found.tail = reader.last, reader.bytes, reader.tail
        if found.salvage is None and pointer.state == "rest" and self._changes:
            what = f"it is older than the journal, which goes on to record {reader.last.lsn}"
            found.damage("pointer", layout.pointer, what)
            found.salvage = salvage(self._files, layout.journal, pointer.base)
        if reader.tail is not None:
            found.note("journal", reader.tail.path, f"{reader.tail.description}; the next start cuts it")

    def _look_at_record(self, record: Record) -> None:
        found = self._found
        found.records += 1
        for sha256, data in record.bodies.items():
            self._carried.add(sha256)
            if hashlib.sha256(data).hexdigest() != sha256:
                raise DirectoryRefused(f"the body {sha256} that it carries has another hash")
        if found.damaged_documents:
            return
        replayer = Replayer(self._files, self._layout.documents)
        try:
            apply_changes(self._machines, record.changes, replayer, record.lsn)
        except DirectoryRefused:
            raise
        except Exception as error:
            raise DirectoryRefused(f"this emu can't apply it: {error!r}") from error

    def _damaged_journal(self, path: Path, what: str, offset: int | None) -> None:
        found, layout = self._found, self._layout
        assert found.pointer is not None
        found.salvage = salvage(self._files, layout.journal, found.pointer.base)
        lost = len(found.salvage.lost)
        rest = f"; {lost} whole record{'s' * (lost != 1)} can't be applied without it" if lost else ""
        found.damage("journal", path, what + rest, offset)

    # Bodies.

    def _look_at_bodies(self) -> None:
        found = self._found
        referenced = set(self._references.counts)
        found.bodies = len(referenced)
        needed = referenced | self._kept.blobs()
        present = self._look_at_blobs(needed)
        for sha256 in sorted(needed - present - self._carried):
            found.damage("body", self._layout.blobs / sha256, "the state refers to this body, and it is missing")
            found.missing_bodies.append(sha256)

    def _look_at_blobs(self, needed: set[str]) -> set[str]:
        """The blobs that are there."""
        found, folder = self._found, self._layout.blobs
        present = set()
        for name in self._files.names(folder):
            if not _BODY_NAME.fullmatch(name):
                found.note("blob", folder / name, "no body's name; it is not emu's")
                continue
            present.add(name)
            found.blobs += 1
            try:
                problem = self._blob_problem(folder / name)
            except FileNotFoundError:
                continue  # a server removed it, and the second look will tell whether it may
            if name not in needed:
                found.orphans += 1
            elif problem:
                found.damage("blob", folder / name, problem)
                found.damaged_blobs.append(name)
        if found.orphans and not found.damaged_documents and found.salvage is None and found.pointer is not None:
            what = f"{found.orphans} bodies that nothing refers to; the next start removes them"
            found.note("blob", folder, what)
        return present

    def _blob_problem(self, path: Path) -> str:
        size = self._files.size_of(path)
        self._found.blob_bytes += size
        if size == 0 and path.name != _EMPTY:
            return "it is empty"
        if not self._quick and hash_file(self._files, path) != path.name:
            return "its content isn't what its name says"
        return ""

    # The rest form, and what is kept beside.

    def _look_at_rest_form(self, pointer: Pointer) -> None:
        look = RestLook(self._files, self._layout, self._machines, self._found, self._blob_problem)
        look.everything(pointer, self._program.rest_names, journal_goes_on=self._changes > 0)

    def _look_at_histories(self) -> None:
        """The seed, and the base that an adoption replaced."""
        found, before = self._found, self._layout.adopted_over
        try:
            self._kept.read(seeded=found.pointer is not None and found.pointer.seeded)
            documents = _documents_before(self._files.read(before)) if self._files.exists(before) else {}
        except Damaged as error:
            found.damage("seed" if error.path == self._layout.seed else "kept base", error.path, error.what)
            found.unreadable_histories.append(error.path)
            return
        except (ValueError, KeyError, TypeError) as error:
            found.damage("kept base", before, f"not what emu wrote ({error})")
            found.unreadable_histories.append(before)
            return
        whole = [self._look_at_kept_document("kept base", document) for document in documents.values()]
        if not all(whole):
            found.unreadable_histories.append(before)
        for document in self._kept.seed.documents.values() if self._kept.seed else ():
            self._look_at_kept_document("seed", document)

    def _look_at_kept_document(self, kind: Kind, document: DocumentFile) -> bool:
        path = self._layout.documents / document.file
        if not self._files.exists(path):
            self._found.damage(kind, path, "it is missing")
            return False
        if hash_file(self._files, path) != document.sha256:
            self._found.damage(kind, path, "its content isn't what was written")
            return False
        return True


def _documents_before(data: bytes) -> Mapping[str, DocumentFile]:
    return pointers.decode(orjson.dumps(orjson.loads(data)["pointer"])).documents
