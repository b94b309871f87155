"""``GET /kumo/sqs/queues/{name}/messages``: what is in a queue, without receiving it."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from emu.control.arguments import Refused, account, answer, digits, parameters_of, region
from emu.control.endpoints import COUNT_MAX, OF_ACCOUNT, OF_REGION, REFUSED, Endpoint, Parameter, count
from emu.world import World
from services.sqs.message import Message, Phase

LIMIT_DEFAULT = 1000
LIMIT_MAX = 10_000

ENDPOINT = Endpoint(
    "GET",
    "/kumo/sqs/queues/{name}/messages",
    "Shows a queue's messages and their state, oldest first. Nothing is received.",
    parameters=(
        Parameter("name", "The queue's name."),
        OF_ACCOUNT,
        OF_REGION,
        Parameter(
            "limit",
            "At most so many.",
            {**count(1, LIMIT_MAX), "default": LIMIT_DEFAULT},
        ),
        Parameter("after", "Only messages behind this place: the answer before this one gave it as next.", count()),
    ),
    answers={200: "The messages.", 400: REFUSED, 404: "There is no such queue."},
)

_STATES = {Phase.DELAYED: "delayed", Phase.VISIBLE: "visible", Phase.IN_FLIGHT: "in flight"}


class Peek:
    """The handler."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def __call__(self, request: Request) -> Response:
        name = request.path_params["name"]
        parameters = parameters_of(request)
        owner = parameters.take("account", account, self._world.home[0])
        place = parameters.take("region", region, self._world.home[1])
        limit = parameters.take("limit", digits(1, LIMIT_MAX), LIMIT_DEFAULT)
        after = parameters.take("after", digits(0, COUNT_MAX), 0)
        parameters.finish()
        state: Any = self._world.states["sqs"]
        queue = state.find(owner, place, name)
        if queue is None:
            raise Refused(f"There is no queue {name} in account {owner}, region {place}.", "name", 404)
        now_ms = self._world.clock.now_ms()
        waiting = sorted(sequence for sequence in queue.messages if sequence > after)
        chosen = waiting[:limit]
        more = len(waiting) > limit
        return answer(
            {
                "queue": name,
                "account": owner,
                "region": place,
                "now_ms": now_ms,
                "messages": [_shown(queue.messages[sequence], now_ms) for sequence in chosen],
                "more": more,
                **({"next": chosen[-1]} if more else {}),
            }
        )


def _shown(message: Message, now_ms: int) -> dict[str, Any]:
    content = message.content
    optional = {
        "group_id": content.group_id,
        "deduplication_id": content.deduplication_id,
        "source_arn": message.source_arn,
        "first_received_at_ms": message.first_received_at,
        "attributes": content.attributes,
    }
    return {
        "message_id": content.message_id,
        "state": _STATES[message.phase(now_ms)],
        "visible_at_ms": message.visible_at,
        "sent_at_ms": message.sent_at,
        "receive_count": message.receive_count,
        **{name: value for name, value in optional.items() if value is not None},
        "body": content.body,
    }
