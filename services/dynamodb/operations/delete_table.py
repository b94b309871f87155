"""DeleteTable. https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DeleteTable.html"""

from __future__ import annotations

from typing import Any

from services.context import Context
from services.dynamodb import constraints, errors, tables
from services.dynamodb.description import describe_deleted


def delete_table(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """The table is gone at once; only the answer says DELETING."""
    constraints.check("DeleteTable", request)
    table = tables.find(ctx, request["TableName"], errors.TABLE_NOT_FOUND)
    if table.definition.settings.get("DeletionProtectionEnabled"):
        ctx.refuse(errors.DELETION_PROTECTED)
    description = describe_deleted(ctx, table)
    ctx.commit(ctx.change("delete_table", {"Table": table.definition.name}))
    return {"TableDescription": description}
