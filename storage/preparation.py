"""Making another state ready to take the place of the present one in a data directory.

Everything that can fail or take time happens here, beside the requests: machines are built aside, documents and bodies
installed and synced. What is left is one record (:meth:`storage.durable.DurableStore.replace`).
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from storage.blobs import DurableBodies
from storage.content import Content, Program
from storage.directory import Layout
from storage.errors import DirectoryRefused, StorageUnavailable
from storage.files import Files
from storage.installation import install_bodies, new_document_files, write_documents
from storage.kept import Kept
from storage.machine import Machine
from storage.pointer import DocumentFile
from storage.replacement import Parts, StateRefused, build_parts
from storage.scope import Scope


@dataclass(frozen=True, slots=True)
class Prepared:
    """A state that is ready. content: None for an empty one. documents: as they are installed."""

    content: Content | None
    scope: Scope
    program: Program
    parts: Parts
    documents: Mapping[str, DocumentFile]

    def parts_beside(self, machines: Mapping[str, Machine]) -> Parts:
        """The parts for now: with the live machines' namespaces outside the scope. Raises StateRefused."""
        if self.scope.account is None:
            return self.parts
        lines = self.content.lines(self.scope) if self.content else {}
        return build_parts(lines, self.program.new_machines, self.scope, beside=machines)


def built(content: Content | None, scope: Scope, program: Program) -> Parts:
    """The parts of a content, its bodies all at hand. Raises StateRefused; in any thread."""
    try:
        parts = build_parts(content.lines(scope) if content else {}, program.new_machines, scope)
    except DirectoryRefused as error:
        raise StateRefused(str(error)) from error
    for part in parts.values():
        for sha256 in part.counts:
            if content is None or sha256 not in content.bodies:
                raise StateRefused(f"the body {sha256} is missing")
    return parts


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
        return Prepared(content, scope, program, parts, documents)

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
