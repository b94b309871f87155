"""ProjectionExpression: which part of an item an answer shows.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.ProjectionExpressions.html
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.dynamodb.expressions import paths
from services.dynamodb.expressions.nodes import Path
from services.dynamodb.expressions.placeholders import Placeholders, Steps
from services.dynamodb.values import Item


@dataclass(frozen=True, slots=True)
class Projection:
    """Paths of which none contains another."""

    paths: tuple[Steps, ...]

    @property
    def names(self) -> frozenset[str]:
        """The top-level attributes."""
        return frozenset(str(steps[0]) for steps in self.paths)

    def of(self, item: Item) -> Item:
        """The part of the item; empty where nothing of it is there."""
        if all(len(steps) == 1 for steps in self.paths):
            return {str(name): item[str(name)] for (name,) in self.paths if name in item}
        return paths.pick(item, self.paths)


def bind(trees: Sequence[Path], placeholders: Placeholders, kind: str = "ProjectionExpression") -> Projection:
    """The projection of a request. Refuses paths that overlap."""
    resolved = [placeholders.resolve(tree, kind) for tree in trees]
    paths.check_disjoint(resolved, kind)
    return Projection(tuple(resolved))
