"""``GET /kumo/namespaces``: the accounts and regions that hold anything, and how much."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from emu.control.arguments import answer, parameters_of
from emu.control.endpoints import REFUSED, Endpoint
from emu.world import World
from services.machine import Namespace

ENDPOINT = Endpoint(
    "GET",
    "/kumo/namespaces",
    "Lists the accounts and regions that hold anything, with counts by service.",
    answers={200: "The namespaces, sorted.", 400: REFUSED},
)

Counts = Mapping[str, int]


def _s3(state: Any, namespace: Namespace) -> Counts:
    buckets = state.owned(*namespace)
    return {"buckets": len(buckets), "objects": sum(len(bucket.objects) for bucket in buckets)}


def _sqs(state: Any, namespace: Namespace) -> Counts:
    queues = list(state.queues(*namespace))
    return {"queues": len(queues), "messages": sum(len(queue.messages) for queue in queues)}


def _dynamodb(state: Any, namespace: Namespace) -> Counts:
    tables = state.tables.get(namespace, {}).values()
    return {"tables": len(tables), "items": sum(len(table.items) for table in tables)}


_COUNTERS: Mapping[str, Callable[[Any, Namespace], Counts]] = {"s3": _s3, "sqs": _sqs, "dynamodb": _dynamodb}


class Namespaces:
    """The handler."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def __call__(self, request: Request) -> Response:
        parameters_of(request).finish()
        states = self._world.states
        found: dict[Namespace, dict[str, Counts]] = {}
        for service, count in _COUNTERS.items():
            for namespace in states[service].namespaces():
                found.setdefault(namespace, {})[service] = count(states[service], namespace)
        listed = [
            {"account": account, "region": region, "services": services}
            for (account, region), services in sorted(found.items())
        ]
        return answer({"namespaces": listed})
