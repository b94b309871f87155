"""AWS's published model of a service, read as data from botocore's files.

botocore itself is never imported: its folder is found, the newest API version's ``service-2.json`` is read once, and
only what the codecs need is kept (no documentation, enumerations or constraints: services have their own messages).
The file's format: https://smithy.io/2.0/aws/aws-core.html describes the traits that it flattens into members.
"""

from __future__ import annotations

import gzip
import importlib.util
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from sys import intern
from typing import Any, ParamSpec, TypeVar

import orjson

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Member:
    """A structure's member, a list's element, a map's key or value.

    shape: its shape's name. wire_name: its name on the wire where that isn't the member's own.
    location: ``header``, ``headers`` (a prefix), ``querystring``, ``uri``, or None for the body.
    """

    shape: str
    wire_name: str | None = None
    location: str | None = None
    flattened: bool = False
    attribute: bool = False
    streaming: bool = False
    namespace: str | None = None


@dataclass(frozen=True, slots=True)
class Shape:
    """members of a structure; ``key`` and ``value`` of a map; ``value`` alone of a list.

    payload: the structure's member that is the whole body. prefix: an XML namespace's prefix and address, which its
    attributes use.
    """

    name: str
    type: str
    members: Mapping[str, Member]
    required: tuple[str, ...] = ()
    key: Member | None = None
    value: Member | None = None
    payload: str | None = None
    wire_name: str | None = None
    flattened: bool = False
    timestamp_format: str | None = None
    exception: bool = False
    query_code: str | None = None
    prefix: tuple[str, str] | None = None

    @property
    def element(self) -> Member:
        """A list's element, a map's value."""
        assert self.value is not None, f"{self.name} holds no elements"
        return self.value


@dataclass(frozen=True, slots=True)
class OperationModel:
    """input, output: shape names; None for nothing. status: of success. checksum_member: the input's member that names
    the algorithm of the request's checksum."""

    name: str
    method: str
    uri: str
    status: int
    input: str | None
    output: str | None
    input_name: str | None
    output_wrapper: str | None
    deprecated: bool
    checksum_member: str | None


@dataclass(frozen=True, slots=True)
class Model:
    """metadata is AWS's own: protocol, endpointPrefix, targetPrefix, apiVersion, xmlNamespace …"""

    metadata: Mapping[str, Any]
    operations: Mapping[str, OperationModel]
    shapes: Mapping[str, Shape]


EMPTY = Shape(name="", type="structure", members={})
"""What an operation without input or output takes or gives."""


def _member(source: Mapping[str, Any]) -> Member:
    name = source.get("locationName")
    return Member(
        shape=intern(source["shape"]),
        wire_name=None if name is None else intern(name),
        location=source.get("location"),
        flattened=source.get("flattened", False),
        attribute=source.get("xmlAttribute", False),
        streaming=source.get("streaming", False),
        namespace=source.get("xmlNamespace", {}).get("uri"),
    )


def _shape(name: str, source: Mapping[str, Any]) -> Shape:
    value = source.get("member") or source.get("value")
    namespace = source.get("xmlNamespace", {})
    return Shape(
        name=intern(name),
        type=intern(source["type"]),
        members={intern(key): _member(member) for key, member in source.get("members", {}).items()},
        required=tuple(source.get("required", ())),
        key=_member(source["key"]) if "key" in source else None,
        value=_member(value) if value else None,
        payload=source.get("payload"),
        wire_name=source.get("locationName"),
        flattened=source.get("flattened", False),
        timestamp_format=source.get("timestampFormat"),
        exception=source.get("exception", False),
        query_code=source.get("error", {}).get("code"),
        prefix=(namespace["prefix"], namespace["uri"]) if "prefix" in namespace else None,
    )


def _operation(name: str, source: Mapping[str, Any]) -> OperationModel:
    http = source.get("http", {})
    given, returned = source.get("input", {}), source.get("output", {})
    return OperationModel(
        name=intern(name),
        method=http.get("method", "POST"),
        uri=http.get("requestUri", "/"),
        status=http.get("responseCode", 200),
        input=given.get("shape"),
        output=returned.get("shape"),
        input_name=given.get("locationName"),
        output_wrapper=returned.get("resultWrapper"),
        deprecated=source.get("deprecated", False),
        checksum_member=source.get("httpChecksum", {}).get("requestAlgorithmMember"),
    )


def _read(service: str) -> Any:
    spec = importlib.util.find_spec("botocore")
    for location in (spec.submodule_search_locations or ()) if spec else ():
        for version in sorted((Path(location) / "data" / service).glob("*/"), reverse=True):
            plain, packed = version / "service-2.json", version / "service-2.json.gz"
            if plain.exists():
                return orjson.loads(plain.read_bytes())
            if packed.exists():
                return orjson.loads(gzip.decompress(packed.read_bytes()))
    raise LookupError(f"botocore has no model of the service {service!r}")


@cache
def load(service: str) -> Model:
    """The newest model of a service, by botocore's name for it. Raises LookupError where there is none."""
    source = _read(service)
    return Model(
        metadata=source["metadata"],
        operations={intern(name): _operation(name, value) for name, value in source["operations"].items()},
        shapes={intern(name): _shape(name, value) for name, value in source["shapes"].items()},
    )


def error_statuses(service: str, operation: str | None) -> Mapping[str, int]:
    """The errors that the model lists for an operation, or for any of the service's: HTTP status by code (in JSON
    protocols the shape's name). Reads the file anew: nothing needs this often."""
    source = _read(service)
    operations = source["operations"].values() if operation is None else (source["operations"][operation],)
    names = {entry["shape"] for each in operations for entry in each.get("errors", ())}
    json = source["metadata"]["protocol"] == "json"
    statuses = {}
    for name in sorted(names):
        error = source["shapes"][name].get("error", {})
        statuses[name if json else error.get("code", name)] = error.get("httpStatusCode", 400)
    return statuses


def late_bound(table: Mapping[str, Callable[P, R]], name: str) -> Callable[P, R]:
    """Calls what the table will hold under ``name``: what a shape that holds itself finds while it is compiled."""

    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        return table[name](*args, **kwargs)

    return call
