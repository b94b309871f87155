"""A table as DescribeTable shows it.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TableDescription.html
"""

from __future__ import annotations

from collections.abc import Mapping
from operator import itemgetter
from typing import Any

from services.context import Context
from services.dynamodb.arns import table_arn
from services.dynamodb.table import Table

_COPIED = (
    "TableName",
    "KeySchema",
    "CreationDateTime",
    "TableId",
    "OnDemandThroughput",
)
# What on-demand tables can take from the start: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/warm-throughput.html
_ON_DEMAND_READS = 12_000
_ON_DEMAND_WRITES = 4_000


# What the answer of DeleteTable doesn't show.
_NOT_OF_DELETED = (
    "AttributeDefinitions",
    "CreationDateTime",
    "GlobalSecondaryIndexes",
    "KeySchema",
    "LocalSecondaryIndexes",
)


def describe_deleted(ctx: Context, table: Table) -> dict[str, Any]:
    """The TableDescription in the answer of DeleteTable, which is short."""
    return {name: value for name, value in describe(ctx, table, "DELETING").items() if name not in _NOT_OF_DELETED}


def describe(ctx: Context, table: Table, status: str = "ACTIVE") -> dict[str, Any]:
    """The TableDescription; ``status`` is the table's and its global indexes'."""
    settings = table.definition.settings
    if status == "ACTIVE" and table.filling:
        status = "UPDATING"
    arn = table_arn(ctx.account, ctx.region, table.definition.name)
    shown = {name: settings[name] for name in _COPIED if name in settings}
    # AWS tells these by name, whatever order they came in.
    shown["AttributeDefinitions"] = sorted(settings["AttributeDefinitions"], key=itemgetter("AttributeName"))
    shown |= {
        "TableStatus": status,
        "TableArn": arn,
        "ItemCount": len(table.items),
        "TableSizeBytes": table.size_bytes,
        "ProvisionedThroughput": _throughput(settings.get("ProvisionedThroughput"), settings),
        "WarmThroughput": {**_warm(settings.get("ProvisionedThroughput")), "Status": "ACTIVE"},
        "DeletionProtectionEnabled": settings.get("DeletionProtectionEnabled", False),
    }
    if settings["BillingMode"] == "PAY_PER_REQUEST" or "BillingModeAt" in settings:
        shown["BillingModeSummary"] = _billing(settings)
    if "TableClass" in settings:
        shown["TableClassSummary"] = {"TableClass": settings["TableClass"]}
        if "TableClassAt" in settings:
            shown["TableClassSummary"]["LastUpdateDateTime"] = settings["TableClassAt"]
    encryption = settings.get("SSESpecification", {})
    if encryption.get("Enabled"):
        shown["SSEDescription"] = _encryption(ctx, encryption)
    for member in ("LocalSecondaryIndexes", "GlobalSecondaryIndexes"):
        if member in settings:
            shown[member] = [_index(table, entry, arn, member, status) for entry in settings[member]]
    return shown


def _index(table: Table, entry: Mapping[str, Any], arn: str, member: str, status: str) -> dict[str, Any]:
    index = table.indexes[entry["IndexName"]]
    shown = {
        name: entry[name] for name in ("IndexName", "KeySchema", "Projection", "OnDemandThroughput") if name in entry
    }
    if "NonKeyAttributes" in shown["Projection"]:
        shown["Projection"] = {
            **shown["Projection"],
            "NonKeyAttributes": sorted(shown["Projection"]["NonKeyAttributes"]),
        }
    shown |= {
        "IndexArn": f"{arn}/index/{entry['IndexName']}",
        "ItemCount": len(index.entries),
        "IndexSizeBytes": index.size_bytes,
    }
    if member == "GlobalSecondaryIndexes":
        throughput = entry.get("ProvisionedThroughput")
        if not index.complete:
            shown["Backfilling"] = True
        shown |= {
            "IndexStatus": "CREATING" if not index.complete else "ACTIVE" if status == "UPDATING" else status,
            "ProvisionedThroughput": _throughput(throughput, entry),
            "WarmThroughput": {**_warm(throughput), "Status": "ACTIVE"},
        }
    return shown


def _throughput(throughput: Mapping[str, int] | None, settings: Mapping[str, Any]) -> dict[str, int]:
    shown = {
        "NumberOfDecreasesToday": 0,
        "ReadCapacityUnits": throughput["ReadCapacityUnits"] if throughput else 0,
        "WriteCapacityUnits": throughput["WriteCapacityUnits"] if throughput else 0,
    }
    for own, member in (
        ("ThroughputIncreasedAt", "LastIncreaseDateTime"),
        ("ThroughputDecreasedAt", "LastDecreaseDateTime"),
    ):
        if own in settings:
            shown[member] = settings[own]
    return shown


def _warm(throughput: Mapping[str, int] | None) -> dict[str, int]:
    return {
        "ReadUnitsPerSecond": throughput["ReadCapacityUnits"] if throughput else _ON_DEMAND_READS,
        "WriteUnitsPerSecond": throughput["WriteCapacityUnits"] if throughput else _ON_DEMAND_WRITES,
    }


def _encryption(ctx: Context, specification: Mapping[str, Any]) -> dict[str, Any]:
    """Nothing is encrypted: the setting is kept and shown. AWS's own key, where no other is given, isn't named."""
    shown: dict[str, Any] = {"Status": "ENABLED", "SSEType": "KMS"}
    key = specification.get("KMSMasterKeyId")
    if key is not None:
        named = key if key.startswith("arn:") else f"arn:aws:kms:{ctx.region}:{ctx.account}:key/{key}"
        shown["KMSMasterKeyArn"] = named
    return shown


def _billing(settings: Mapping[str, Any]) -> dict[str, Any]:
    shown = {"BillingMode": settings["BillingMode"]}
    if "BillingModeAt" in settings:
        shown["LastUpdateToPayPerRequestDateTime"] = settings["BillingModeAt"]
    return shown
