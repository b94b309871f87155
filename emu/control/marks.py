"""``POST /kumo/events``: adds the caller's own mark to what happened, between the commits before and behind it."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from emu.control.arguments import Refused, answer, body_of, mapping, text
from emu.control.endpoints import REFUSED, TEXT, Endpoint
from emu.world import World

NAME_LENGTH_MAX = 1000
_OWN = frozenset({"number", "time_ms", "what", "name", "lsn", "changes", "cause", "resources"})
"""Members that have a meaning in every entry or in those of commits and reads; filters rely on it."""

ENDPOINT = Endpoint(
    "POST",
    "/kumo/events",
    "Adds a mark of the caller's own.",
    body={
        "type": "object",
        "required": ["name"],
        "additionalProperties": False,
        "properties": {
            "name": {**TEXT, "maxLength": NAME_LENGTH_MAX},
            "fields": {"type": "object", "propertyNames": {"not": {"enum": sorted(_OWN)}}},
        },
    },
    answers={201: "The entry.", 400: REFUSED},
)


class Marks:
    """The handler."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def __call__(self, request: Request) -> Response:
        members = await body_of(request)
        name = members.take("name", text)
        fields = members.take("fields", mapping, {})
        members.finish()
        if len(name) > NAME_LENGTH_MAX:
            raise members.refuse("name", f"is longer than {NAME_LENGTH_MAX} characters.")
        for field in fields:
            if field in _OWN:
                raise Refused(
                    f"fields can't hold {field}, which means something of its own in events.", f"fields.{field}"
                )
        entry = self._world.events.add("mark", name, lsn=self._world.store.lsn, **fields)
        return answer(entry.document(), 201)
