"""What differs between two states: their documents, entity by entity."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import orjson

from services.lines import Path, blocks
from storage.content import Content


class Identity(NamedTuple):
    """What an entity is recognised by. what: ``bucket``, ``object``, ``queue``, ``message``, ``table``, ``item``, … ;
    resource: the bucket, queue or table that it is or belongs to; name: its own."""

    service: str
    account: str
    region: str
    what: str
    resource: str
    name: str


@dataclass(frozen=True, slots=True)
class Difference:
    """old is None for what was added, new for what was removed."""

    change: Literal["added", "removed", "changed"]
    identity: Identity
    old: Any
    new: Any

    def document(self) -> dict[str, Any]:
        shown = {"change": self.change, **self.identity._asdict()}
        if self.change != "added":
            shown["old"] = self.old
        if self.change != "removed":
            shown["new"] = self.new
        return shown


def differences(before: Content, after: Content) -> list[Difference]:
    """From one state to the other: by service, namespace and resource. Documents that are equal are not read."""
    names = sorted(before.documents.keys() | after.documents.keys())
    found: list[Difference] = []
    for name in names:
        old, new = before.documents.get(name), after.documents.get(name)
        if old is not None and new is not None and old.sha256 == new.sha256:
            continue
        found += _between(
            dict(entities(name, old.lines() if old else ())), dict(entities(name, new.lines() if new else ()))
        )
    return found


def _between(old: Mapping[Identity, Any], new: Mapping[Identity, Any]) -> Iterator[Difference]:
    for identity in sorted(old.keys() | new.keys()):
        if identity not in new:
            yield Difference("removed", identity, old[identity], None)
        elif identity not in old:
            yield Difference("added", identity, None, new[identity])
        elif old[identity] != new[identity]:
            yield Difference("changed", identity, old[identity], new[identity])


def entities(document: str, lines: Iterable[bytes]) -> Iterator[tuple[Identity, Any]]:
    """The entities of a document named ``<service>.<account>.<region>``."""
    service, account, region = document.split(".", 2)
    identify = _IDENTIFIERS.get(service, _plain)()
    for block in blocks(lines):
        for key, value in block.entities():
            what, resource, name = identify(block.path, key, value)
            yield Identity(service, account, region, what, resource, name), value


Identify = Callable[[Path, str | None, Any], tuple[str, str, str]]


def _plain() -> Identify:
    def identify(path: Path, key: str | None, value: Any) -> tuple[str, str, str]:
        name = _text(value) if key is None else key
        return key or "entry", "/".join(str(part) for part in path), name

    return identify


def _s3() -> Identify:
    upload = ""

    def identify(path: Path, key: str | None, value: Any) -> tuple[str, str, str]:
        nonlocal upload
        match (*path, key):
            case ("buckets", str(bucket), "settings"):
                return "bucket", bucket, bucket
            case ("buckets", str(bucket), "versions", None):
                version = value["version_id"]
                name = value["key"] if version == "null" else f"{value['key']}?versionId={version}"
                return ("delete marker" if value.get("delete_marker") else "object"), bucket, name
            case ("buckets", str(bucket), "uploads", None, "upload"):
                upload = f"{value['key']}?uploadId={value['upload_id']}"
                return "upload", bucket, upload
            case ("buckets", str(bucket), "uploads", None, "parts", None):
                return "part", bucket, f"{upload}&partNumber={value['number']}"
        return key or "entry", str(path[1]) if len(path) > 1 else "", key or _text(value)

    return identify


def _sqs() -> Identify:
    members = {
        "messages": ("message", ("MessageID",)),
        "deduplication": ("deduplication", ("GroupID", "DeduplicationID")),
        "attempts": ("attempt", ("AttemptID",)),
    }

    def identify(path: Path, key: str | None, value: Any) -> tuple[str, str, str]:
        queue = str(path[1]).rpartition("/")[2] if len(path) > 1 else ""
        if len(path) > 2 and path[2] in members:
            what, names = members[path[2]]
            return what, queue, "/".join(str(value[name]) for name in names)
        return ("queue" if key == "queue" else key or "entry"), queue, queue

    return identify


def _dynamodb() -> Identify:
    keys: list[str] = []

    def identify(path: Path, key: str | None, value: Any) -> tuple[str, str, str]:
        nonlocal keys
        match (*path, key):
            case ("tables", str(table), "settings"):
                keys = [element["AttributeName"] for element in value["KeySchema"]]
                return "table", table, table
            case ("tables", str(table), "items", None):
                return "item", table, _text({name: value[name] for name in keys})
            case ("tokens", str(token)):
                return "token", "", token
        return key or "entry", "", key or _text(value)

    return identify


_IDENTIFIERS: Mapping[str, Callable[[], Identify]] = {"s3": _s3, "sqs": _sqs, "dynamodb": _dynamodb}


def _text(value: Any) -> str:
    return orjson.dumps(value).decode()
