"""Making another state ready to take the place of the present one in a data directory.

Everything that can fail or take time happens here, beside the requests: machines are built aside, documents and bodies
installed and synced. What is left is one record (:meth:`storage.durable.DurableStore.replace`).
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from storage.bodies.blobs import DurableBodies
from storage.bodies.references import References
from storage.collection import collection_paused
from storage.content import Content, Program
from storage.directory import Layout
from storage.errors import DirectoryRefused, StorageUnavailable
from storage.files import Files
from storage.installation import install_bodies, new_document_files, write_documents
from storage.kept import Kept
from storage.machine import Machine
from storage.pointer import DocumentFile
from storage.replacement import (
    Parts,
    StateRefused,
    build_parts,
    check_names,
    part_documents,
    replace_namespaces,
    swap,
)
from storage.scope import Scope


@dataclass(frozen=True, slots=True)
class Prepared:
    """A state that is ready. content: None for an empty one. parts: those of the scope. lines: of the parts'
    documents, where it is about a part of each machine. documents: as they are installed."""

    content: Content | None
    scope: Scope
    parts: Parts
    lines: Mapping[str, Sequence[bytes]]
    documents: Mapping[str, DocumentFile]

    def hashes(self) -> list[str]:
        """The bodies that it refers to, sorted."""
        return sorted({sha256 for part in self.parts.values() for sha256 in part.counts})

    def check(self, machines: Mapping[str, Machine]) -> None:
        """Raises StateRefused if it can't stand beside what the machines hold outside the scope."""
        if self.scope.account is not None:
            check_names(machines, self.parts, self.scope)

    def put_in_place(self, machines: Mapping[str, Machine], references: References) -> None:
        """Must not fail. What died is known to ``references`` afterwards, as after any record."""
        if self.scope.account is None:
            swap(machines, self.parts, references)
        else:
            replace_namespaces(machines, self.scope, self.lines)


def ready(
    content: Content | None, scope: Scope, program: Program, parts: Parts, documents: Mapping[str, DocumentFile]
) -> Prepared:
    """Of parts that were built; in any thread."""
    # Of the parts, not of the content: its files may be others by the time that it is put in place.
    lines = {} if scope.account is None else part_documents(parts, program.new_machines)
    return Prepared(content, scope, parts, lines, documents)


def built(content: Content | None, scope: Scope, program: Program) -> Parts:
    """The parts of a content, its bodies all at hand. Raises StateRefused; in any thread."""
    try:
        with collection_paused():
            parts = build_parts(content.lines(scope) if content else {}, program.new_machines, scope)
    except DirectoryRefused as error:
        raise StateRefused(str(error)) from error
    for part in parts.values():
        for sha256 in part.counts:
            if content is None or sha256 not in content.bodies:
                raise StateRefused(f"the body {sha256} is missing")
    return parts


def extracted(content: Content, scope: Scope, program: Program) -> Content:
    """A part of a content as a content of its own, with the bodies that it refers to. Raises StateRefused; in any
    thread."""
    parts = built(content, scope, program)
    machines = program.new_machines(References())
    for name, part in parts.items():
        machines[name].rewind(part.saved)
    hashes = {sha256 for part in parts.values() for sha256 in part.counts}
    home = content.home
    rest = {
        file: document
        for file, document in content.rest.items()
        if scope.covers(file.removesuffix(".json"), home.account, home.region)
    }
    return replace(
        content.documents_within(scope),
        bodies={sha256: source for sha256, source in content.bodies.items() if sha256 in hashes},
        counts={name: dict(machine.counts()) for name, machine in machines.items()},
        rest=rest,
        rest_bodies=content.rest_bodies & hashes if rest else frozenset(),
        reports=content.reports if rest else (),
    )


Prepare = Callable[[Content | None, Scope, Program], Awaitable[Prepared]]


@asynccontextmanager
async def preparing(files: Files, layout: Layout, bodies: DurableBodies, kept: Kept) -> AsyncIterator[Prepare]:
    """Gives what prepares a content. What it installed and no record names goes again at the end."""
    held: list[str] = []
    paths: dict[str, Path] = {}

    async def prepare(content: Content | None, scope: Scope, program: Program) -> Prepared:
        parts = await asyncio.to_thread(built, content, scope, program)
        documents: dict[str, DocumentFile] = {}
        if content is not None:
            hashes = {sha256 for part in parts.values() for sha256 in part.counts}
            held.extend(hashes)
            await bodies.hold(hashes)
            wanted = {name: entry for name, entry in content.documents.items() if scope.covers_document(name)}
            # Those of the base might be removed meanwhile by the publication of another one; the seed's stay.
            present = kept.seed.documents.values() if kept.seed else ()
            documents, new = new_document_files(files, layout, wanted, present)
            paths.update(new)
            kept.coming([path.name for path in new.values()])
            try:
                await asyncio.to_thread(
                    install_bodies, files, layout, {sha256: content.bodies[sha256] for sha256 in hashes}
                )
                await asyncio.to_thread(write_documents, files, wanted, new)
            except OSError as error:
                raise StorageUnavailable(f"the state can't be installed: {error.strerror or error}") from error
        return await asyncio.to_thread(ready, content, scope, program, parts, documents)

    try:
        yield prepare
    finally:
        unnamed = kept.given_up([path.name for path in paths.values()])
        for path in paths.values():
            if path.name in unnamed:
                with contextlib.suppress(OSError):
                    files.unlink(path)
        for sha256 in held:
            bodies.unpin(sha256)
