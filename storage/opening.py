"""Opening a data directory.

What is found decides what happens:

===================================================  ===================================================================
no ``emu.json``                                      a fresh directory, or the import of documents that Kumo or a
                                                     person made
``state: rest``, rest form as we left it             the base
``state: live``, rest form as we left it             the base, then every record beyond it
``state: live``, after durability ``os``             likewise, up to the first record that came without its body
                                                     (:mod:`storage.tail`)
rest form edited, nothing in the journal beyond it   it is validated and adopted; the old base is kept once
rest form edited, and the journal goes on            refused: two histories
a newer format, or damage                            refused
===================================================  ===================================================================

There are two steps, because the machines need a place for their bodies before they exist, and a world its home
before that: :func:`claim` locks and looks, :meth:`Claim.load` fills the machines. Nothing on the disk but the lock
changes before the directory is understood; what a refused first opening made is removed again.
"""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from storage.adoption import body_form
from storage.base import load_base
from storage.beginning import adopted_base, planted_base
from storage.bodies.blobs import DurableBodies
from storage.checkpoint import remove_unnamed_documents, remove_unpublished
from storage.collection import collection_paused
from storage.content import Content, state_hash
from storage.directory import Layout, Lock, holds_state, make_root, refusal, remove_state
from storage.errors import Damaged, DirectoryRefused, TwoHistories
from storage.files import Files
from storage.journal.continuation import continue_journal
from storage.journal.records import Mark
from storage.journal.segment import Segment, drop_all_segments, drop_segments, make_segment
from storage.kept import Kept, SeedBase
from storage.machine import Machine
from storage.options import DurableOptions
from storage.pointer import Home, Pointer, read_pointer, write_pointer
from storage.recovery import Found, Recovery, Replay, recover
from storage.rest import changed_documents
from storage.snapshots import manifest as manifests
from storage.snapshots.errors import SnapshotError
from storage.snapshots.shelf import read_manifest
from storage.tail import may_have_lost_bodies


@dataclass(slots=True)
class Opened:
    """A directory that is loaded and ready to be appended to. changed: machines that the base doesn't show as they
    are.
    journal_bytes: how much of the journal the base doesn't hold."""

    pointer: Pointer
    segment: Segment
    last: Mark
    changed: set[str]
    journal_bytes: int
    recovery: Recovery


def claim(root: Path, options: DurableOptions) -> Claim:
    """Locks a data directory, made if it isn't there, and reads its pointer. Raises DirectoryRefused."""
    files, layout = options.files, Layout(root)
    _check_no_snapshot(files, layout)
    made_root = make_root(files, root)
    made_own = False
    lock: Lock | None = None
    try:
        if not files.exists(layout.own):
            files.mkdir(layout.own)
            made_own = True
        lock = Lock(files, layout.lock)
        if options.fresh:
            remove_state(files, layout, options.rest_names)
        elif options.seed is not None and not options.reuse and holds_state(files, layout, options.rest_names):
            raise DirectoryRefused(
                f"{root} holds a state already. Use --reuse to go on with it, --fresh to remove it and begin with the "
                "seed, or another directory."
            )
        pointer = read_pointer(files, layout)
        if pointer is None:
            _check_never_published(files, layout)
    except BaseException as error:
        if lock is not None:
            lock.release()
        if made_own:
            files.remove_tree(layout.own)
        if made_root:
            files.remove_tree(root)
        if isinstance(error, OSError):
            raise refusal(root, error, "open the data directory") from error
        raise
    return Claim(layout, lock, pointer, options)


def _check_no_snapshot(files: Files, layout: Layout) -> None:
    """A snapshot is never written, nor removed to begin afresh."""
    if not files.exists(layout.root / manifests.FILE) or files.exists(layout.pointer):
        return
    interrupted = files.exists(layout.unpublished)
    if (files.exists(layout.own) and not interrupted) or _has_manifest(files, layout.root):
        raise DirectoryRefused(
            f"{layout.root} is a snapshot, not a data directory: begin with it in another one (--seed {layout.root}). "
            "Nothing was changed."
        )


def _has_manifest(files: Files, root: Path) -> bool:
    try:
        read_manifest(files, root, sealed=False)
    except SnapshotError:
        return False  # other programs have files of that name, too
    return True


def _check_never_published(files: Files, layout: Layout) -> None:
    """Without ``emu.json``: that a crash of a first start left what is in ``emu/``, and not years of work."""
    left = set(files.names(layout.own)) - {layout.lock.name}
    if left and layout.unpublished.name not in left:
        raise Damaged(layout.pointer, f"it is missing, though {layout.own} holds data")


class Claim:
    """A locked directory that isn't loaded yet.

    home: the directory's namespace. bodies: where the machines' bodies are kept; machines are made with its
    ``retain`` and ``release``, and then :meth:`load` fills them.
    """

    def __init__(self, layout: Layout, lock: Lock, pointer: Pointer | None, options: DurableOptions) -> None:
        self.options = options
        self.files = options.files
        self.layout = layout
        self.lock = lock
        self.rest_names = tuple(options.rest_names)
        self.bodies = DurableBodies(options.files, layout, options.durability)
        self.kept = Kept(options.files, layout)
        self._pointer = pointer
        self._seed = None if holds_state(options.files, layout, options.rest_names) else options.seed
        self._notes: list[str] = []
        if pointer is not None:
            self.home = replace(pointer.home, namespaces=options.namespaces or pointer.home.namespaces)
        elif self._seed is not None:
            home = self._seed.home
            self.home = replace(home, namespaces=options.namespaces or home.namespaces)
        else:
            foreign = self._found_without_pointer() == "import"
            self.home = Home(*options.home, options.namespaces or ("single" if foreign else "aws"))

    def release(self) -> None:
        """Gives the directory up, unloaded. What was made for a first start is removed."""
        try:
            if self.lock.held and not self.files.exists(self.layout.pointer):
                self.files.remove_tree(self.layout.own)
        finally:
            self.lock.release()

    def load(self, machines: Mapping[str, Machine]) -> Opened:
        """Fills empty machines and makes the directory ready for appending. Raises DirectoryRefused, and gives the
        directory up then."""
        started = time.perf_counter()
        try:
            self._check_folders()
            with collection_paused():
                if self._pointer is None:
                    opened, found, records = self._begin(machines), self._found_without_pointer(), 0
                else:
                    opened, found, records = self._open(machines, self._pointer)
        except OSError as error:
            self.release()
            raise refusal(self.layout.root, error, "open the data directory") from error
        except BaseException:
            self.release()
            raise
        self._pointer = opened.pointer
        opened.recovery = replace(
            opened.recovery,
            found=found,
            counts={name: dict(machine.counts()) for name, machine in machines.items()},
            records=records,
            milliseconds=(time.perf_counter() - started) * 1000,
            notes=tuple(self._notes),
        )
        return opened

    def _check_folders(self) -> None:
        """What isn't a folder where one belongs, or is another user's, would else come up with the first body that is
        read or written."""
        for folder in (*self.layout.folders(), self.layout.rest_bodies):
            if not self.files.exists(folder):
                continue
            if not self.files.is_directory(folder):
                raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder))
            self.files.check_access(folder, write=True)

    # Without a pointer.

    def _found_without_pointer(self) -> Found:
        if self._seed is not None:
            return "seed"
        return "import" if any(map(self._rest_document_exists, self.rest_names)) else "fresh"

    def _rest_document_exists(self, name: str) -> bool:
        return self.files.exists(self.layout.rest_document(name))

    def _begin(self, machines: Mapping[str, Machine]) -> Opened:
        """A fresh directory, or an import: the base begins with what the documents there say."""
        files, layout = self.files, self.layout
        if not files.exists(layout.unpublished):
            files.write_new(layout.unpublished, b"")
            files.sync_directory(layout.own)
        for folder in layout.folders():
            files.remove_tree(folder)
            files.mkdir(folder)
        load_base(files, layout.documents, {}, machines)
        pointer = Pointer(self.home, "live", Mark(0, 0), durability=self.options.durability)
        found = changed_documents(files, layout, pointer, self.rest_names)
        if self._seed is not None:
            pointer = self._plant(machines, pointer, self._seed)
        elif found:
            pointer = self._adopt(machines, replace(pointer, bodies=body_form(files, layout)), found)
        segment = make_segment(files, layout.journal, 1, 0, self.options.segment_bytes)
        for folder in (layout.own, layout.root, layout.root.absolute().parent):
            files.sync_directory(folder)
        write_pointer(files, layout, pointer)
        files.unlink(layout.unpublished)
        return _opened(pointer, segment, pointer.base, Replay(0), 0)

    # With a pointer.

    def _open(self, machines: Mapping[str, Machine], pointer: Pointer) -> tuple[Opened, Found, int]:
        files, layout = self.files, self.layout
        self.kept.read(seeded=pointer.seeded)
        self.bodies.kept = self.kept.blobs()
        reader, replayed = recover(files, layout, pointer, machines, self.bodies)
        self.kept.named(replayed.restored)
        if pointer.state == "rest" and replayed.records:
            raise Damaged(layout.pointer, f"it is older than the journal, which goes on to record {reader.last.lsn}")
        edited = changed_documents(files, layout, pointer, self.rest_names)
        if edited:
            self._check_one_history(pointer, replayed, edited)
        self._settle_names(pointer)
        self._clear_leftovers(pointer)
        bodies_before = sorted(self.bodies.references.counts)
        adopted = self._adopt(machines, pointer, edited) if edited else pointer
        if pointer.state == "rest":
            drop_all_segments(files, layout.journal)
            segment = make_segment(
                files, layout.journal, pointer.base.lsn + 1, pointer.base.checksum, self.options.segment_bytes
            )
        else:
            segment, notes = continue_journal(files, reader, layout.own)
            self._notes += notes
            if replayed.records and pointer.durability == "os":
                # What the page cache kept beyond its process's end must be on the disk before anything is built on
                # it.
                files.sync_file_system(layout.own)
        last = pointer.base if pointer.state == "rest" else reader.last
        seeded = self.kept.seed is not None  # a process that was killed may have kept one without coming to say so
        now = replace(adopted, state="live", durability=self.options.durability, seeded=seeded)
        if now != pointer:
            if edited and self.kept.keep_before(pointer, bodies_before):
                self._notes.append(f"the state before is kept; {layout.adopted_over} names its documents")
            write_pointer(files, layout, now)
        if not edited and pointer.state == "rest":
            self.kept.stopped_cleanly()
        self.bodies.kept = self.kept.blobs()
        if may_have_lost_bodies(pointer):
            # Others are swept later. These may not be whole, and a restore would take them for what their names say.
            self.bodies.unlink_blobs(self.bodies.orphans(files.names(layout.blobs)))
        remove_unnamed_documents(files, layout, now, self.kept.documents)
        found: Found = "adopted" if edited else pointer.state
        return _opened(now, segment, last, replayed, reader.bytes), found, replayed.records

    def _check_one_history(self, pointer: Pointer, replayed: Replay, edited: Iterable[str]) -> None:
        if replayed.records or pointer.rest.lsn != pointer.base.lsn:
            names = ", ".join(str(self.layout.rest_document(name)) for name in edited)
            raise TwoHistories(
                f"{names} changed after emu was killed, and the journal in {self.layout.own} goes on too: "
                f"there are two histories. `emu repair --take ours {self.layout.root}` keeps the journal's, "
                "`--take theirs` the edited one; nothing was changed."
            )

    def _settle_names(self, pointer: Pointer) -> None:
        """A killed process may have given files their names without living to sync these. Nothing is built on such a
        name, nor removed because of it, that a power cut could still take back."""
        layout = self.layout
        folders = (layout.own, layout.journal, layout.blobs) if pointer.state == "live" else ()
        for folder in (layout.root, *folders):
            if self.files.exists(folder):
                self.files.sync_directory(folder)

    def _adopt(self, machines: Mapping[str, Machine], pointer: Pointer, edited: Mapping[str, str]) -> Pointer:
        return adopted_base(self.files, self.layout, machines, pointer, edited, self.bodies, self._notes.append)

    def _plant(self, machines: Mapping[str, Machine], pointer: Pointer, seed: Content) -> Pointer:
        planted = planted_base(self.files, self.layout, machines, pointer, seed, self.bodies)
        state = state_hash({name: document.sha256 for name, document in planted.documents.items()})
        self.kept.keep_seed(SeedBase(seed.name, seed.commit, state, planted.documents, sorted(seed.bodies)))
        self.bodies.kept = self.kept.blobs()
        if state != seed.state_hash:
            self._notes.append(f"the seed {seed.name} was written by another emu; it was migrated in the copy")
        return planted

    def _clear_leftovers(self, pointer: Pointer) -> None:
        """What a killed process left half done."""
        if self.files.exists(self.layout.unpublished):
            self.files.unlink(self.layout.unpublished)
        remove_unpublished(self.files, self.layout)
        drop_segments(self.files, self.layout.journal, pointer.base.lsn)
        for folder in self.layout.folders():
            if not self.files.exists(folder):
                self.files.mkdir(folder)
        for name in self.files.names(self.layout.uploads):
            self.files.unlink(self.layout.uploads / name)


def _opened(pointer: Pointer, segment: Segment, last: Mark, replayed: Replay, journal_bytes: int) -> Opened:
    recovery = Recovery("fresh", {}, 0, last.lsn, replayed.ids, 0.0)
    return Opened(pointer, segment, last, replayed.changed, journal_bytes, recovery)
