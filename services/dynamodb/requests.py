"""What requests have in common: which parameters go together, and the expressions they carry.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/LegacyConditionalParameters.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from services.dynamodb import errors, legacy
from services.dynamodb.expressions import conditions, parser, projections, updates
from services.dynamodb.expressions.conditions import Bound
from services.dynamodb.expressions.placeholders import Placeholders
from services.dynamodb.expressions.projections import Projection
from services.dynamodb.expressions.updates import BoundUpdate

_NO_PLACEHOLDERS = Placeholders()


@dataclass(frozen=True, slots=True)
class Parameters:
    """Which of its parameters an operation takes as expressions, and the older ones that they replace.

    values_with: the expressions that may use values, in the order of AWS's message.
    terse: whether AWS's 2026 texts apply, which don't say which expression is missing.
    older: whether bad values are told as by the older validator.
    """

    expressions: tuple[str, ...]
    legacy: tuple[str, ...]
    values_with: tuple[str, ...] = ()
    terse: bool = False
    older: bool = False

    def transacted(self) -> Parameters:
        """The same parameters in a transaction."""
        return replace(self, terse=False, older=True)


PUT = Parameters(("ConditionExpression",), ("Expected", "ConditionalOperator"), ("ConditionExpression",), terse=True)
DELETE = PUT
UPDATE = Parameters(
    ("UpdateExpression", "ConditionExpression"),
    ("AttributeUpdates", "Expected", "ConditionalOperator"),
    ("UpdateExpression", "ConditionExpression"),
    terse=True,
)
GET = Parameters(("ProjectionExpression",), ("AttributesToGet",))
QUERY = Parameters(
    ("ProjectionExpression", "FilterExpression", "KeyConditionExpression"),
    ("AttributesToGet", "QueryFilter", "ConditionalOperator", "KeyConditions"),
    ("FilterExpression", "KeyConditionExpression"),
)
SCAN = Parameters(
    ("ProjectionExpression", "FilterExpression"),
    ("AttributesToGet", "ScanFilter", "ConditionalOperator"),
    ("FilterExpression",),
    older=True,
)
_ALL = frozenset(
    name for parameters in (UPDATE, GET, QUERY, SCAN) for name in (*parameters.expressions, *parameters.legacy)
) | {"ExpressionAttributeNames", "ExpressionAttributeValues"}


def plain(request: Mapping[str, Any]) -> bool:
    """Whether a request has none of these parameters."""
    return _ALL.isdisjoint(request)


def placeholders(request: Mapping[str, Any], parameters: Parameters) -> Placeholders:
    """The request's placeholders. Refuses parameters that don't go together."""
    if plain(request):
        return _NO_PLACEHOLDERS
    expressions = [name for name in parameters.expressions if name in request]
    older = [name for name in parameters.legacy if name in request]
    if "KeyConditionExpression" not in request and "KeyConditions" in older:
        # Filters and projections came before key conditions as expressions, and may still stand beside KeyConditions.
        older.remove("KeyConditions")
    if expressions and older:
        raise errors.MIXED_PARAMETERS(legacy=", ".join(older), expressions=", ".join(expressions))
    names, values = request.get("ExpressionAttributeNames"), request.get("ExpressionAttributeValues")
    if names is not None and not expressions:
        raise errors.ONLY_WITH_EXPRESSIONS(member="ExpressionAttributeNames")
    if values is not None and not any(name in request for name in parameters.values_with):
        if parameters.terse:
            raise errors.ONLY_WITH_EXPRESSIONS(member="ExpressionAttributeValues")
        missing = " and ".join(parameters.values_with) + (
            " is null" if len(parameters.values_with) == 1 else " are null"
        )
        raise errors.ONLY_WITH_NAMED_EXPRESSIONS(member="ExpressionAttributeValues", expressions=missing)
    return Placeholders(names, values, older=parameters.older)


def condition(request: Mapping[str, Any], known: Placeholders) -> Bound | None:
    """The condition of a write: of ConditionExpression or Expected."""
    text = request.get("ConditionExpression")
    if text is not None:
        return conditions.bind(parser.condition(text, "ConditionExpression"), known, "ConditionExpression")
    tree = legacy.expected(request)
    return None if tree is None else conditions.bind(tree, known, "Expected")


def row_filter(request: Mapping[str, Any], known: Placeholders, older: str) -> Bound | None:
    """The filter of a Query or Scan: of FilterExpression or ``older`` (QueryFilter, ScanFilter)."""
    text = request.get("FilterExpression")
    if text is not None:
        return conditions.bind(parser.condition(text, "FilterExpression"), known, "FilterExpression")
    tree = legacy.conditions(request.get(older), request.get("ConditionalOperator"))
    return None if tree is None else conditions.bind(tree, known, older)


def projection(request: Mapping[str, Any], known: Placeholders) -> Projection | None:
    """What of an item is asked for: by ProjectionExpression or AttributesToGet."""
    text = request.get("ProjectionExpression")
    if text is not None:
        return projections.bind(parser.projection(text), known)
    names = request.get("AttributesToGet")
    return None if names is None else legacy.attributes_to_get(names)


def update(request: Mapping[str, Any], known: Placeholders) -> BoundUpdate | None:
    """The update of an item: of UpdateExpression or AttributeUpdates."""
    text = request.get("UpdateExpression")
    if text is not None:
        return updates.bind(parser.update(text), known)
    tree = legacy.attribute_updates(request.get("AttributeUpdates"))
    return None if tree is None else updates.bind(tree, known)
