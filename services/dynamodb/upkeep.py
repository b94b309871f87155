"""What DynamoDB does by itself: new indexes are filled, then expired items go."""

from __future__ import annotations

from services.context import Context
from services.dynamodb import time_to_live
from services.dynamodb.state import State


def next_deadline_ms(state: State) -> int | None:
    """0 while an index is to be filled, else when the next item expires."""
    return 0 if state.filling else time_to_live.next_deadline_ms(state)


def fire(ctx: Context, now_ms: int) -> None:
    """One portion. Indexes follow from the items, so that filling them commits nothing."""
    state: State = ctx.state
    if state.filling:
        state.fill_indexes()
    else:
        time_to_live.fire(ctx, now_ms)
