"""Operations that change nothing, where they are recorded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from emu.resources import addressed
from services.context import Context


class Record(Protocol):
    """:meth:`emu.events.Events.add`."""

    def add(self, what: str, name: str, /, **fields: Any) -> Any: ...


def record_read(record: Record, ctx: Context, members: Mapping[str, Any]) -> None:
    """Adds an event for an operation that has committed nothing."""
    named = addressed(ctx.service, members)
    fields: dict[str, Any] = {
        "request_id": ctx.request_id,
        "service": ctx.service,
        "operation": ctx.operation,
        "account": ctx.account,
        "region": ctx.region,
        "resource": named.names[0] if named.names else None,
    }
    if len(named.names) > 1:
        fields["resources"] = list(named.names)
    if named.key is not None:
        fields["key"] = named.key
    record.add("read", ctx.operation, **fields)
