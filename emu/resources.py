"""Which resource a request is about: a queue, tables, a bucket and a key in it. For whoever looks at requests of all
services: faults, and the record of reads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Addressed:
    """names: the queue's, tables' or bucket's; several for a batch or transaction over tables. key: an S3 object's."""

    names: tuple[str, ...] = ()
    key: str | None = None


def _queue(members: Mapping[str, Any]) -> Addressed:
    name = members.get("QueueName") or str(members.get("QueueUrl", "")).rpartition("/")[2]
    return Addressed((name,)) if name else Addressed()


def _tables(members: Mapping[str, Any]) -> Addressed:
    named = [members["TableName"]] if members.get("TableName") else []
    named += members.get("RequestItems") or ()
    for action in members.get("TransactItems") or ():
        named += [part["TableName"] for part in action.values() if part and part.get("TableName")]
    return Addressed(tuple(dict.fromkeys(name.rpartition("/")[2] for name in named)))


def _object(members: Mapping[str, Any]) -> Addressed:
    bucket = members.get("Bucket")
    return Addressed((bucket,) if bucket else (), members.get("Key"))


_READERS: Mapping[str, Callable[[Mapping[str, Any]], Addressed]] = {"sqs": _queue, "dynamodb": _tables, "s3": _object}
_NOTHING = Addressed()


def addressed(service: str, members: Mapping[str, Any]) -> Addressed:
    """What a request's members name."""
    reader = _READERS.get(service)
    return _NOTHING if reader is None else reader(members)
