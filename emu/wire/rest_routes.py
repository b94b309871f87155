"""Which operation a REST request names: derived from the model's methods and URIs.

A route is a method, a level (service, bucket, object) and the keys that the model's URI fixes in the query string
(``?uploads``, ``?list-type=2``). Operations that share all of it (PutObject, CopyObject, UploadPart, UploadPartCopy)
differ in the query keys and headers that they require: the one with the most that are there wins. Keys that no route
knows say nothing, as on AWS.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from emu.wire.errors import FORM_EXPECTED, INVALID_ARGUMENT, METHOD_NOT_ALLOWED
from emu.wire.model import EMPTY, Model, OperationModel

_LEVELS = {"/": "SERVICE", "/{Bucket}": "BUCKET", "/{Bucket}/{Key+}": "OBJECT"}

POST_OBJECT = "PostObject"
"""A form upload, which no model holds:
https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html"""

OPTIONS_OBJECT = "OptionsObject"
"""A CORS preflight, which no model holds:
https://docs.aws.amazon.com/AmazonS3/latest/API/RESTOPTIONSobject.html"""


def split_path(raw_path: str) -> tuple[str, str]:
    """Bucket and key of a path, as they were sent: the key is all that follows the bucket's slash."""
    bucket, _, key = raw_path[1:].partition("/")
    return bucket, key


@dataclass(slots=True)
class _Candidate:
    """One operation of a group, with what it requires."""

    name: str
    query: frozenset[str]
    headers: frozenset[str]

    @property
    def weight(self) -> int:
        return len(self.query) + len(self.headers)

    def fits(self, query: Mapping[str, str], headers: Mapping[str, str]) -> bool:
        return self.query <= query.keys() and self.headers <= headers.keys()


@dataclass(slots=True)
class _Group:
    """Operations that share method, level and fixed query keys; those that require most come first."""

    fixed: dict[str, str]
    candidates: list[_Candidate] = field(default_factory=list)

    def add(self, candidate: _Candidate) -> None:
        self.candidates.append(candidate)
        self.candidates.sort(key=lambda each: -each.weight)

    def matches(self, query: Mapping[str, str]) -> bool:
        return all(key in query and value in ("", query[key]) for key, value in self.fixed.items())

    def choose(self, query: Mapping[str, str], headers: Mapping[str, str]) -> str | None:
        for candidate in self.candidates:
            if candidate.fits(query, headers):
                return candidate.name
        # The fixed keys alone name the operation; what else it requires is missed by the operation itself.
        return self.candidates[-1].name if self.fixed else None


class Routes:
    """All routes of a model. Their order is the model's, deprecated operations last."""

    def __init__(self, model: Model) -> None:
        self._plain: dict[tuple[str, str], _Group] = {}
        self._fixed: dict[tuple[str, str], dict[str, list[_Group]]] = {}
        self._literal: dict[tuple[str, str], _Candidate] = {}
        for operation in sorted(model.operations.values(), key=lambda each: each.deprecated):
            self._add(operation, model)

    def _add(self, operation: OperationModel, model: Model) -> None:
        path, _, query = operation.uri.partition("?")
        candidate = _candidate(operation, model)
        level = _LEVELS.get(path)
        if level is None:
            self._literal[operation.method, path] = candidate
            return
        fixed = dict(pair.partition("=")[::2] for pair in query.split("&")) if query else {}
        key = (operation.method, level)
        if not fixed:
            self._plain.setdefault(key, _Group({})).add(candidate)
            return
        groups = self._fixed.setdefault(key, {}).setdefault(next(iter(fixed)), [])
        group = next((group for group in groups if group.fixed == fixed), None)
        if group is None:
            group = _Group(fixed)
            groups.append(group)
            groups.sort(key=lambda each: -len(each.fixed))
        group.add(candidate)

    def find(self, method: str, raw_path: str, query: Mapping[str, str], headers: Mapping[str, str]) -> str:
        """The operation's name. Raises MethodNotAllowed, InvalidArgument for a part that is of no upload, and
        PreconditionFailed for a POST that only a form may be."""
        bucket, key = split_path(raw_path)
        level = "OBJECT" if key else "BUCKET" if bucket else "SERVICE"
        if query:
            known = self._fixed.get((method, level), {})
            for name in query:
                for group in known.get(name, ()):
                    if group.matches(query):
                        chosen = group.choose(query, headers)
                        if chosen is not None:
                            return chosen
            if method == "PUT" and level == "OBJECT":
                _check_part(query)
        literal = self._literal.get((method, raw_path))
        if literal is not None and literal.fits(query, headers):
            return literal.name
        plain = self._plain.get((method, level))
        chosen = plain.choose(query, headers) if plain else None
        return chosen or _unmodelled(method, level, headers)


def _candidate(operation: OperationModel, model: Model) -> _Candidate:
    shape = model.shapes[operation.input] if operation.input else EMPTY
    members = [(shape.members[name], name) for name in shape.required]
    return _Candidate(
        name=operation.name,
        query=frozenset(m.wire_name or name for m, name in members if m.location == "querystring"),
        headers=frozenset((m.wire_name or name).lower() for m, name in members if m.location == "header"),
    )


def _check_part(query: Mapping[str, str]) -> None:
    """Half of what names a part must not make an object. Observed: no page says what S3 answers."""
    if "uploadId" in query and "partNumber" not in query:
        raise METHOD_NOT_ALLOWED(method="PUT", resource="UPLOAD", headers={"allow": "DELETE, POST, GET"})
    if "partNumber" in query and "uploadId" not in query:
        raise INVALID_ARGUMENT(
            text="This operation does not accept partNumber without uploadId", name="partNumber", value="partNumber"
        )


def _unmodelled(method: str, level: str, headers: Mapping[str, str]) -> str:
    if method == "OPTIONS":
        return OPTIONS_OBJECT
    if method == "POST" and level == "BUCKET":
        if headers.get("content-type", "").lower().startswith("multipart/form-data"):
            return POST_OBJECT
        raise FORM_EXPECTED(condition="Bucket POST must be of the enclosure-type multipart/form-data")
    raise METHOD_NOT_ALLOWED(method=method, resource=level)
