"""The levers' endpoints: what moves time, waits, injects failures and tells what happened. docs/levers.md describes
them for people, :mod:`emu.control.openapi` for programs."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.routing import Route

from emu.control import clock, durable, events, faults, marks, namespaces, openapi, peek, state, wait
from emu.control.endpoints import Endpoint, Handler
from emu.init_scripts import InitScripts
from emu.world import World


def lever_endpoints(world: World, init_scripts: InitScripts) -> Sequence[tuple[Endpoint, Handler]]:
    """What each answers, and who does."""
    of_clock, of_faults = clock.Clock(world), faults.FaultRules(world)
    return [
        *zip(clock.ENDPOINTS, (of_clock.show, of_clock.change), strict=True),
        (wait.ENDPOINT, wait.Wait(world, init_scripts).__call__),
        (durable.ENDPOINT, durable.Durable(world).__call__),
        *zip(faults.ENDPOINTS, (of_faults.show, of_faults.add, of_faults.clear, of_faults.remove), strict=True),
        (events.ENDPOINT, events.Events(world).__call__),
        (marks.ENDPOINT, marks.Marks(world).__call__),
        (namespaces.ENDPOINT, namespaces.Namespaces(world).__call__),
        (peek.ENDPOINT, peek.Peek(world).__call__),
        (state.ENDPOINT, state.State(world, init_scripts).__call__),
    ]


def lever_routes(world: World, init_scripts: InitScripts, others: Sequence[Endpoint] = ()) -> Sequence[Route]:
    """The routes, and that of the description, which has the ``others`` too."""
    levers = lever_endpoints(world, init_scripts)
    described = [*openapi.PROBES, *(endpoint for endpoint, _ in levers), *others, openapi.ENDPOINT]
    return [
        *(endpoint.route(handler) for endpoint, handler in levers),
        openapi.ENDPOINT.route(openapi.OpenApi(described).__call__),
    ]
