"""``/kumo/snapshots``: whole states kept by name. docs/snapshots.md describes them for people."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from emu.commit import head_commit
from emu.control.arguments import Refused, answer, body_of, flag, text
from emu.control.endpoints import REFUSED, Endpoint, Parameter
from emu.control.scopes import PROPERTIES, SCOPE, taken_scope
from emu.differences import differences
from emu.lifecycle import Lifecycle
from storage.errors import StorageUnavailable
from storage.replacement import StateRefused
from storage.scope import Scope
from storage.snapshots.errors import BadName, NoSuchSnapshot, OutsideSnapshot, SnapshotError
from storage.snapshots.manifest import Told
from storage.snapshots.shelf import read_manifest

_NAME = Parameter("name", "The snapshot's name.")
_TEXTS = {"type": "array", "items": {"type": "string"}}
_MISSING = {404: "There is no snapshot of that name.", 409: "It isn't what was written, or doesn't fit."}
_FAILED = {400: REFUSED, 503: "The disk failed."}

ENDPOINTS = (
    Endpoint("GET", "/kumo/snapshots", "Lists the snapshots."),
    Endpoint(
        "POST",
        "/kumo/snapshots",
        "Makes a snapshot of the present state, or of a part of it. Requests go on meanwhile.",
        body={
            "type": "object",
            "additionalProperties": False,
            "required": ["name"],
            "properties": {
                "name": {"type": "string", "pattern": "^(?!\\.)[A-Za-z0-9._-]{1,100}$"},
                "purpose": {"type": "string"},
                "exercises": _TEXTS,
                "edge_cases": _TEXTS,
                "commit": {"type": "string", "minLength": 1},
                "replace": {"type": "boolean"},
                **PROPERTIES,
            },
            "dependentRequired": SCOPE["dependentRequired"],
        },
        answers={
            200: "It was there, and is as it was or was replaced.",
            201: "It was made.",
            409: "There is another state under that name.",
            **_FAILED,
        },
    ),
    Endpoint(
        "GET", "/kumo/snapshots/{name}", "Shows a snapshot's manifest.", [_NAME], answers={200: "It.", **_MISSING}
    ),
    Endpoint("DELETE", "/kumo/snapshots/{name}", "Deletes a snapshot.", [_NAME], answers={200: "Done.", **_MISSING}),
    Endpoint(
        "POST",
        "/kumo/snapshots/{name}/verify",
        "Reads every file of a snapshot.",
        [_NAME],
        answers={200: "It is intact.", **_MISSING},
    ),
    Endpoint(
        "POST",
        "/kumo/snapshots/{name}/restore",
        "Makes the present state, or a part of it, that of a snapshot: all or nothing. A snapshot of a part restores"
        " that part.",
        [_NAME],
        body=SCOPE,
        answers={200: "Done, and on the disk.", **_MISSING, **_FAILED},
    ),
    Endpoint(
        "GET",
        "/kumo/snapshots/{name}/diff",
        "What differs from a snapshot to the present state.",
        [_NAME],
        answers={200: "The differences.", **_MISSING},
    ),
)


class Snapshots:
    """The handlers."""

    def __init__(self, lifecycle: Lifecycle) -> None:
        self._lifecycle = lifecycle
        self._shelf = lifecycle.shelf

    def routes(self) -> Sequence[Route]:
        handlers = (self.show_all, self.create, self.show, self.delete, self.verify, self.restore, self.diff)
        return [endpoint.route(guarded(handler)) for endpoint, handler in zip(ENDPOINTS, handlers, strict=True)]

    async def show_all(self, request: Request) -> Response:
        found = await asyncio.to_thread(lambda: list(self._shelf.manifests()))
        shown = [
            {"name": name, "error": str(entry)}
            if isinstance(entry, SnapshotError)
            else {**entry.summary(), "name": name}
            for name, entry in found
        ]
        return answer({"directory": str(self._shelf.folder.absolute()), "snapshots": shown})

    async def create(self, request: Request) -> Response:
        members = await body_of(request)
        told = Told(
            members.take("name", text),
            members.take("purpose", _any_text, None),
            members.take("exercises", _texts, None),
            members.take("edge_cases", _texts, None),
        )
        commit = members.take("commit", text, None)
        replace = members.take("replace", flag, False)
        scope = taken_scope(members)
        members.finish()
        if commit is None:
            commit = await asyncio.to_thread(head_commit)
        created = await self._lifecycle.create(told, commit, scope, replace=replace)
        return answer(created, 201 if created["result"] == "created" else 200)

    async def show(self, request: Request) -> Response:
        def read() -> dict[str, Any]:
            return read_manifest(self._shelf.files, self._shelf.find(_name(request))).document()

        return answer(await asyncio.to_thread(read))

    async def delete(self, request: Request) -> Response:
        return answer(await self._lifecycle.delete(_name(request)))

    async def verify(self, request: Request) -> Response:
        return answer(await self._lifecycle.verify(_name(request)))

    async def restore(self, request: Request) -> Response:
        return answer(await self._lifecycle.restore(_name(request), await scope_of(request)))

    async def diff(self, request: Request) -> Response:
        _, before = await self._lifecycle.content(_name(request))
        async with self._lifecycle.captured() as after:
            found = await asyncio.to_thread(differences, before, after.documents_within(before.scope))
        return answer({"equal": not found, "differences": [difference.document() for difference in found]})


def _name(request: Request) -> str:
    return str(request.path_params["name"])


async def scope_of(request: Request) -> Scope:
    """The part of the state that the body names."""
    members = await body_of(request)
    scope = taken_scope(members)
    members.finish()
    return scope


def guarded(handler: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
    """The handler, with the lifecycle's refusals as answers."""

    async def carried_out(request: Request) -> Response:
        try:
            return await handler(request)
        except StorageUnavailable as error:
            raise Refused(str(error), status=503) from error
        except NoSuchSnapshot as error:
            raise Refused(str(error), error.field, 404) from error
        except (BadName, OutsideSnapshot) as error:
            raise Refused(str(error), error.field, 400) from error
        except SnapshotError as error:
            raise Refused(str(error), error.field, 409) from error
        except StateRefused as error:
            raise Refused(str(error), status=409) from error

    return carried_out


def _any_text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("a text")
    return value


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(entry, str) for entry in value):
        raise ValueError("a list of texts")
    return tuple(value)
