"""UpdateTable. https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTable.html

Billing mode, throughput (of the table and of indexes), table class, deletion protection, and global indexes that come
or go. Streams are refused, and so is the end of one, as no table has any.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from services.context import Context
from services.dynamodb import constraints, errors, index_updates, table_errors, table_rules, table_settings, tables
from services.dynamodb.description import describe

_UNSUPPORTED = (
    "ReplicaUpdates",
    "GlobalTableWitnessUpdates",
    "MultiRegionConsistency",
    "VectorIndexUpdates",
    "DisassociationProtectionEnabled",
)
_SETTINGS = (
    "BillingMode",
    "ProvisionedThroughput",
    "OnDemandThroughput",
    "TableClass",
    "DeletionProtectionEnabled",
    "GlobalSecondaryIndexUpdates",
    "SSESpecification",
)


_TAKING_TIME = frozenset({"BillingMode", "ProvisionedThroughput", "TableClass"})
_ALONE = {
    "SSESpecification": "Server-Side Encryption modification",
    "TableClass": "TableClass modification",
    "DeletionProtectionEnabled": "DeletionProtection modification",
}
"""Settings that change by themselves; of two of them, the first is told."""


def update_table(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """The settings have effect at once; only the answer says UPDATING, where AWS has a while to do."""
    constraints.check("UpdateTable", request)
    table_rules.check_unsupported(request, _UNSUPPORTED)
    stream = request.get("StreamSpecification")
    table_settings.check_stream_view(stream, "If stream is being disabled, then UpdateViewType must not be specified")
    if stream is None and not any(request.get(member) not in (None, []) for member in _SETTINGS):
        raise table_errors.UPDATE_NOTHING()
    if "GlobalSecondaryIndexUpdates" in request:
        index_updates.check(request["GlobalSecondaryIndexUpdates"])
    _check_together(request)
    table = tables.find(ctx, request["TableName"], errors.TABLE_NOT_FOUND)
    if stream is not None:
        raise table_errors.NO_STREAM(table=table.definition.name)
    before = describe(ctx, table).get("GlobalSecondaryIndexes", [])
    changed = _changed(table.definition.settings, request, ctx.now_ms())
    ctx.commit(ctx.change("update_table", {"Table": table.definition.name, "Set": changed}))
    updates = request.get("GlobalSecondaryIndexUpdates", ())
    takes_time = not _TAKING_TIME.isdisjoint(request) or any("Update" not in update for update in updates)
    description = describe(ctx, table, "UPDATING" if takes_time else "ACTIVE")
    for update in updates:
        _show_change(description, update, before, switches="BillingMode" in request)
    return {"TableDescription": description}


def _check_together(request: Mapping[str, Any]) -> None:
    """Refuses changes that AWS wants in requests of their own."""
    given = [member for member in _SETTINGS if member in request]
    for member, what in _ALONE.items():
        if member in given and len(given) > 1:
            raise table_errors.UPDATE_ALONE(what=what)
    updates = request.get("GlobalSecondaryIndexUpdates", ())
    if "ProvisionedThroughput" in given and any("Update" not in update for update in updates):
        raise table_errors.UPDATE_INDEX_WITH_THROUGHPUT()


def _show_change(
    description: dict[str, Any], update: Mapping[str, Any], before: list[dict[str, Any]], *, switches: bool
) -> None:
    """An index that comes is shown as still to be filled, one that goes as still there, and one whose throughput
    changes with what it had, unless all of the table switches its billing mode."""
    ((action, values),) = update.items()
    (name, shown) = values["IndexName"], description.setdefault("GlobalSecondaryIndexes", [])
    earlier = next((index for index in before if index["IndexName"] == name), {})
    if action == "Delete":
        shown.append({**earlier, "IndexStatus": "DELETING"})
        return
    for index in shown:
        if index["IndexName"] == name:
            if action == "Create":
                index |= {"IndexStatus": "CREATING", "Backfilling": False}
            else:
                kept = {} if switches else {"ProvisionedThroughput": earlier["ProvisionedThroughput"]}
                index |= {"IndexStatus": "UPDATING", **kept}


def _changed(current: Mapping[str, Any], request: Mapping[str, Any], now_ms: int) -> dict[str, Any]:
    """The settings that change, None for one that goes."""
    mode = request.get("BillingMode", current["BillingMode"])
    changed: dict[str, Any] = {}
    if "DeletionProtectionEnabled" in request:
        changed["DeletionProtectionEnabled"] = request["DeletionProtectionEnabled"] or None
    if "SSESpecification" in request:
        table_settings.check_encryption(request["SSESpecification"])
        table_settings.check_changed_encryption(request["SSESpecification"], current.get("SSESpecification"))
        changed["SSESpecification"] = request["SSESpecification"]
    if "TableClass" in request:
        table_settings.check_class(request)
        changed |= {"TableClass": request["TableClass"], "TableClassAt": now_ms}
    if "OnDemandThroughput" in request:
        table_settings.check_updated_on_demand(mode, request)
        changed["OnDemandThroughput"] = request["OnDemandThroughput"]
    changed |= (
        _on_demand(current, request, now_ms) if mode == "PAY_PER_REQUEST" else _provisioned(request, current, now_ms)
    )
    updates = request.get("GlobalSecondaryIndexUpdates", ())
    indexes = index_updates.changed(
        {**current, **changed, "BillingMode": mode}, updates, request.get("AttributeDefinitions", ()), now_ms
    )
    _check_index_throughputs(mode, indexes.get("GlobalSecondaryIndexes", current.get("GlobalSecondaryIndexes")))
    return changed | indexes


def _on_demand(current: Mapping[str, Any], request: Mapping[str, Any], now_ms: int) -> dict[str, Any]:
    table_settings.check_throughput("PAY_PER_REQUEST", request)
    if current["BillingMode"] == "PAY_PER_REQUEST":
        return {}
    changed = {"BillingMode": "PAY_PER_REQUEST", "BillingModeAt": now_ms, "ProvisionedThroughput": None}
    return changed | _indexes_without(current, "ProvisionedThroughput")


def _provisioned(request: Mapping[str, Any], current: Mapping[str, Any], now_ms: int) -> dict[str, Any]:
    changed: dict[str, Any] = {}
    new, old = request.get("ProvisionedThroughput"), current.get("ProvisionedThroughput")
    if "BillingMode" in request and new is None:
        raise table_settings.invalid("ProvisionedThroughput must be specified when BillingMode is PROVISIONED")
    if current["BillingMode"] != "PROVISIONED":
        changed |= {"BillingMode": "PROVISIONED", "OnDemandThroughput": None}
        changed |= _indexes_without(current, "OnDemandThroughput")
    if new is not None:
        if new == old:
            raise table_errors.SAME_THROUGHPUT(reads=new["ReadCapacityUnits"], writes=new["WriteCapacityUnits"])
        changed |= {"ProvisionedThroughput": new, **table_settings.throughput_moments(new, old, now_ms)}
    return changed


def _indexes_without(current: Mapping[str, Any], member: str) -> dict[str, Any]:
    """The table's global indexes, if it has any, without what only the other billing mode has."""
    if "GlobalSecondaryIndexes" not in current:
        return {}
    indexes = current["GlobalSecondaryIndexes"]
    return {
        "GlobalSecondaryIndexes": [
            {name: value for name, value in index.items() if name != member} for index in indexes
        ]
    }


def _check_index_throughputs(mode: str, indexes: Sequence[Mapping[str, Any]] | None) -> None:
    """Refuses a switch to provisioned throughput that leaves an index without."""
    for index in indexes or ():
        if mode == "PROVISIONED" and "ProvisionedThroughput" not in index:
            raise table_settings.invalid(f"ProvisionedThroughput must be specified for index: {index['IndexName']}")
