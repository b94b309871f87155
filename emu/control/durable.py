"""``GET /kumo/durable``: answers when a record is on disk."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from emu.control.arguments import Refused, answer, digits, parameters_of
from emu.control.endpoints import COUNT_MAX, REFUSED, Endpoint, Parameter, count
from emu.disconnection import unless_disconnected
from emu.world import World
from storage.errors import StorageUnavailable

ENDPOINT = Endpoint(
    "GET",
    "/kumo/durable",
    "Answers when a record and all before it are on disk.",
    parameters=(Parameter("lsn", "The record's number, as x-emu-lsn says it; without it, the last one's.", count()),),
    answers={200: "They are.", 400: REFUSED, 503: "The disk failed."},
)


class Durable:
    """The handler."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def __call__(self, request: Request) -> Response:
        store = self._world.store
        parameters = parameters_of(request)
        lsn = parameters.take("lsn", digits(0, COUNT_MAX), store.lsn)
        parameters.finish()
        if lsn > store.lsn:
            raise Refused(f"lsn is {lsn}, but the last record so far is {store.lsn}.", "lsn")
        try:
            await unless_disconnected(store.durable(lsn), request.receive)
        except StorageUnavailable as error:
            raise Refused(f"The record may be lost: {error}", status=503) from None
        return answer({"lsn": lsn, "durable": True})
