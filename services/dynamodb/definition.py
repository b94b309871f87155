"""What a table is, apart from its items: an immutable definition, kept as the JSON that created and updated it.

``settings`` uses the member names of AWS's TableDescription where there are such: TableName, TableId, CreationDateTime
(milliseconds), AttributeDefinitions, KeySchema, GlobalSecondaryIndexes, LocalSecondaryIndexes, BillingMode,
ProvisionedThroughput, OnDemandThroughput, TableClass, DeletionProtectionEnabled, Tags, TimeToLive
(``{"AttributeName": …}``; absent while it is off) and others that are absent when they say nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.dynamodb.keys import KeySchema


def key_schema(elements: list[dict[str, Any]], attribute_types: Mapping[str, str]) -> KeySchema:
    """Of AWS's list form."""
    hash_names, range_names = (
        tuple(entry["AttributeName"] for entry in elements if entry["KeyType"] == kind) for kind in ("HASH", "RANGE")
    )
    return KeySchema(hash_names, range_names, {name: attribute_types[name] for name in hash_names + range_names})


@dataclass(frozen=True, slots=True)
class IndexDefinition:
    """A secondary index. ``projected`` is None where all attributes are projected, else the names, keys included."""

    name: str
    is_global: bool
    schema: KeySchema
    projected: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class Definition:
    """A table's settings (never changed in place) and what they mean."""

    settings: Mapping[str, Any]
    schema: KeySchema
    indexes: Mapping[str, IndexDefinition]

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> Definition:
        types = {entry["AttributeName"]: entry["AttributeType"] for entry in settings["AttributeDefinitions"]}
        schema = key_schema(settings["KeySchema"], types)
        indexes = {}
        for member, is_global in (("LocalSecondaryIndexes", False), ("GlobalSecondaryIndexes", True)):
            for entry in settings.get(member, ()):
                own = key_schema(entry["KeySchema"], types)
                indexes[entry["IndexName"]] = IndexDefinition(
                    entry["IndexName"], is_global, own, _projected(entry["Projection"], schema, own)
                )
        return cls(settings, schema, indexes)

    def replaced(self, changed: Mapping[str, Any]) -> Definition:
        """With other settings; a value of None takes a setting away."""
        settings = {**self.settings, **changed}
        return Definition.of({name: value for name, value in settings.items() if value is not None})

    @property
    def name(self) -> str:
        return str(self.settings["TableName"])

    @property
    def ttl_attribute(self) -> str | None:
        """The attribute that holds items' expiry; None while time to live is off."""
        ttl = self.settings.get("TimeToLive")
        return None if ttl is None else str(ttl["AttributeName"])


def _projected(projection: Mapping[str, Any], table: KeySchema, index: KeySchema) -> frozenset[str] | None:
    if projection["ProjectionType"] == "ALL":
        return None
    return frozenset((*table.names, *index.names, *projection.get("NonKeyAttributes", ())))
