"""``emu.json``: the only pointer. What it doesn't name doesn't count; replacing it is how anything is published."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from zlib import crc32

import orjson

from storage.directory import Layout
from storage.errors import Damaged, NewerFormat
from storage.files import Files
from storage.journal.records import Mark

FORMAT = 1

Durability = Literal["fsync", "os"]
"""When a durable store answers: when a record is on the disk, or when the operating system has it."""
Namespaces = Literal["aws", "single"]
BodyForm = Literal["bodyRef", "inline"]


@dataclass(frozen=True, slots=True)
class Home:
    """A directory's own namespace, written down when it is made, and how calls for others are taken."""

    account: str = "000000000000"
    region: str = "us-east-1"
    namespaces: Namespaces = "aws"


@dataclass(frozen=True, slots=True)
class DocumentFile:
    """A document of the base: its file below ``emu/documents``, and what must be in it."""

    file: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Rest:
    """The rest form as we left it: the lsn it shows and the SHA-256 of each document. ``coming`` are those that are
    being put in their place; a crash may leave any mixture of both."""

    lsn: int = 0
    documents: Mapping[str, str] = field(default_factory=dict)
    coming: Mapping[str, str] = field(default_factory=dict)

    def left_by_us(self, file: str, sha256: str) -> bool:
        return sha256 in (self.documents.get(file), self.coming.get(file))


@dataclass(frozen=True, slots=True)
class Pointer:
    """The content of ``emu.json``.

    state: ``rest`` after a clean stop (the rest form shows everything), else ``live``.
    base: the mark of the last record that the base's documents contain. ids: the identifier source's position there.
    documents: by ``<service>.<account>.<region>``. bodies: how the rest form holds bodies.
    durability: that of the process that has it open, or had: after ``os``, what is read may not be on the disk yet.
    seeded: whether the directory keeps a seed, so that its loss isn't taken for an empty one.
    """

    home: Home
    state: Literal["live", "rest"]
    base: Mark
    ids: int = 0
    documents: Mapping[str, DocumentFile] = field(default_factory=dict)
    rest: Rest = Rest()
    bodies: BodyForm = "bodyRef"
    durability: Durability = "fsync"
    seeded: bool = False


def write_pointer(files: Files, layout: Layout, pointer: Pointer) -> None:
    """Publishes: after it a crash finds this pointer, before it the old one."""
    files.replace(layout.pointer, encode(pointer))


def read_pointer(files: Files, layout: Layout) -> Pointer | None:
    """The pointer; None where there is none. Raises Damaged or NewerFormat."""
    if not files.exists(layout.pointer):
        return None
    try:
        return decode(files.read(layout.pointer))
    except NewerFormat as error:
        raise NewerFormat(f"{layout.pointer}: {error}") from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Damaged(layout.pointer, f"not what emu wrote ({error})") from error


def encode(pointer: Pointer) -> bytes:
    value: dict[str, Any] = {
        "format": FORMAT,
        "home": {
            "account": pointer.home.account,
            "region": pointer.home.region,
            "namespaces": pointer.home.namespaces,
        },
        "state": pointer.state,
        "durability": pointer.durability,
        "base": {
            "lsn": pointer.base.lsn,
            "ids": pointer.ids,
            "documents": {
                name: {"file": document.file, "sha256": document.sha256, "size": document.size}
                for name, document in sorted(pointer.documents.items())
            },
        },
        "last": {"lsn": pointer.base.lsn, "checksum": f"{pointer.base.checksum:08x}"},
        "rest": {
            "lsn": pointer.rest.lsn,
            "bodies": pointer.bodies,
            "documents": dict(sorted(pointer.rest.documents.items())),
            "coming": dict(sorted(pointer.rest.coming.items())),
        },
    }
    if pointer.seeded:
        value["seeded"] = True
    value["crc"] = _checksum(value)
    return orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def decode(data: bytes) -> Pointer:
    value = orjson.loads(data)
    if value["format"] > FORMAT:
        raise NewerFormat(f"the directory has format {value['format']} and this emu knows {FORMAT}; use a newer emu.")
    if value.pop("crc") != _checksum(value):
        raise ValueError("its checksum doesn't match")
    base, rest, home = value["base"], value["rest"], value["home"]
    return Pointer(
        home=Home(home["account"], home["region"], home["namespaces"]),
        state=value["state"],
        base=Mark(base["lsn"], int(value["last"]["checksum"], 16)),
        ids=base["ids"],
        documents={name: DocumentFile(**document) for name, document in base["documents"].items()},
        rest=Rest(rest["lsn"], rest["documents"], rest["coming"]),
        bodies=rest["bodies"],
        durability=value["durability"],
        seeded=value.get("seeded", False),
    )


def _checksum(value: Mapping[str, Any]) -> str:
    return f"{crc32(orjson.dumps(value)):08x}"
