"""What AWS's published models leave out about how a service speaks. Data only: the wire layer reads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

INTERLEAVED = "(interleaved)"
"""An answer's member that no model has: elements of several flattened lists in the order in which the document shows
them, as runs ``[(member, elements), …]``. A list's elements may stand in any number of runs."""


@dataclass(frozen=True, slots=True)
class QueryNames:
    """The Query protocol's names, for a service whose model holds only its JSON form.

    namespace: the XML namespace of answers.
    lists: list shape → the name of an element, flattened: ``AttributeName.1``.
    maps: map shape → the names of an entry, its key and its value, flattened: ``Attribute.1.Name``.
    resource_member: the member that a request may leave to its URL's path (a queue's own URL).
    """

    namespace: str
    lists: Mapping[str, str]
    maps: Mapping[str, tuple[str, str, str]]
    resource_member: str | None = None


@dataclass(frozen=True, slots=True)
class XmlNames:
    """Document elements of rest-xml answers.

    namespace: of every document element.
    roots: operation → its answer's document element, where the model doesn't name it.
    unwrapped: operations whose answer is one member, which is itself the document element.
    """

    namespace: str = ""
    roots: Mapping[str, str] = field(default_factory=dict)
    unwrapped: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Traits:
    """All of it for one service.

    raw_shapes: shapes that pass through as they are, both ways, and with them every list and map made of nothing else:
        a request has the parsed JSON, an answer the value or ``bytes``, which are JSON that is already encoded.
    crc32: whether answers carry ``x-amz-crc32``.
    """

    raw_shapes: frozenset[str] = frozenset()
    crc32: bool = False
    query: QueryNames | None = None
    xml: XmlNames = XmlNames()
