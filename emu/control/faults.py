"""``/kumo/faults``: lists, adds and removes the rules of injected failures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from emu.control.arguments import Members, Refused, account, answer, body_of, name, number, one_of, region, text, whole
from emu.control.endpoints import ACCOUNT, COUNT_MAX, NAME, REFUSED, REGION, TEXT, Endpoint, Parameter, count
from emu.faults.kinds import CRASH, KINDS
from emu.faults.naming import can_name
from emu.faults.refusals import THROTTLING, known
from emu.faults.rules import Rule
from emu.wire.model import load
from emu.world import World

LATENCY_MS_MAX = 600_000
_ENTRIES_MAX = 1000
_WHEN = ("before-flush", "after-flush")

ENDPOINTS = (
    Endpoint("GET", "/kumo/faults", "Lists the rules, oldest first."),
    Endpoint(
        "POST",
        "/kumo/faults",
        "Adds a rule.",
        body={
            "type": "object",
            "required": ["kind"],
            "additionalProperties": False,
            "properties": {
                "kind": {"enum": [*KINDS]},
                "service": {"enum": [*THROTTLING]},
                "operation": TEXT,
                "resource": NAME,
                "key": TEXT,
                "account": ACCOUNT,
                "region": REGION,
                "nth": count(1),
                "probability": {"type": "number", "exclusiveMinimum": 0, "maximum": 1},
                "seed": {"type": ["string", "integer"]},
                "count": count(1),
                "code": TEXT,
                "status": count(400, 599),
                "message": TEXT,
                "latency_ms": {"type": "number", "minimum": 0, "maximum": LATENCY_MS_MAX},
                "entries": count(1, _ENTRIES_MAX),
                "lsn": count(1),
                "commits": count(1),
                "when": {"enum": [*_WHEN]},
            },
        },
        answers={201: "The rule as it stands.", 400: REFUSED},
    ),
    Endpoint("DELETE", "/kumo/faults", "Removes all rules."),
    Endpoint(
        "DELETE",
        "/kumo/faults/{id}",
        "Removes one rule.",
        parameters=(Parameter("id", "The rule's id."),),
        answers={200: "The rule as it was.", 404: "There is no such rule."},
    ),
)


class FaultRules:
    """The handlers."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._options: Mapping[str, Callable[[Members, str | None, str | None], dict[str, Any]]] = {
            "error": _error,
            "unprocessed": _entries,
            "partial-batch-failure": _entries,
            CRASH: self._crash,
        }

    async def show(self, request: Request) -> Response:
        return answer({"faults": [rule.document() for rule in self._world.faults.list()]})

    async def add(self, request: Request) -> Response:
        rule = self._rule(await body_of(request))
        self._world.faults.add(rule)
        return answer(rule.document(), 201)

    async def remove(self, request: Request) -> Response:
        rule = self._world.faults.remove(request.path_params["id"])
        if rule is None:
            raise Refused(f"There is no fault {request.path_params['id']}.", "id", 404)
        return answer(rule.document())

    async def clear(self, request: Request) -> Response:
        return answer({"removed": self._world.faults.clear()})

    def _rule(self, members: Members) -> Rule:
        """Reads a rule. Raises Refused, also for one that could never match."""
        kind = members.take("kind", one_of(*KINDS))
        if kind == CRASH:
            options = self._crash(members)
            members.finish()
            return Rule(self._world.faults.next_id(), kind, options=options)
        service = self._service(kind, members)
        operation = self._operation(kind, service, members)
        options = self._options[kind](members, service, operation) if kind in self._options else {}
        options |= _latency(kind, members)
        given: dict[str, Any] = {
            "resource": members.take("resource", name, None),
            "key": members.take("key", text, None),
            "account": members.take("account", account, None),
            "region": members.take("region", region, None),
            "nth": members.take("nth", whole(1, COUNT_MAX), None),
            "probability": members.take("probability", _probability, None),
            "seed": members.take("seed", _seed, None),
            "count": members.take("count", whole(1, COUNT_MAX), None),
        }
        members.finish()
        _check_sense(kind, service, given, members)
        _check_names(operation, service, given, members)
        return Rule(self._world.faults.next_id(), kind, service, operation, options=options, **given)

    def _service(self, kind: str, members: Members) -> str | None:
        possible = KINDS[kind].services()
        service = members.take("service", one_of(*self._world.services), None)
        if service is None and possible is not None and len(possible) == 1:
            return next(iter(possible))
        if service is not None and possible is not None and service not in possible:
            raise members.refuse("service", f"is {service}, but {kind} happens to {', '.join(sorted(possible))} only.")
        if service is None and (kind == "error" or "operation" in members):
            raise members.refuse("service", "is missing: codes and operations are a service's own.")
        return service

    def _operation(self, kind: str, service: str | None, members: Members) -> str | None:
        operation = members.take("operation", text, None)
        if operation is None or service is None:
            return operation
        entry = self._world.services[service]
        if operation not in entry.operations:
            real = operation in load(service).operations
            what = "emu doesn't implement" if real else f"is no operation of {entry.title}"
            raise members.refuse("operation", f"is {operation}, which {what}: the rule could never match.")
        possible = KINDS[kind].operations
        if possible is not None and operation not in possible[service]:
            names = ", ".join(sorted(possible[service]))
            raise members.refuse("operation", f"is {operation}, but {kind} happens to {names} only.")
        return operation

    def _crash(self, members: Members, *_: Any) -> dict[str, Any]:
        when = members.take("when", one_of(*_WHEN))
        last = self._world.store.lsn
        lsn = members.take("lsn", whole(1, COUNT_MAX), None)
        commits = members.take("commits", whole(1, COUNT_MAX), None)
        if (lsn is None) == (commits is None):
            raise Refused("crash needs one of lsn and commits.", "lsn")
        if lsn is not None and lsn <= last:
            raise members.refuse("lsn", f"is {lsn}, but record {last} has been made already.")
        return {"lsn": last + (commits or 0) if lsn is None else lsn, "when": when}


def _error(members: Members, service: str | None, operation: str | None) -> dict[str, Any]:
    assert service is not None
    codes = known(service, operation)
    code = members.take("code", text)
    if code not in codes:
        whose = f"{service} {operation}" if operation else service
        raise members.refuse("code", f"is {code}, which is no error of {whose}; there are: {', '.join(sorted(codes))}.")
    status = members.take("status", whole(400, 599), None)
    message = members.take("message", text, None)
    given = {"code": code, "status": status, "message": message}
    return {member: value for member, value in given.items() if value is not None}


def _entries(members: Members, *_: Any) -> dict[str, Any]:
    entries = members.take("entries", whole(1, _ENTRIES_MAX), None)
    return {} if entries is None else {"entries": entries}


def _latency(kind: str, members: Members) -> dict[str, Any]:
    """How long the call is delayed before that happens; a kind of its own can't be without."""
    read = number(0, LATENCY_MS_MAX)
    latency_ms = members.take("latency_ms", read) if kind == "latency" else members.take("latency_ms", read, None)
    return {} if latency_ms is None else {"latency_ms": latency_ms}


def _probability(value: Any) -> float:
    read = number(0, 1)(value)
    if not read:
        raise ValueError("a number above 0, at most 1")
    return read


def _seed(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        raise ValueError("a text or a whole number")
    return str(value)


def _check_sense(kind: str, service: str | None, given: Mapping[str, Any], members: Members) -> None:
    """Refuses what together could never match, or means nothing."""
    if given["nth"] is not None:
        for other in ("probability", "count"):
            if given[other] is not None:
                raise members.refuse(other, "means nothing beside nth, which is one call.")
    if given["seed"] is not None and given["probability"] is None and kind != "disorder":
        raise members.refuse("seed", "means something only beside a probability, and for disorder.")
    if given["key"] is not None and service != "s3":
        raise members.refuse("key", "is an S3 object's: it needs the service s3.")
    if given["resource"] is not None and service == "sts":
        raise members.refuse("resource", "can't match: STS has no resources.")
    if (given["resource"] or "").endswith(".fifo") and kind in ("duplicate-delivery", "disorder"):
        raise members.refuse("resource", f"is a FIFO queue's: {kind} happens to standard queues only.")


def _check_names(operation: str | None, service: str | None, given: Mapping[str, Any], members: Members) -> None:
    """Refuses the name of a resource or key beside an operation whose requests name none."""
    if service is None or operation is None:
        return
    for member in ("resource", "key"):
        if given[member] is not None and not can_name(member, service, operation):
            raise members.refuse(member, f"can't match: a call of {operation} names none.")
