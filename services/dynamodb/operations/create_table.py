"""CreateTable. https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CreateTable.html"""

from __future__ import annotations

from typing import Any

from services.context import Context
from services.dynamodb import constraints, errors, table_errors, table_rules, table_settings, tables
from services.dynamodb.description import describe
from services.dynamodb.state import State
from services.ids import uuid4

_SETTINGS = (
    "AttributeDefinitions",
    "KeySchema",
    "LocalSecondaryIndexes",
    "GlobalSecondaryIndexes",
    "ProvisionedThroughput",
    "OnDemandThroughput",
    "TableClass",
    "DeletionProtectionEnabled",
    "Tags",
    "SSESpecification",
)


def create_table(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """The table is usable at once; only the answer says CREATING."""
    if "TableName" not in request:
        raise table_errors.TABLE_NAME_MISSING()
    constraints.check("CreateTable", request)
    table_rules.check_unsupported(request)
    table_rules.check_create(request)
    table_settings.check_requested(request)
    table_settings.check_stream_view(
        request.get("StreamSpecification"),
        "Table is being created with a stream disabled, UpdateViewType should not be specified",
    )
    name = tables.plain_name(ctx, request["TableName"])
    if name is None:
        raise errors.NOT_YET(what="tables of other accounts and regions")
    state: State = ctx.state
    if state.table(ctx.account, ctx.region, name) is not None:
        raise errors.TABLE_EXISTS(table=name)
    now = ctx.now_ms()
    settings = {member: request[member] for member in _SETTINGS if request.get(member)}
    settings |= {
        "TableName": name,
        "TableId": uuid4(ctx.ids),
        "CreationDateTime": now,
        "BillingMode": table_settings.billing_mode(request),
    }
    if settings["BillingMode"] == "PAY_PER_REQUEST":
        settings["BillingModeAt"] = now
    ctx.commit(ctx.change("create_table", settings))
    return {"TableDescription": describe(ctx, tables.find(ctx, name), "CREATING")}
