"""What CreateTable and UpdateTable take for a table: its keys, attributes, indexes and throughput.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CreateTable.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from services.dynamodb import errors, limits
from services.errors import ServiceError

_UNSUPPORTED = (
    "ResourcePolicy",
    "GlobalTableSourceArn",
    "GlobalTableSettingsReplicationMode",
    "VectorIndexes",
    "WarmThroughput",
)


TOO_MANY_GLOBAL_INDEXES = "GlobalSecondaryIndex count exceeds the per-table limit"


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
    """Refuses a table that can't be."""
    definitions = request.get("AttributeDefinitions", [])
    defined = [entry["AttributeName"] for entry in definitions]
    _check_throughput(request)
    if "AttributeDefinitions" not in request:
        raise _not_defined([element["AttributeName"] for element in request["KeySchema"]], [])
    _check_key_schema(request["KeySchema"], defined)
    indexes = list(_indexes(request))
    _check_index_lists(request)
    seen: set[str] = set()
    for index, is_global in indexes:
        check_index(request, index, is_global, defined)
        if index["IndexName"] in seen:
            raise errors.TABLE_DEFINITION(problem=f"Duplicate index name: {index['IndexName']}")
        seen.add(index["IndexName"])
    check_projected_count([index for index, _ in indexes])
    _check_definitions(request, defined, indexes)


def _indexes(request: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], bool]]:
    for index in request.get("LocalSecondaryIndexes", ()):
        yield index, False
    for index in request.get("GlobalSecondaryIndexes", ()):
        yield index, True


def billing_mode(request: Mapping[str, Any]) -> str:
    return str(request.get("BillingMode", "PROVISIONED"))


def _check_throughput(request: Mapping[str, Any]) -> None:
    on_demand = billing_mode(request) == "PAY_PER_REQUEST"
    given = "ProvisionedThroughput" in request
    if on_demand and given:
        raise errors.TABLE_DEFINITION(
            problem="Neither ReadCapacityUnits nor WriteCapacityUnits can be specified "
            "when BillingMode is PAY_PER_REQUEST"
        )
    if not on_demand and not given:
        raise errors.TABLE_DEFINITION(
            problem="ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED"
        )
    if not on_demand and "OnDemandThroughput" in request:
        raise errors.TABLE_DEFINITION(problem="OnDemandThroughput cannot be specified when BillingMode is PROVISIONED")
    for index in request.get("GlobalSecondaryIndexes", ()):
        check_index_throughput(billing_mode(request), index)


def check_index_throughput(mode: str, index: Mapping[str, Any]) -> None:
    """Refuses a global index's throughput that doesn't go with the table's billing mode."""
    on_demand = mode == "PAY_PER_REQUEST"
    if on_demand and "ProvisionedThroughput" in index:
        raise errors.TABLE_DEFINITION(
            problem=f"ProvisionedThroughput should not be specified for index: {index['IndexName']} "
            "when BillingMode is PAY_PER_REQUEST"
        )
    if not on_demand and "ProvisionedThroughput" not in index:
        raise errors.TABLE_DEFINITION(
            problem=f"ProvisionedThroughput must be specified for index: {index['IndexName']}"
        )


def _not_defined(names: Sequence[str], defined: Sequence[str]) -> ServiceError:
    return errors.TABLE_DEFINITION(
        problem="Some index key attributes are not defined in AttributeDefinitions. "
        f"Keys: [{', '.join(names)}], AttributeDefinitions: [{', '.join(defined)}]"
    )


def _check_key_schema(elements: Sequence[Mapping[str, Any]], defined: Sequence[str]) -> None:
    names = [element["AttributeName"] for element in elements]
    # Fewer definitions than elements: what AWS says of a key that is defined once and named twice, too.
    if len(defined) < len(names):
        raise errors.KEY_SCHEMA(problem="Some index key attribute have no definition")
    if any(name not in defined for name in names):
        raise _not_defined(names, defined)
    if len(set(names)) < len(names):
        raise errors.KEY_SCHEMA_SAME_NAME()
    if elements[0]["KeyType"] != "HASH":
        raise errors.KEY_SCHEMA(problem="The first KeySchemaElement is not a HASH key type")
    if len(elements) == 2 and elements[1]["KeyType"] != "RANGE":
        raise errors.KEY_SCHEMA(problem="The second KeySchemaElement is not a RANGE key type")


def _check_index_lists(request: Mapping[str, Any]) -> None:
    for member, maximum, problem in (
        ("LocalSecondaryIndexes", limits.LOCAL_INDEXES_MAX, "Number of LocalSecondaryIndexes exceeds per-table limit"),
        ("GlobalSecondaryIndexes", limits.GLOBAL_INDEXES_MAX, TOO_MANY_GLOBAL_INDEXES),
    ):
        given = request.get(member)
        if given is None:
            continue
        if not given:
            raise errors.TABLE_DEFINITION(problem=f"List of {member} is empty")
        if len(given) > maximum:
            raise errors.TABLE_DEFINITION(problem=f"{problem} of {maximum}")
    if request.get("LocalSecondaryIndexes") and len(request["KeySchema"]) < 2:
        raise errors.TABLE_DEFINITION(
            problem="Table KeySchema does not have a range key, which is required when specifying a LocalSecondaryIndex"
        )


def check_index(request: Mapping[str, Any], index: Mapping[str, Any], is_global: bool, defined: Sequence[str]) -> None:
    """Refuses an index that can't be. ``request`` holds the table's key schema; ``defined`` are the names of the
    attributes that have a type."""
    elements = index["KeySchema"]
    kinds = [element["KeyType"] for element in elements]
    if is_global and max(map(kinds.count, kinds)) > 1:
        raise errors.NOT_YET(what="an index key of several attributes")
    names = [element["AttributeName"] for element in elements]
    if any(name not in defined for name in names):
        raise _not_defined(names, defined)
    _check_key_schema(elements, defined)
    name = index["IndexName"]
    if not is_global:
        if len(elements) < 2:
            raise errors.TABLE_DEFINITION(problem=f"Index KeySchema does not have a range key for index: {name}")
        table_hash = request["KeySchema"][0]["AttributeName"]
        if names[0] != table_hash:
            raise errors.TABLE_DEFINITION(
                problem="Index KeySchema does not have the same leading hash key as table KeySchema "
                f"for index: {name}. index hash key: {names[0]}, table hash key: {table_hash}"
            )
    _check_projection(index["Projection"])


def _check_projection(projection: Mapping[str, Any]) -> None:
    kind = projection.get("ProjectionType")
    included = "NonKeyAttributes" in projection
    if kind is None:
        raise errors.TABLE_DEFINITION(problem="Unknown ProjectionType: null")
    if kind == "INCLUDE" and not included:
        raise errors.TABLE_DEFINITION(problem="ProjectionType is INCLUDE, but NonKeyAttributes is not specified")
    if kind != "INCLUDE" and included:
        raise errors.TABLE_DEFINITION(problem=f"ProjectionType is {kind}, but NonKeyAttributes is specified")
    names = projection.get("NonKeyAttributes", ())
    twice = next((name for position, name in enumerate(names) if name in names[:position]), None)
    if twice is not None:
        raise errors.TABLE_DEFINITION(problem=f"Duplicate attribute name in NonKeyAttributes: {twice}")
    for name in names:
        if not 1 <= len(name) <= limits.INDEX_ATTRIBUTE_NAME_LENGTH_MAX:
            raise errors.TABLE_DEFINITION(
                problem="NonKeyAttributes: attribute names must have between 1 and "
                f"{limits.INDEX_ATTRIBUTE_NAME_LENGTH_MAX} characters"
            )


def check_projected_count(indexes: Sequence[Mapping[str, Any]]) -> None:
    """Refuses more attributes projected by name than the indexes of a table may have together."""
    count = sum(len(index["Projection"].get("NonKeyAttributes", ())) for index in indexes)
    if count > limits.INDEX_NON_KEY_ATTRIBUTES_MAX:
        raise errors.TABLE_DEFINITION(
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
        raise errors.TABLE_DEFINITION(problem=f"Duplicate AttributeName in AttributeDefinitions: {twice}")
    if set(defined) == set(used):
        return
    if not indexes:
        raise errors.TABLE_DEFINITION(
            problem="Number of attributes in KeySchema does not exactly match number of attributes "
            "defined in AttributeDefinitions"
        )
    raise errors.TABLE_DEFINITION(
        problem="Some AttributeDefinitions are not used. "
        f"AttributeDefinitions: [{', '.join(defined)}], keys used: [{', '.join(dict.fromkeys(used))}]"
    )
