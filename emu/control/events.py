"""``GET /kumo/events``: what happened, as JSON lines; on request also what happens from now on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from emu.control.arguments import digits, flag, one_of, parameters_of, text
from emu.control.endpoints import COUNT_MAX, REFUSED, TEXT, Endpoint, Parameter, Schema, count
from emu.history.selection import KINDS, Selection
from emu.world import World

MEDIA_TYPE = "application/x-ndjson"
_FILTERS = {
    "what": f"Kind of event: {', '.join(KINDS)}.",
    "service": "Service.",
    "operation": "AWS's name of the operation.",
    "resource": "Queue, table or bucket that the event names.",
    "request_id": "Request.",
    "message": "Message id.",
}


def _schema(name: str) -> Schema:
    return {"enum": list(KINDS)} if name == "what" else TEXT


ENDPOINT = Endpoint(
    "GET",
    "/kumo/events",
    "What happened, oldest first, as JSON lines.",
    parameters=(
        Parameter("since", "Only what came behind the record with this lsn.", count()),
        Parameter("after", "Only events with a greater number.", count()),
        Parameter("follow", "Goes on with what happens, until the client hangs up.", {"enum": ["true", "false"]}),
        *(Parameter(name, summary, _schema(name)) for name, summary in _FILTERS.items()),
    ),
    answers={200: "One JSON object a line.", 400: REFUSED},
    media_type=MEDIA_TYPE,
)


class Events:
    """The handler."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def __call__(self, request: Request) -> Response:
        parameters, events = parameters_of(request), self._world.events
        after = parameters.take("after", digits(0, COUNT_MAX), 0)
        since = parameters.take("since", digits(0, COUNT_MAX), None)
        follow = parameters.take("follow", flag, False)
        selection = Selection(
            **{name: parameters.take(name, one_of(*KINDS) if name == "what" else text, None) for name in _FILTERS}
        )
        parameters.finish()
        if since is not None:
            after = max(after, events.number_of(since))
        if follow and request.method != "HEAD":
            return StreamingResponse(self._follow(after, selection), media_type=MEDIA_TYPE)
        return Response(_lines(selection.documents(events.after(after))), media_type=MEDIA_TYPE)

    async def _follow(self, after: int, selection: Selection) -> AsyncIterator[bytes]:
        async for entries in self._world.events.follow(after):
            documents = selection.documents(entries)
            if documents:
                yield _lines(documents)


def _lines(documents: list[dict[str, Any]]) -> bytes:
    return b"".join(orjson.dumps(document, option=orjson.OPT_APPEND_NEWLINE) for document in documents)
