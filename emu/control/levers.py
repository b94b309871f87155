"""The levers' endpoints: what moves time, waits, injects failures and tells what happened. docs/levers.md describes them
for people, :mod:`emu.control.openapi` for programs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from emu.control.arguments import Refused, answer
from emu.control.clock import ENDPOINTS as CLOCK
from emu.control.clock import Clock
from emu.control.durable import ENDPOINT as DURABLE
from emu.control.durable import Durable
from emu.control.endpoints import Endpoint, Handler
from emu.control.events import ENDPOINT as EVENTS
from emu.control.events import Events
from emu.control.faults import ENDPOINTS as FAULTS
from emu.control.faults import FaultRules
from emu.control.marks import ENDPOINT as MARK
from emu.control.marks import Marks
from emu.control.namespaces import ENDPOINT as NAMESPACES
from emu.control.namespaces import Namespaces
from emu.control.peek import ENDPOINT as PEEK
from emu.control.peek import Peek
from emu.control.wait import ENDPOINT as WAIT
from emu.control.wait import Wait
from emu.init_scripts import InitScripts
from emu.world import World


def lever_routes(world: World, init_scripts: InitScripts) -> Sequence[Route]:
    clock, faults = Clock(world), FaultRules(world)
    return [
        *_routes(CLOCK, clock.show, clock.change),
        *_routes(FAULTS, faults.show, faults.add, faults.clear, faults.remove),
        WAIT.route(Wait(world, init_scripts).__call__),
        DURABLE.route(Durable(world).__call__),
        EVENTS.route(Events(world).__call__),
        MARK.route(Marks(world).__call__),
        NAMESPACES.route(Namespaces(world).__call__),
        PEEK.route(Peek(world).__call__),
    ]


def _routes(endpoints: Sequence[Endpoint], *handlers: Handler) -> Iterable[Route]:
    return [endpoint.route(handler) for endpoint, handler in zip(endpoints, handlers, strict=True)]


async def refused(request: Request, error: Exception) -> Response:
    """The answer to a call that can't be carried out."""
    assert isinstance(error, Refused)
    return answer(error.document(), error.status)
