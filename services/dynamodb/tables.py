"""Finding the table that a request names: by name, or by ARN."""

from __future__ import annotations

from services.context import Context
from services.dynamodb import errors
from services.dynamodb.state import State
from services.dynamodb.table import Table
from services.errors import Refusal


def plain_name(ctx: Context, name_or_arn: str) -> str | None:
    """The table's name; None for an ARN of another account, region or kind, whose table can't be here.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/rbac-cross-account-access.html
    """
    if not name_or_arn.startswith("arn:"):
        return name_or_arn
    head, _, name = name_or_arn.partition(":table/")
    return name if name and head == f"arn:aws:dynamodb:{ctx.region}:{ctx.account}" else None


def find(ctx: Context, name_or_arn: str, refusal: Refusal = errors.RESOURCE_NOT_FOUND) -> Table:
    """The table. Refuses one that doesn't exist in the caller's namespace."""
    state: State = ctx.state
    name = plain_name(ctx, name_or_arn)
    table = None if name is None else state.table(ctx.account, ctx.region, name)
    if table is None:
        raise refusal(table=name_or_arn)
    return table
