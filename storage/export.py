"""Writing a state as Kumo's documents and bodies, for a Kumo of either age."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from storage.bodies.references import References
from storage.content import BodySource, Content, Program, check_bodies, read_body
from storage.directory import refusal
from storage.errors import DirectoryRefused
from storage.files import Files
from storage.machine import Machine
from storage.pointer import BodyForm
from storage.rest import RestForm, write_rest


@dataclass(frozen=True, slots=True)
class Exported:
    """documents: the files written. bodies: how many files of bodies. reports: a sentence for each thing that Kumo's
    schema can't hold, and for each namespace beside the home."""

    documents: Sequence[str]
    bodies: int
    reports: Sequence[str]


def export(files: Files, content: Content, target: Path, form: BodyForm, program: Program) -> Exported:
    """Writes the home namespace of a content into a folder that is empty or not there; nothing is left there if that
    fails. Raises DirectoryRefused."""
    there = files.is_directory(target)
    if not there and files.exists(target):
        raise DirectoryRefused(f"{target} is not a folder; name one that is empty, or that isn't there.")
    if there and files.names(target):
        raise DirectoryRefused(f"{target} is not empty; name a folder that is, or one that isn't there.")
    machines = _filled(content, program)
    check_bodies(files, content)

    def body(sha256: str) -> bytes:
        return read_body(files, content.bodies[sha256])

    try:
        files.make_folders(target)
        rest = write_rest(files, target, machines, program.rest_names, content.home, form, body)
        if rest.bodies:
            files.make_folders(target / "s3-objects")
        for sha256 in sorted(rest.bodies):
            _put(files, content.bodies[sha256], target / "s3-objects" / sha256)
        files.sync_file_system(target)
    except OSError as error:
        _clear(files, target, keep=there)
        raise refusal(target, error, "export to") from error
    return Exported(sorted(rest.documents), len(rest.bodies), [*rest.reports, *_left_out(content, machines, rest)])


def _clear(files: Files, target: Path, *, keep: bool) -> None:
    """Takes back what was written. keep: the folder itself was there before, and empty."""
    with contextlib.suppress(OSError):
        for name in files.names(target):
            if files.is_directory(target / name):
                files.remove_tree(target / name)
            else:
                files.unlink(target / name)
        if not keep:
            files.rmdir(target)


def _filled(content: Content, program: Program) -> dict[str, Machine]:
    machines = dict(program.new_machines(References()))
    for name, document in content.documents.items():
        service, account, region = name.split(".", 2)
        machines[service].load(account, region, document.lines())
    for machine in machines.values():
        machine.loaded()
    return machines


def _put(files: Files, source: BodySource, path: Path) -> None:
    if isinstance(source, Path):
        files.copy(source, path, durable=False)
    else:
        files.write_new(path, source, durable=False)


def _left_out(content: Content, machines: dict[str, Machine], rest: RestForm) -> list[str]:
    """Kumo knows one account and Region: the others' resources have no place in its documents."""
    home = (content.home.account, content.home.region)
    return [
        f"{name}: Kumo has one account and Region; what belongs to account {account} in {region} is left out"
        for name, machine in machines.items()
        if f"{name}.json" in rest.documents
        for account, region in sorted(machine.namespaces())
        if (account, region) != home
    ]
