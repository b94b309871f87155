"""Making a new base, and publishing it.

Two ways lead to one. A clean stop writes it from the live state. While emu runs, a *process of its own* folds the
sealed segments into the base on the disk (:func:`fold`), so that no request pays for the size of the state. Either
writes only into a folder of its own below ``emu/``, all files synced; a folder that is never published is of no
consequence, and a start removes it.

Only the server, which holds the lock, publishes (:func:`publish`): documents and blobs are moved into place and their
directories synced; one rename of ``emu.json`` then makes the new base count; and only after that do segments and old
documents go. The rest form can't be swapped by that one rename, since it has several files. So ``emu.json`` first
says which documents are coming: a start that finds any mixture of the old and the coming ones knows that nobody else
wrote them.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import orjson

from storage.base import load_base, write_base
from storage.bodies.blobs import BLOB_MODE
from storage.bodies.references import References
from storage.directory import Layout
from storage.errors import Damaged, DirectoryRefused
from storage.files import Files
from storage.journal.reader import JournalReader
from storage.journal.records import Mark
from storage.machine import Machine
from storage.pointer import DocumentFile, Pointer, Rest, read_pointer, write_pointer
from storage.recovery import apply_changes
from storage.replacement import Replayer
from storage.rest import (
    changed_documents,
    place_bodies,
    place_documents,
    remove_stale_bodies,
    standing_documents,
    write_rest,
)

_log = logging.getLogger(__name__)

FOLDER_PREFIX = "fold-"
_MANIFEST = "manifest.json"
_SYNC_ONE_BY_ONE = 100
"""More new files than this are synced together, by one call for the whole file system."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What was made for publication. documents, blobs: new files in the folder's subfolders of these names; a
    document that isn't in ``new`` has its file already. rest: by file name, or None where no rest form was asked for.
    rest_bodies: the bodies that the rest form refers to. reports: what Kumo's schema can't hold.
    bodies, counts: all that the documents refer to, and entities by service, where the whole was asked for."""

    lsn: int
    checksum: int
    ids: int
    documents: Mapping[str, DocumentFile]
    blobs: Sequence[str]
    rest: Mapping[str, str] | None
    rest_bodies: Sequence[str]
    reports: Sequence[str] = field(default=())
    bodies: Sequence[str] = field(default=())
    counts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    def encode(self) -> bytes:
        return orjson.dumps(asdict(self))

    @staticmethod
    def decode(data: bytes) -> Manifest:
        value = orjson.loads(data)
        value["documents"] = {name: DocumentFile(**document) for name, document in value["documents"].items()}
        return Manifest(**value)


KeptDocuments = Callable[[int], Container[str]]
"""Which documents stay beside those of a base at that record: :meth:`storage.kept.Kept.documents`."""


@dataclass(frozen=True, slots=True)
class Position:
    """Where a base is taken: the last record in it, and the identifier source's position."""

    mark: Mark
    ids: int


def write_state(
    files: Files,
    layout: Layout,
    pointer: Pointer,
    folder: Path,
    machines: Mapping[str, Machine],
    position: Position,
    *,
    changed: Container[str],
    small_bodies: Mapping[str, bytes],
    rest_names: Iterable[str] | None,
    check_in: Callable[[], None] = lambda: None,
) -> Manifest:
    """Writes everything that a base at ``position`` needs into a new folder. ``small_bodies`` are those that have no
    file yet. ``rest_names`` are the machines that have a rest form, or None to leave it as it is."""
    for path in (folder, folder / "documents", folder / "blobs", folder / "rest"):
        files.mkdir(path)
    documents = write_base(
        files, folder / "documents", machines, position.mark.lsn, pointer.documents, changed, check_in
    )
    many = len(small_bodies) > _SYNC_ONE_BY_ONE
    for sha256, data in small_bodies.items():
        files.write_new(folder / "blobs" / sha256, data, mode=BLOB_MODE, durable=not many)
        check_in()
    if many:
        files.sync_file_system(folder)

    def read_body(sha256: str) -> bytes:
        return small_bodies[sha256] if sha256 in small_bodies else files.read(layout.blobs / sha256)

    rest = None
    if rest_names is not None:
        rest = write_rest(
            files, folder / "rest", machines, rest_names, pointer.home, pointer.bodies, read_body, check_in
        )
    return Manifest(
        lsn=position.mark.lsn,
        checksum=position.mark.checksum,
        ids=position.ids,
        documents=documents,
        blobs=sorted(small_bodies),
        rest=rest.documents if rest else None,
        rest_bodies=sorted(rest.bodies) if rest else (),
        reports=rest.reports if rest else (),
    )


def fold(
    path: Path,
    folder: Path,
    up_to: int,
    new_machines: Callable[[References], Mapping[str, Machine]],
    *,
    rest_names: Iterable[str] | None,
    whole: bool = False,
    files: Files | None = None,
) -> None:
    """Reads the base and the journal up to a record, and writes the new base's files and a manifest into ``folder``.

    Runs beside the server and takes no lock. ``new_machines`` makes empty machines that tell their body references
    to what they are given. ``whole``: for a snapshot, whose rest form has no inline bodies. Raises DirectoryRefused.
    """
    files = files or Files()
    layout = Layout(path)
    pointer = read_pointer(files, layout)
    if pointer is None:
        raise DirectoryRefused(f"{path} isn't a data directory of emu: it has no emu.json.")
    references = References()
    machines = new_machines(references)
    load_base(files, layout.documents, pointer.documents, machines)
    references.take_dead()
    small_bodies: dict[str, bytes] = {}
    changed: set[str] = set()
    ids = pointer.ids
    reader = JournalReader(files, layout.journal, pointer.base)
    replayer = Replayer(files, layout.documents)
    for record in reader.records(up_to):
        changed |= apply_changes(machines, record.changes, replayer, record.lsn)
        small_bodies |= record.bodies
        for sha256 in references.take_dead():
            small_bodies.pop(sha256, None)
        ids = record.ids
    if reader.last.lsn != up_to:
        raise Damaged(layout.journal, f"it ends at record {reader.last.lsn}, and {up_to} was asked for")
    manifest = write_state(
        files,
        layout,
        replace(pointer, bodies="bodyRef") if whole else pointer,
        folder,
        machines,
        Position(reader.last, ids),
        changed=changed,
        small_bodies=small_bodies,
        rest_names=rest_names,
    )
    if whole:
        counts = {name: dict(machine.counts()) for name, machine in machines.items()}
        manifest = replace(manifest, bodies=sorted(references.counts), counts=counts)
    files.write_new(folder / _MANIFEST, manifest.encode())


def read_manifest(files: Files, folder: Path) -> Manifest:
    """What :func:`fold` left in its folder."""
    return Manifest.decode(files.read(folder / _MANIFEST))


def publish(
    files: Files,
    layout: Layout,
    pointer: Pointer,
    folder: Path,
    manifest: Manifest,
    *,
    at_rest: bool,
    kept_documents: KeptDocuments = lambda base_lsn: (),
) -> Pointer:
    """Makes what was written the directory's base, and its rest form unless somebody else changed that meanwhile;
    the new pointer. ``at_rest``: nothing will follow."""
    rest = manifest.rest
    if rest is not None and changed_documents(files, layout, pointer, [Path(file).stem for file in rest]):
        _log.error(
            "a document in %s was changed by another program while emu was running; it is left alone, and the "
            "next start will ask which of the two histories counts",
            layout.root,
        )
        rest = None
    _move_in(files, folder / "documents", layout.documents)
    _move_in(files, folder / "blobs", layout.blobs)
    new = replace(
        pointer,
        state="live",
        base=Mark(manifest.lsn, manifest.checksum),
        ids=manifest.ids,
        documents=manifest.documents,
        rest=Rest(pointer.rest.lsn, standing_documents(files, layout, pointer.rest), rest or {}),
    )
    write_pointer(files, layout, new)
    if rest is not None:
        place_bodies(files, layout, manifest.rest_bodies)
        place_documents(files, layout, folder / "rest", rest)
        new = replace(new, state="rest" if at_rest else "live", rest=Rest(manifest.lsn, rest))
        write_pointer(files, layout, new)
        remove_stale_bodies(files, layout, manifest.rest_bodies)
    remove_unnamed_documents(files, layout, new, kept_documents)
    files.remove_tree(folder)
    return new


def _move_in(files: Files, source: Path, target: Path) -> None:
    """Gives finished files their place; on return their names are on the disk."""
    names = files.names(source)
    for name in names:
        files.rename(source / name, target / name)
    if names:
        files.sync_directory(target)


def remove_unnamed_documents(files: Files, layout: Layout, pointer: Pointer, kept_documents: KeptDocuments) -> None:
    """Removes documents that the pointer doesn't name."""
    named = {document.file for document in pointer.documents.values()}
    present = files.names(layout.documents)
    # Only then, since a restore says what it will bring before it does.
    kept = kept_documents(pointer.base.lsn)
    for name in present:
        if name not in named and name not in kept:
            files.unlink(layout.documents / name)


def remove_unpublished(files: Files, layout: Layout) -> None:
    """Removes folders that were never published. A fold that is still running in one fails, which does no harm."""
    for name in files.names(layout.own):
        if name.startswith(FOLDER_PREFIX):
            files.remove_tree(layout.own / name)
