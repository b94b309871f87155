"""What to do about what is wrong with a data directory: a plan, and its steps.

Nothing changes while the plan is made, and where there is none that loses nothing in silence, none is made:

- a damaged *blob* leaves, and comes back from the rest form where that has it whole; one that nobody has is listed;
- a damaged *journal* ends where its records can't be proven any more (:mod:`storage.journal.repair`): base and the
  proven records become the new base, the records beyond are listed;
- an unusable document of the *rest form* leaves and is written anew;
- *two histories*: with ``ours`` the edited documents leave, with ``theirs`` the journal goes into the base and the
  next opening takes the edited documents over, as it does after a clean stop;
- a damaged *base* or ``emu.json`` can't be made up: ``theirs`` begins anew from the rest form, ``older`` from the base
  that an adoption once replaced.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal

import orjson

from storage import pointer as pointers
from storage.adoption import body_form
from storage.bodies.blobs import BLOB_MODE
from storage.checkpoint import FOLDER_PREFIX
from storage.content import Program
from storage.directory import Layout
from storage.documents import hash_file
from storage.errors import DirectoryRefused, TwoHistories
from storage.files import Files
from storage.journal.records import Mark
from storage.journal.repair import Salvage, salvage
from storage.journal.segment import drop_all_segments, make_segment, segment_numbers, segment_path
from storage.pointer import DocumentFile, Home, Pointer, Rest, write_pointer
from storage.repair.findings import Inspection
from storage.repair.folder import RepairFolder
from storage.repair.report import Repair
from storage.repair.rest_form import check_documents
from storage.repair.salvaging import publish_rebuilt, rebuild

Take = Literal["ours", "theirs", "older"]
_NOT_A_MARK = -1
"""No record's checksum: nothing follows a base with it."""


class Plan:
    """The steps to take, each with its sentence. result: the sentences; actions: what they say."""

    def __init__(
        self, files: Files, layout: Layout, program: Program, take: Take | None, aside: RepairFolder, found: Inspection
    ) -> None:
        self.result = Repair(found)
        self.actions: list[Callable[[], None]] = []
        self._files = files
        self._layout = layout
        self._program = program
        self._found = found
        self._take = take
        self._aside = aside

    def _step(self, sentence: str, action: Callable[[], None]) -> None:
        self.result.steps.append(sentence)
        self.actions.append(action)

    def carry_out(self) -> None:
        for action in self.actions:
            action()

    def make(self) -> None:
        """Raises DirectoryRefused where nothing can be done."""
        found = self._found
        if found.intact:
            return
        if found.damaged_documents and self._heal_documents():
            self.result.steps.append("then everything is looked at again")
            return
        if found.pointer is None or found.damaged_documents:
            self._without_base()
            return
        pointer = found.pointer
        if self._layout.seed in found.unreadable_histories:
            pointer = replace(pointer, seeded=False)
        self._heal_histories(pointer)
        self._heal_blobs()
        leaving = self._leaving_documents()
        theirs = found.two_histories and self._take == "theirs"
        if found.salvage is not None or leaving or found.missing_rest or found.damaged_rest_bodies or theirs:
            self._renew(pointer, leaving, theirs=theirs)

    # The base.

    def _heal_documents(self) -> bool:
        """Whether every damaged document has a whole copy: the seed's and an older base's may be the same."""
        files, folder = self._files, self._layout.documents
        copies = {hash_file(files, folder / name): folder / name for name in files.names(folder)}
        documents = self._found.damaged_documents.values()
        if not all(document.sha256 in copies for document in documents):
            return False
        for document in documents:
            self._restore_document(document, copies[document.sha256])
        return True

    def _restore_document(self, document: DocumentFile, source: Path) -> None:
        path = self._layout.documents / document.file

        def action() -> None:
            self._aside.move([path])
            self._files.copy(source, path)
            self._files.sync_directory(path.parent)

        self._step(f"{path.name} is restored from {source.name}, which has the same content", action)

    def _without_base(self) -> None:
        if self._take == "theirs":
            self._begin_anew()
        elif self._take == "older":
            self._take_older()
        else:
            raise DirectoryRefused(self._base_is_lost())

    def _base_is_lost(self) -> str:
        found, layout = self._found, self._layout
        damaged = [layout.documents / document.file for document in found.damaged_documents.values()]
        names = ", ".join(map(str, damaged or [layout.pointer]))
        ways = []
        if self._rest_names():
            shown = ", ".join(layout.rest_document(name).name for name in self._rest_names())
            ways.append(f"`--take theirs` begins anew from {shown}")
        if self._older() is not None:
            ways.append("`--take older` goes back to the base before the last documents were taken over")
        ways.append("restore the file from a copy")
        return f"{names} can't be made up from anything else; {'; or '.join(ways)}."

    def _rest_names(self) -> list[str]:
        return [name for name in self._program.rest_names if self._files.exists(self._layout.rest_document(name))]

    def _older(self) -> Pointer | None:
        """The base that an adoption replaced, if it is whole."""
        path = self._layout.adopted_over
        if not self._files.exists(path) or any(finding.kind == "kept base" for finding in self._found.findings):
            return None
        return pointers.decode(orjson.dumps(orjson.loads(self._files.read(path))["pointer"]))

    def _begin_anew(self) -> None:
        """The rest form becomes all there is, for the next opening to take over."""
        names = self._rest_names()
        if not names:
            raise DirectoryRefused(f"{self._layout.root} holds no document in Kumo's schema to begin anew from.")
        known = self._found.pointer
        home = known.home if known else Home()
        check_documents(self._files, self._layout, self._program, names, home)
        lost = self._lose_journal(known.rest.lsn if known else 0)
        pointer = Pointer(
            home, "rest", lost, ids=self._ids(), rest=Rest(lost.lsn), bodies=body_form(self._files, self._layout)
        )
        sentence = f"emu begins anew from {', '.join(f'{name}.json' for name in names)}; all else is set aside"
        if known is None:
            sentence += f"; the home is {home.account} in {home.region}, calls for other namespaces are kept apart"
        self._step(sentence, lambda: self._replace_base(pointer))

    def _take_older(self) -> None:
        older = self._older()
        if older is None:
            raise DirectoryRefused(f"{self._layout.root} keeps no older base that is whole.")
        lost = self._lose_journal(older.base.lsn)
        rest, ids = Rest(lost.lsn), max(older.ids, self._ids())
        pointer = replace(older, state="rest", base=lost, rest=rest, ids=ids, seeded=False)
        documents = [self._layout.rest_document(name) for name in self._rest_names()]
        sentence = "emu goes back to the base before the last documents were taken over; all else is set aside"
        self._step(sentence, lambda: self._replace_base(pointer, moved=documents))

    def _lose_journal(self, after: int) -> Mark:
        """Nothing of the journal counts any more: what is beyond an lsn is lost. Where the numbers go on."""
        nothing = salvage(self._files, self._layout.journal, Mark(after, _NOT_A_MARK))
        self._lose(nothing)
        highest = max([after, self._found.last.lsn, *(record.lsn for record in nothing.lost)])
        return Mark(highest, 0)

    def _lose(self, journal: Salvage) -> None:
        result = self.result
        result.lost, result.missing, result.unreadable = journal.lost, journal.missing, journal.unreadable

    def _ids(self) -> int:
        """Beyond every position of the identifier source that is known."""
        pointer = self._found.pointer
        return max([pointer.ids if pointer else 0, *(record.ids for record in self.result.lost)])

    def _replace_base(self, pointer: Pointer, moved: Iterable[Path] = ()) -> None:
        """Another base than the one the directory had, with nothing after it."""
        files, layout = self._files, self._layout
        self._aside.keep([layout.pointer, *self._all(layout.blobs)])
        named = {document.file for document in pointer.documents.values()}
        own = [layout.own / name for name in files.names(layout.own) if name.endswith(".json")]
        documents = [path for path in self._all(layout.documents) if path.name not in named]
        self._aside.move([*own, *documents, *self._all(layout.journal), *moved])
        write_pointer(files, layout, pointer)

    def _all(self, folder: Path) -> list[Path]:
        return [folder / name for name in self._files.names(folder)]

    # What is kept beside, and bodies.

    def _heal_histories(self, pointer: Pointer) -> None:
        """What names the seed, or an older base, can't be read: the documents and bodies that it alone knew are kept
        with it. ``pointer`` says that there is no seed any more, if it is the seed."""
        paths = self._found.unreadable_histories
        if not paths:
            return

        def action() -> None:
            named = {document.file for document in pointer.documents.values()}
            self._aside.keep(path for path in self._all(self._layout.documents) if path.name not in named)
            self._aside.keep([self._layout.pointer, *self._all(self._layout.blobs)])
            self._aside.move(paths)
            write_pointer(self._files, self._layout, pointer)

        names = ", ".join(path.name for path in paths)
        self._step(f"{names} is set aside, with all documents and bodies that it may name", action)

    def _heal_blobs(self) -> None:
        found, layout = self._found, self._layout
        for sha256 in sorted({*found.damaged_blobs, *found.missing_bodies}):
            blob, spare = layout.blobs / sha256, layout.rest_bodies / sha256
            if self._files.exists(spare) and hash_file(self._files, spare) == sha256:
                self._step(f"the body {sha256} comes back from {spare.parent.name}", self._replaced_blob(blob, spare))
            elif sha256 in found.damaged_blobs:
                sentence = f"the body {sha256} is damaged and set aside; what refers to it can't be read any more"
                self._step(sentence, self._replaced_blob(blob, None))
            else:
                self.result.steps.append(f"the body {sha256} is missing; what refers to it can't be read")

    def _replaced_blob(self, blob: Path, spare: Path | None) -> Callable[[], None]:
        def action() -> None:
            self._aside.move([blob])
            if spare is not None:
                self._files.link_or_copy(spare, blob, mode=BLOB_MODE)
                self._files.sync_directory(blob.parent)

        return action

    # The rest form and the journal.

    def _leaving_documents(self) -> list[Path]:
        """The documents of the rest form that don't count."""
        found, layout = self._found, self._layout
        leaving = list(found.unusable)
        if leaving and self._take == "theirs":
            path = layout.rest_document(leaving[0])
            raise DirectoryRefused(f"{path} can't be taken over: it isn't a document of Kumo's schema.")
        if found.two_histories:
            if self._take not in ("ours", "theirs"):
                raise TwoHistories(
                    f"{layout.root} has two histories: the journal's, and that of the documents that were changed "
                    "after emu was killed. Say which one counts: `--take ours` keeps the journal's, `--take theirs` "
                    "the documents'."
                )
            if self._take == "ours":
                leaving += [name for name in found.edited if name not in leaving]
        return [layout.rest_document(name) for name in leaving]

    def _renew(self, pointer: Pointer, leaving: Sequence[Path], *, theirs: bool) -> None:
        """A new base of the old one and the journal as far as it goes, and the rest form with it."""
        files, layout, found = self._files, self._layout, self._found
        rebuilt = rebuild(files, layout, self._program, pointer)
        if found.salvage is not None:
            self._lose(rebuilt.salvage)
        staying = theirs or any(layout.rest_document(name) not in leaving for name in found.edited)
        bodies_lost = pointer.bodies == "inline" and (found.missing_bodies or found.damaged_blobs)
        with_rest = not staying and not bodies_lost

        def action() -> None:
            segments = [segment_path(layout.journal, first) for first in segment_numbers(files, layout.journal)]
            shown = [layout.rest_document(name) for name in self._rest_names()]
            self._aside.keep([layout.pointer, *self._all(layout.documents), *segments, *shown])
            self._aside.move([*leaving, *(layout.rest_bodies / sha256 for sha256 in found.damaged_rest_bodies)])
            folder = f"{FOLDER_PREFIX}{self._aside.folder.name}"
            rest_names = self._program.rest_names if with_rest else None
            new = publish_rebuilt(files, layout, pointer, rebuilt, folder, rest_names)
            if theirs:
                new = replace(new, rest=replace(new.rest, lsn=new.base.lsn))
                write_pointer(files, layout, new)
            drop_all_segments(files, layout.journal)
            if new.state != "rest":
                segment = make_segment(files, layout.journal, new.base.lsn + 1, new.base.checksum)
                files.close(segment.fd)

        self._step(self._renewal(rebuilt.salvage, leaving, theirs=theirs, with_rest=with_rest), action)

    def _renewal(self, journal: Salvage, leaving: Sequence[Path], *, theirs: bool, with_rest: bool) -> str:
        parts = [f"base and journal up to record {journal.last.lsn} become a new base"]
        if journal.lost and self._found.salvage is not None:
            parts.append(f"{len(journal.lost)} records beyond are set aside")
        if journal.missing and self._found.salvage is not None:
            parts.append(f"{', '.join(map(str, journal.missing))} can't be read any more")
        if leaving:
            parts.append(f"{', '.join(path.name for path in leaving)} set aside")
        if theirs:
            parts.append("the next start takes the edited documents over")
        if with_rest:
            parts.append("the documents in Kumo's schema are written anew")
        return "; ".join(parts)
