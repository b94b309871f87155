"""``POST /kumo/wait``: answers when the world is as the caller needs it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from emu.control.arguments import (
    Members,
    Refused,
    account,
    answer,
    body_of,
    mapping,
    name,
    number,
    region,
    sequence,
    text,
    true,
    whole,
)
from emu.control.endpoints import ACCOUNT, COUNT_MAX, NAME, REFUSED, REGION, STOPPED, TEXT, Endpoint, count
from emu.disconnection import unless_disconnected
from emu.init_scripts import InitScripts
from emu.waiting.conditions import (
    COUNTS,
    Condition,
    Durable,
    Holds,
    InitFinished,
    ItemMatches,
    Numbers,
    ObjectExists,
    QueueEmpty,
    Quiet,
)
from emu.waiting.wait import wait_until
from emu.world import World
from services.dynamodb.expressions import conditions, parser
from services.dynamodb.expressions.conditions import Bound
from services.dynamodb.expressions.placeholders import Placeholders
from services.errors import ServiceError
from services.machine import Namespace

TIMEOUT_MS_DEFAULT = 10_000
TIMEOUT_MS_MAX = 600_000
_NUMBERS = ("holds", "at_least", "at_most")

ENDPOINT = Endpoint(
    "POST",
    "/kumo/wait",
    "Answers when all conditions hold at the same moment.",
    body={
        "type": "object",
        "required": ["until"],
        "additionalProperties": False,
        "properties": {
            "until": {
                "type": "array",
                "minItems": 1,
                "items": {
                    "type": "object",
                    "additionalProperties": False,
                    "properties": {
                        **dict.fromkeys(("queue_empty", "queue", "table", "bucket"), NAME),
                        **{bound: count() for bound in _NUMBERS},
                        "key": {"type": ["string", "object"], "minLength": 1},
                        "expression": TEXT,
                        "names": {"type": "object"},
                        "values": {"type": "object"},
                        "durable": count(),
                        "quiet_ms": count(1, TIMEOUT_MS_MAX),
                        "init_finished": {"const": True},
                        "account": ACCOUNT,
                        "region": REGION,
                    },
                },
            },
            "timeout_ms": {"type": "number", "minimum": 0, "maximum": TIMEOUT_MS_MAX, "default": TIMEOUT_MS_DEFAULT},
        },
    },
    answers={
        200: "All hold.",
        400: REFUSED,
        408: "The time is over; missing says what there was instead.",
        503: STOPPED,
    },
)


class Wait:
    """The handler."""

    def __init__(self, world: World, init_scripts: InitScripts) -> None:
        self._world = world
        self._readers: Mapping[str, Callable[[Members, Namespace], Condition]] = {
            "queue_empty": lambda members, namespace: QueueEmpty(namespace, members.take("queue_empty", name)),
            "queue": lambda members, namespace: self._holds("queue", members, namespace),
            "table": self._table,
            "bucket": self._bucket,
            "durable": lambda members, _: Durable(members.take("durable", whole(0, COUNT_MAX))),
            "quiet_ms": lambda members, _: Quiet(members.take("quiet_ms", whole(1, TIMEOUT_MS_MAX)) / 1000),
            "init_finished": self._init_finished,
        }
        self._init_scripts = init_scripts

    async def __call__(self, request: Request) -> Response:
        members = await body_of(request)
        until = members.take("until", sequence)
        timeout_ms = members.take("timeout_ms", number(0, TIMEOUT_MS_MAX), TIMEOUT_MS_DEFAULT)
        members.finish()
        read = [self._condition(value, f"until[{place}]") for place, value in enumerate(until)]
        loop = asyncio.get_running_loop()
        started = loop.time()
        try:
            missing = await unless_disconnected(wait_until(self._world, read, timeout_ms / 1000), request.receive)
        except ServiceError as error:
            raise Refused(error.message, status=error.status) from None
        shown = {
            "met": not missing,
            "waited_ms": round((loop.time() - started) * 1000),
            "lsn": self._world.store.lsn,
        }
        if not missing:
            return answer(shown)
        found = [{"condition": until[read.index(condition)], "found": what} for condition, what in missing]
        sentences = "; ".join(f"{orjson.dumps(each['condition']).decode()}: {each['found']}" for each in found)
        return answer({**shown, "error": f"Not met: {sentences}.", "missing": found}, 408)

    def _condition(self, value: Any, path: str) -> Condition:
        if not isinstance(value, dict):
            raise Refused(f"{path} must be an object.", path)
        members = Members(value, f"{path}.")
        given = [each for each in self._readers if each in members]
        if len(given) != 1:
            held = ", ".join(given or members.names()) or "nothing"
            raise Refused(f"{path} holds {held}, but must hold exactly one of {', '.join(self._readers)}.", path)
        namespace = home = self._world.home
        if given[0] in ("queue_empty", "queue", "table"):
            namespace = (members.take("account", account, home[0]), members.take("region", region, home[1]))
        condition = self._readers[given[0]](members, namespace)
        members.finish()
        return condition

    def _init_finished(self, members: Members, namespace: Namespace) -> Condition:
        members.take("init_finished", true)
        return InitFinished(self._init_scripts)

    def _holds(self, what: str, members: Members, namespace: Namespace | None) -> Condition:
        named = members.take(what, name)
        numbers = [members.take(bound, whole(0, COUNT_MAX), None) for bound in _NUMBERS]
        if numbers == [None, None, None]:
            also = {"table": ", or key", "bucket": ", or key"}.get(what, "")
            raise members.refuse(what, f"needs one of {', '.join(_NUMBERS)} beside it{also}.")
        holds, low, high = numbers
        if low is not None and high is not None and low > high:
            raise members.refuse("at_least", "is more than at_most: no number is both.")
        sought = Numbers(holds, low, high)
        if holds is not None and not sought.allow(holds):
            raise members.refuse("holds", "is not between at_least and at_most.")
        assert what in COUNTS
        return Holds(namespace, what, named, sought)

    def _bucket(self, members: Members, home: Namespace) -> Condition:
        """A bucket is found from everywhere; a namespace that is given must be its owner's."""
        owner = (members.take("account", account, None), members.take("region", region, None))
        namespace = None if owner == (None, None) else (owner[0] or home[0], owner[1] or home[1])
        if "key" not in members:
            return self._holds("bucket", members, namespace)
        return ObjectExists(namespace, members.take("bucket", name), members.take("key", text))

    def _table(self, members: Members, namespace: Namespace) -> Condition:
        if "key" not in members:
            return self._holds("table", members, namespace)
        condition = ItemMatches(
            namespace, members.take("table", name), members.take("key", mapping), _expression(members)
        )
        try:
            condition.check_key(self._world)
        except ServiceError as error:
            raise members.refuse("key", f"can't be used: {error.message}") from None
        return condition


def _expression(members: Members) -> Bound | None:
    """The condition expression with its names and values; None where there is none."""
    expression = members.take("expression", text, None)
    names = members.take("names", mapping, None)
    values = members.take("values", mapping, None)
    if expression is None:
        for member, given in (("names", names), ("values", values)):
            if given is not None:
                raise members.refuse(member, "means something only beside an expression.")
        return None
    try:
        known = Placeholders(names, values)
        bound = conditions.bind(parser.condition(expression, "ConditionExpression"), known, "ConditionExpression")
        known.finish()
    except ServiceError as error:
        raise members.refuse("expression", f"can't be used: {error.message}") from None
    return bound
