"""``x-emu-hint``: where something is that wasn't found.

An account or a region that isn't the one that somebody thinks of is the commonest reason why a queue or a table
"doesn't exist". The answer stays AWS's; a header and a line in the log say which namespace has one of that name.
Buckets need no hint: their names are global. It is looked for once a call has been refused, never before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from emu import log
from emu.resources import addressed
from services.context import Context
from services.errors import ServiceError

HEADER = "x-emu-hint"
_PLACES_MAX = 3
"""Of a name that many namespaces have, so many are named."""

Find = Callable[[Any, str, str, str], object]
"""State, account, region, name → the resource or None."""


def _queue(state: Any, account: str, region: str, name: str) -> object:
    return state.find(account, region, name)


def _table(state: Any, account: str, region: str, name: str) -> object:
    return state.table(account, region, name)


_NOT_FOUND: Mapping[tuple[str, str], tuple[str, Find]] = {
    ("sqs", "QueueDoesNotExist"): ("queue", _queue),
    ("dynamodb", "ResourceNotFoundException"): ("table", _table),
}
"""By service and error code: what it is that isn't there, and how it is found."""


def add_hint(error: ServiceError, ctx: Context, members: Mapping[str, Any]) -> None:
    """Adds the header to a refusal, where what the call named exists somewhere else."""
    known = _NOT_FOUND.get((ctx.service, error.code))
    if known is None:
        return
    what, find = known
    account, region = _looked_in(ctx, members), ctx.region
    hints = [
        f"{what} {name} is in {', '.join(places)}"
        for name in addressed(ctx.service, members).names
        if find(ctx.state, account, region, name) is None and (places := list(_places(ctx.state, find, name)))
    ]
    if hints:
        error.headers[HEADER] = f"{'; '.join(hints)}; this call looks in {account}/{region}"
        log.info("not found here, but elsewhere", hint=error.headers[HEADER], operation=ctx.operation)


def _looked_in(ctx: Context, members: Mapping[str, Any]) -> str:
    """The account in which a call looks: a queue's URL may name another one than the caller's."""
    in_url = str(members.get("QueueUrl", "")).split("/")[-2:-1]
    return str(members.get("QueueOwnerAWSAccountId") or "".join(in_url) or ctx.account)


def _places(state: Any, find: Find, name: str) -> Iterator[str]:
    """``account/region`` of those that have it; the last one stands for all further ones."""
    found = [
        f"{account}/{region}" for account, region in sorted(state.namespaces()) if find(state, account, region, name)
    ]
    yield from found[:_PLACES_MAX]
    if len(found) > _PLACES_MAX:
        yield f"and {len(found) - _PLACES_MAX} more"
