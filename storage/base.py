"""The base: for every machine and namespace one immutable document, from which a start begins."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from pathlib import Path

from storage.documents import hash_file, read_document, write_document
from storage.errors import Damaged, DirectoryRefused
from storage.files import Files
from storage.machine import Machine
from storage.pointer import DocumentFile


def document_name(machine: str, account: str, region: str) -> str:
    return f"{machine}.{account}.{region}"


def write_base(
    files: Files,
    folder: Path,
    machines: Mapping[str, Machine],
    lsn: int,
    previous: Mapping[str, DocumentFile],
    changed: Container[str],
    check_in: Callable[[], None] = lambda: None,
) -> dict[str, DocumentFile]:
    """The documents of a base at ``lsn``, new ones as synced files in ``folder``. A machine that isn't ``changed``,
    and a document that comes out as it was, keep the file they have in ``previous``."""
    documents: dict[str, DocumentFile] = {}
    for name, machine in machines.items():
        if name not in changed:
            documents |= {key: kept for key, kept in previous.items() if key.split(".", 1)[0] == name}
            continue
        for account, region in sorted(machine.namespaces()):
            key = document_name(name, account, region)
            path = _free_path(files, folder, f"{key}-{lsn}", previous.get(key))
            written = write_document(files, path, machine.dump(account, region), check_in)
            kept = previous.get(key)
            if kept is not None and (kept.sha256, kept.size) == (written.sha256, written.size):
                files.unlink(path)
                written = kept
            documents[key] = written
    return documents


def _free_path(files: Files, folder: Path, stem: str, previous: DocumentFile | None) -> Path:
    """A name that neither a file there nor the document's present one has: files are never overwritten."""
    taken = previous.file if previous else ""
    path = folder / f"{stem}.json"
    number = 1
    while path.name == taken or files.exists(path):
        number += 1
        path = folder / f"{stem}-{number}.json"
    return path


def load_base(
    files: Files, folder: Path, documents: Mapping[str, DocumentFile], machines: Mapping[str, Machine]
) -> None:
    """Fills empty machines from a base. Raises Damaged for a document that isn't what was written."""
    for key, document in documents.items():
        name, account, region = key.split(".", 2)
        if name not in machines:
            raise DirectoryRefused(
                f"{folder / document.file} belongs to the service {name!r}, which this emu doesn't have; "
                "use a newer emu."
            )
        path = folder / document.file
        try:
            machines[name].load(account, region, read_document(files, folder, document))
        except (DirectoryRefused, OSError):
            raise
        except Exception as error:
            # Damaged lines may break whatever reads them, in any way.
            if hash_file(files, path) != document.sha256:
                raise Damaged(path, "its content isn't what was written") from error
            raise DirectoryRefused(f"{path} can't be read by this emu: {error!r}.") from error
    for machine in machines.values():
        machine.loaded()
