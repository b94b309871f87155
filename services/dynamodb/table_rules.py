"""What CreateTable and UpdateTable take for a table's keys, attributes and indexes.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CreateTable.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from services.dynamodb import errors, limits, table_errors, table_settings
from services.errors import ServiceError

_UNSUPPORTED = (
    "ResourcePolicy",
    "GlobalTableSourceArn",
    "GlobalTableSettingsReplicationMode",
    "VectorIndexes",
    "WarmThroughput",
)


def check_unsupported(request: Mapping[str, Any], also: Sequence[str] = ()) -> None:
    """Refuses what would be accepted without effect."""
    for name in (*_UNSUPPORTED, *also):
        if request.get(name):
            raise errors.NOT_YET(what=name)
    if request.get("StreamSpecification", {}).get("StreamEnabled"):
        raise errors.NOT_YET(what="StreamSpecification")
    for index in request.get("GlobalSecondaryIndexes", ()):
        if index.get("WarmThroughput"):
            raise errors.NOT_YET(what="WarmThroughput")


def check_create(request: Mapping[str, Any]) -> None:
    """Refuses a table that can't be. Whether the attributes are those of the keys is looked at before all else of the
    indexes."""
    definitions = request.get("AttributeDefinitions", [])
    defined = [entry["AttributeName"] for entry in definitions]
    if "AttributeDefinitions" not in request:
        raise _not_defined([element["AttributeName"] for element in request["KeySchema"]], [])
    _check_key_schema(request["KeySchema"], defined)
    indexes = list(_indexes(request))
    _check_index_lists(request)
    for index, is_global in indexes:
        _check_index_keys(request, index, is_global, defined)
    _check_definitions(request, defined, indexes)
    seen: set[str] = set()
    for index, is_global in indexes:
        check_index(request, index, is_global, defined)
        if index["IndexName"] in seen:
            raise table_errors.TABLE_DEFINITION(problem=f"Duplicate index name: {index['IndexName']}")
        seen.add(index["IndexName"])
    table_settings.check_throughputs(request)
    check_projected_count([index for index, _ in indexes])


def _indexes(request: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], bool]]:
    for index in request.get("LocalSecondaryIndexes", ()):
        yield index, False
    for index in request.get("GlobalSecondaryIndexes", ()):
        yield index, True


def _not_defined(names: Sequence[str], defined: Sequence[str]) -> ServiceError:
    return table_errors.TABLE_DEFINITION(
        problem="Some index key attributes are not defined in AttributeDefinitions. "
        f"Keys: [{', '.join(names)}], AttributeDefinitions: [{', '.join(defined)}]"
    )


def _check_key_schema(elements: Sequence[Mapping[str, Any]], defined: Sequence[str]) -> None:
    names = [element["AttributeName"] for element in elements]
    # Fewer definitions than elements: what AWS says of a key that is defined once and named twice, too.
    if len(defined) < len(names):
        raise table_errors.KEY_SCHEMA(problem="Some index key attribute have no definition")
    if any(name not in defined for name in names):
        raise _not_defined(names, defined)
    if len(set(names)) < len(names):
        raise table_errors.KEY_SCHEMA_SAME_NAME()
    if elements[0]["KeyType"] != "HASH":
        raise table_errors.KEY_SCHEMA(problem="The first KeySchemaElement is not a HASH key type")
    if len(elements) == 2 and elements[1]["KeyType"] != "RANGE":
        raise table_errors.KEY_SCHEMA(problem="The second KeySchemaElement is not a RANGE key type")


def _check_index_lists(request: Mapping[str, Any]) -> None:
    for member, maximum, problem in (
        ("LocalSecondaryIndexes", limits.LOCAL_INDEXES_MAX, "Number of LocalSecondaryIndexes exceeds per-table limit"),
        ("GlobalSecondaryIndexes", limits.GLOBAL_INDEXES_MAX, "GlobalSecondaryIndex count exceeds the per-table limit"),
    ):
        given = request.get(member)
        if given is None:
            continue
        if not given:
            raise table_errors.TABLE_DEFINITION(problem=f"List of {member} is empty")
        if len(given) > maximum:
            raise table_errors.TABLE_DEFINITION(problem=f"{problem} of {maximum}")
    if request.get("LocalSecondaryIndexes") and len(request["KeySchema"]) < 2:
        raise table_errors.TABLE_DEFINITION(
            problem="Table KeySchema does not have a range key, which is required when specifying a LocalSecondaryIndex"
        )


def check_index(request: Mapping[str, Any], index: Mapping[str, Any], is_global: bool, defined: Sequence[str]) -> None:
    """Refuses an index that can't be. ``request`` holds the table's key schema; ``defined`` are the names of the
    attributes that have a type."""
    _check_index_keys(request, index, is_global, defined)
    _check_projection(index["Projection"])


def _check_index_keys(
    request: Mapping[str, Any], index: Mapping[str, Any], is_global: bool, defined: Sequence[str]
) -> None:
    elements = index["KeySchema"]
    names = [element["AttributeName"] for element in elements]
    if any(name not in defined for name in names):
        raise _not_defined(names, defined)
    if is_global:
        _check_global_keys(elements)
        return
    _check_key_schema(elements, defined)
    name = index["IndexName"]
    if len(elements) < 2:
        raise table_errors.TABLE_DEFINITION(problem=f"Index KeySchema does not have a range key for index: {name}")
    table_hash = request["KeySchema"][0]["AttributeName"]
    if names[0] != table_hash:
        raise table_errors.TABLE_DEFINITION(
            problem="Index KeySchema does not have the same leading hash key as table KeySchema "
            f"for index: {name}. index hash key: {names[0]}, table hash key: {table_hash}"
        )


def _check_global_keys(elements: Sequence[Mapping[str, Any]]) -> None:
    """https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.DesignPattern.MultiAttributeKeys.html"""
    kinds = [element["KeyType"] for element in elements]
    names = [element["AttributeName"] for element in elements]
    if kinds[0] != "HASH":
        raise table_errors.KEY_SCHEMA(problem="The first KeySchemaElement is not a HASH key type")
    for kind in ("HASH", "RANGE"):
        if kinds.count(kind) > limits.INDEX_KEY_PART_ATTRIBUTES_MAX:
            raise table_errors.TABLE_DEFINITION(
                problem=f"The KeySchema exceeds the maximum allowed number of {kind} key attributes"
            )
    if kinds != sorted(kinds):
        raise table_errors.TABLE_DEFINITION(
            problem="All HASH key attributes must precede RANGE key attributes in the KeySchema"
        )
    if len(set(names)) < len(names):
        raise table_errors.KEY_SCHEMA_SAME_NAME() if kinds == ["HASH", "RANGE"] else table_errors.SAME_KEY_NAMES()


def _check_projection(projection: Mapping[str, Any]) -> None:
    kind = projection.get("ProjectionType")
    included = "NonKeyAttributes" in projection
    if kind is None:
        raise table_errors.TABLE_DEFINITION(problem="Unknown ProjectionType: null")
    if kind == "INCLUDE" and not included:
        raise table_errors.TABLE_DEFINITION(problem="ProjectionType is INCLUDE, but NonKeyAttributes is not specified")
    if kind != "INCLUDE" and included:
        raise table_errors.TABLE_DEFINITION(problem=f"ProjectionType is {kind}, but NonKeyAttributes is specified")
    names = projection.get("NonKeyAttributes", ())
    twice = next((name for position, name in enumerate(names) if name in names[:position]), None)
    if twice is not None:
        raise table_errors.TABLE_DEFINITION(problem=f"Duplicate element in NonKeyAttributes: {twice}")
    for name in names:
        if not 1 <= len(name) <= limits.INDEX_ATTRIBUTE_NAME_LENGTH_MAX:
            raise table_errors.TABLE_DEFINITION(
                problem="NonKeyAttributes: attribute names must have between 1 and "
                f"{limits.INDEX_ATTRIBUTE_NAME_LENGTH_MAX} characters"
            )


def check_projected_count(indexes: Sequence[Mapping[str, Any]]) -> None:
    """Refuses more attributes projected by name than the indexes of a table may have together."""
    count = sum(len(index["Projection"].get("NonKeyAttributes", ())) for index in indexes)
    if count > limits.INDEX_NON_KEY_ATTRIBUTES_MAX:
        raise table_errors.TABLE_DEFINITION(
            problem="Number of user specified NonKeyAttributes exceeds the limit of "
            f"{limits.INDEX_NON_KEY_ATTRIBUTES_MAX}"
        )


def _check_definitions(
    request: Mapping[str, Any], defined: Sequence[str], indexes: Sequence[tuple[Mapping[str, Any], bool]]
) -> None:
    used = [element["AttributeName"] for element in request["KeySchema"]]
    for index, _ in indexes:
        used += [element["AttributeName"] for element in index["KeySchema"]]
    if len(set(defined)) < len(defined):
        twice = next(name for position, name in enumerate(defined) if name in defined[:position])
        raise table_errors.ATTRIBUTE_DUPLICATED(name=twice)
    if set(defined) == set(used):
        return
    if not indexes:
        raise table_errors.TABLE_DEFINITION(
            problem="Number of attributes in KeySchema does not exactly match number of attributes "
            "defined in AttributeDefinitions"
        )
    raise table_errors.TABLE_DEFINITION(
        problem="Some AttributeDefinitions are not used. "
        f"AttributeDefinitions: [{', '.join(defined)}], keys used: [{', '.join(dict.fromkeys(used))}]"
    )
