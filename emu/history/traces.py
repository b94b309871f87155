"""What is remembered of a change: which resource it was made to, and just enough to describe it later.

A trace is ``(kind, account, region, resource, *details)``, made right after the change was applied. The details depend
on the kind: an S3 change has key, version id and upload id; SQS's are below; DynamoDB's has the item's or key's JSON.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson

from services.machine import Change

Trace = tuple[Any, ...]
States = Mapping[str, Any]

_ITEM_BYTES_MAX = 65_536
"""A larger item isn't remembered, only that it was put."""


def traces(states: States, changes: Sequence[Change]) -> tuple[Trace, ...]:
    """The traces of a record that has just been applied."""
    if len(changes) == 1:
        change = changes[0]
        return (_TRACERS.get(change[0], _plain)(states, *change),)
    return tuple([_TRACERS.get(change[0], _plain)(states, *change) for change in changes])


def weight(traced: tuple[Trace, ...]) -> int:
    """Bytes that traces keep alive beside their own few."""
    heavy = 0
    for trace in traced:
        if trace[0] in _WITH_JSON:
            heavy += len(trace[4])
    return heavy


def _plain(states: States, kind: str, account: str, region: str, value: Any) -> Trace:
    for member in ("bucket", "queue", "Table", "TableName", "name"):
        if member in value:
            return kind, account, region, value[member]
    return kind, account, region, None


def _object(member: str) -> Callable[[States, str, str, str, Any], Trace]:
    def trace(states: States, kind: str, account: str, region: str, value: Any) -> Trace:
        entity = value[member]
        return (
            kind, account, region, value["bucket"], entity["key"], entity.get("version_id"),
            value.get("upload_id") or entity.get("upload_id"),
        )  # fmt: skip

    return trace


def _key(states: States, kind: str, account: str, region: str, value: Any) -> Trace:
    return kind, account, region, value["bucket"], value["key"], value.get("version_id"), value.get("upload_id")


def _send(states: States, kind: str, account: str, region: str, value: Any) -> Trace:
    """Details: the message ids, and the sequence that the queue has given last."""
    queue = states["sqs"].find(account, region, value["queue"])
    ids = tuple([message["id"] for message in value["messages"]])
    return kind, account, region, value["queue"], ids, queue.counter


def _receive(states: States, kind: str, account: str, region: str, value: Any) -> Trace:
    """Details: sequences and message ids."""
    queue = states["sqs"].find(account, region, value["queue"])
    sequences = tuple([row[0] for row in value["messages"]])
    ids = tuple([queue.messages[sequence].content.message_id for sequence in sequences])
    return kind, account, region, value["queue"], sequences, ids


def _sequences(states: States, kind: str, account: str, region: str, value: Any) -> Trace:
    """Details: sequences."""
    messages = value["messages"]
    sequences = tuple([row if isinstance(row, int) else row[0] for row in messages])
    return kind, account, region, value["queue"], sequences


def _move(states: States, kind: str, account: str, region: str, value: Any) -> Trace:
    """Details: sequences, the other queue, and the sequence that it has given last."""
    sequences = tuple([row[0] for row in value["messages"]])
    target = states["sqs"].find(account, region, value["target"])
    return kind, account, region, value["queue"], sequences, value["target"], target.counter


def _put_item(states: States, kind: str, account: str, region: str, value: Any) -> Trace:
    item = value["Item"]
    data = item if isinstance(item, bytes) else orjson.dumps(item)
    return kind, account, region, value["Table"], data if len(data) <= _ITEM_BYTES_MAX else b""


def _delete_item(states: States, kind: str, account: str, region: str, value: Any) -> Trace:
    return kind, account, region, value["Table"], orjson.dumps(value["Key"])


_Tracer = Callable[[States, str, str, str, Any], Trace]
_TRACERS: Mapping[str, _Tracer] = {
    "s3.put_object": _object("object"),
    "s3.complete_upload": _object("object"),
    "s3.put_delete_marker": _object("marker"),
    "s3.create_upload": _object("upload"),
    "s3.delete_version": _key,
    "s3.put_part": _key,
    "s3.abort_upload": _key,
    "sqs.send": _send,
    "sqs.receive": _receive,
    "sqs.change_visibility": _sequences,
    "sqs.delete": _sequences,
    "sqs.expire": _sequences,
    "sqs.move": _move,
    "dynamodb.put_item": _put_item,
    "dynamodb.delete_item": _delete_item,
}
_WITH_JSON = frozenset({"dynamodb.put_item", "dynamodb.delete_item"})


# Describing


def described(states: States, trace: Trace) -> dict[str, Any]:
    """A trace as it is shown, apart from its messages."""
    kind, account, region, resource = trace[:4]
    shown: dict[str, Any] = {"kind": kind}
    if resource is not None:
        shown["resource"] = resource
    if kind in _WITH_JSON:
        key = _item_key(states, account, region, resource, trace[4])
        if key:
            shown["key"] = key
    elif kind.startswith("s3.") and len(trace) > 4:
        names = ("key", "version_id", "upload_id")
        shown |= {name: value for name, value in zip(names, trace[4:], strict=True) if value is not None}
    elif kind == "sqs.move":
        shown["target"] = trace[5]
    return shown


def _item_key(states: States, account: str, region: str, name: str, data: bytes) -> Any:
    """The key of an item that was put or deleted; None where the table is gone or another one by now."""
    table = states["dynamodb"].table(account, region, name)
    if table is None or not data:
        return None
    item = orjson.loads(data)
    schema = table.definition.schema
    return schema.pick(item) if all(attribute in item for attribute in schema.names) else None
