"""``/kumo/clock``: shows the clock, freezes it, sets it, moves it forward, lets it run faster or slower."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from emu.clock.setting import LATEST_MS
from emu.control.arguments import (
    Members,
    Refused,
    answer,
    body_of,
    mapping,
    moment,
    number,
    shown_moment,
    true,
)
from emu.control.endpoints import REFUSED, STOPPED, Endpoint
from emu.world import World

_UNITS_MS = {"days": 86_400_000, "hours": 3_600_000, "minutes": 60_000, "seconds": 1000, "milliseconds": 1}
FACTORS = (0.001, 100_000)
"""How slow and how fast the clock may run."""

_MOMENT = {
    "description": "From 1970 to 9998: ISO 8601 with a time zone, or milliseconds since the epoch.",
    "oneOf": [{"type": "string", "format": "date-time"}, {"type": "integer", "minimum": 0, "maximum": LATEST_MS}],
}

ENDPOINTS = (
    Endpoint("GET", "/kumo/clock", "Shows the clock.", answers={200: "It."}),
    Endpoint(
        "POST",
        "/kumo/clock",
        "Freezes, sets or advances the clock, lets it run at a factor, or takes it back to real time. Answers when"
        " every deadline on the way is carried out.",
        body={
            "type": "object",
            "minProperties": 1,
            "maxProperties": 1,
            "additionalProperties": False,
            "properties": {
                "freeze": {"oneOf": [{"const": True}, _MOMENT]},
                "set": _MOMENT,
                "advance": {
                    "type": "object",
                    "minProperties": 1,
                    "additionalProperties": False,
                    "properties": {unit: {"type": "number", "minimum": 0} for unit in _UNITS_MS},
                },
                "run": {"type": "number", "minimum": FACTORS[0], "maximum": FACTORS[1]},
                "real": {"const": True},
            },
        },
        answers={200: "The clock as it is now.", 400: REFUSED, 503: STOPPED},
    ),
)


class Clock:
    """The handlers."""

    def __init__(self, world: World) -> None:
        self._world = world
        mover = world.mover
        self._actions: Mapping[str, Callable[[Any], Awaitable[None]]] = {
            "freeze": mover.freeze,
            "set": mover.set,
            "advance": mover.advance,
            "run": mover.run,
            "real": lambda _: mover.real(),
        }

    async def show(self, request: Request) -> Response:
        return answer(describe(self._world))

    async def change(self, request: Request) -> Response:
        """Carries out the one action that the body holds; answers when everything that became due is committed and on
        disk."""
        world, members = self._world, await body_of(request)
        given = [name for name in members.names() if name in self._actions]
        for name in members.names():
            if name not in self._actions:
                raise Refused(f"{name} is unknown here; there may be: {', '.join(self._actions)}.", name)
        if len(given) != 1:
            raise Refused(f"The body must hold exactly one of {', '.join(self._actions)}.")
        name = given[0]
        value = self._value(name, members)
        before = world.store.lsn
        await self._actions[name](value)
        await world.store.durable(world.store.lsn)
        return answer({**describe(world), "commits": world.store.lsn - before})

    def _value(self, name: str, members: Members) -> Any:
        if name == "advance":
            return self._duration_ms(members)
        readers: Mapping[str, Callable[[Any], Any]] = {
            "freeze": lambda value: None if value is True else moment(value),
            "set": moment,
            "run": number(*FACTORS),
            "real": true,
        }
        return members.take(name, readers[name])

    def _duration_ms(self, members: Members) -> int:
        units = Members(members.take("advance", mapping), "advance.")
        if not units.names():
            raise Refused(f"advance must hold at least one of {', '.join(_UNITS_MS)}.", "advance")
        most = LATEST_MS
        parts = [units.take(unit, number(0, most / size), 0) * size for unit, size in _UNITS_MS.items()]
        units.finish()
        by_ms = round(sum(parts))
        if self._world.clock.now_ms() + by_ms > LATEST_MS:
            raise Refused("advance goes beyond the year 9998.", "advance")
        return by_ms


def describe(world: World) -> dict[str, Any]:
    """What the clock shows and how it runs."""
    clock = world.clock
    now_ms = clock.now_ms()
    return {"mode": clock.mode, "now": shown_moment(now_ms), "now_ms": now_ms, "factor": clock.factor}
