"""A base made of what others wrote: documents in Kumo's schema, or a seed. Everything that the new pointer names is
synced; nothing is published."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from storage.adoption import adopt_documents
from storage.base import write_base
from storage.bodies.blobs import DurableBodies
from storage.content import Content
from storage.directory import Layout
from storage.errors import DirectoryRefused
from storage.files import Files
from storage.installation import install_bodies
from storage.machine import Machine
from storage.pointer import Pointer, Rest
from storage.rest import standing_documents


def adopted_base(
    files: Files,
    layout: Layout,
    machines: Mapping[str, Machine],
    pointer: Pointer,
    edited: Mapping[str, str],
    bodies: DurableBodies,
    note: Callable[[str], None],
) -> Pointer:
    """The pointer to a new base, at the same lsn, that says what the edited documents say: ``edited`` are their
    SHA-256s by machine. Raises DirectoryRefused."""
    adopt_documents(files, layout, machines, edited, pointer.home, note)
    bodies.applied(pointer.base.lsn, {})
    documents = write_base(files, layout.documents, machines, pointer.base.lsn, pointer.documents, edited)
    files.sync_directory(layout.documents)
    files.sync_file_system(layout.own)
    shown = {layout.rest_document(name).name: sha256 for name, sha256 in edited.items()}
    rest = Rest(pointer.base.lsn, {**standing_documents(files, layout, pointer.rest), **shown})
    form = "bodyRef" if files.exists(layout.rest_bodies) else pointer.bodies
    return replace(pointer, documents=documents, rest=rest, bodies=form)


def planted_base(
    files: Files,
    layout: Layout,
    machines: Mapping[str, Machine],
    pointer: Pointer,
    seed: Content,
    bodies: DurableBodies,
) -> Pointer:
    """The pointer to a base that says what the seed says. Raises DirectoryRefused."""
    install_bodies(files, layout, seed.bodies)
    for name, document in seed.documents.items():
        service, account, region = name.split(".", 2)
        if service not in machines:
            raise DirectoryRefused(f"The seed {seed.name} holds the service {service!r}; use a newer emu.")
        machines[service].load(account, region, document.lines())
    for machine in machines.values():
        machine.loaded()
    bodies.applied(0, {})
    documents = write_base(files, layout.documents, machines, 0, {}, machines)
    files.sync_directory(layout.documents)
    return replace(pointer, documents=documents, seeded=True)
