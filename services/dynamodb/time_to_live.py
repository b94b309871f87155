"""Time to live: the scheduler's side of it. Expired items go in records of their own; until then they are served.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/howitworks-ttl.html
"""

from __future__ import annotations

from operator import itemgetter

from services.context import Context
from services.dynamodb import limits
from services.dynamodb.state import State
from services.dynamodb.table import Table, decoded
from services.machine import Change


def next_deadline_ms(state: State) -> int | None:
    """When the next item expires; 0 while there are items that haven't been looked at."""
    earliest: int | None = None
    for table in state.expiring.values():
        if table.expirations is None:
            continue
        if not table.expirations.complete:
            return 0
        seconds = table.expirations.next_seconds()
        if seconds is not None and (earliest is None or seconds < earliest):
            earliest = seconds
    # An item is expired once its second is over.
    return None if earliest is None else max(0, (earliest + 1) * 1000)


def fire(ctx: Context, now_ms: int) -> None:
    """Deletes what has expired, at most 1,000 items a call; looks at some of the items that weren't looked at yet."""
    state: State = ctx.state
    changes: list[Change] = []
    for ((account, region), _), table in sorted(state.expiring.items(), key=itemgetter(0)):
        if table.expirations is None:
            continue
        table.scan_expirations(limits.EXPIRY_SCAN_ITEMS)
        due = table.expirations.due(now_ms // 1000, limits.EXPIRED_CHANGES_MAX - len(changes))
        changes += [("dynamodb.delete_item", account, region, _deletion(table, key)) for key in due]
        if len(changes) == limits.EXPIRED_CHANGES_MAX:
            break
    ctx.commit(*changes)


def _deletion(table: Table, key: bytes) -> dict[str, object]:
    schema = table.definition.schema
    return {"Table": table.definition.name, "Key": schema.pick(decoded(table.items[key]))}
