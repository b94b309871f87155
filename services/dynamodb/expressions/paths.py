"""Document paths as they meet items."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from services.dynamodb import errors
from services.dynamodb.expressions.placeholders import Steps
from services.dynamodb.values import Item, Value


def find(item: Mapping[str, Value], steps: Steps) -> Value | None:
    """What stands at the path; None where nothing does."""
    value = item.get(steps[0])  # type: ignore[arg-type]  # a path begins with a name
    for step in steps[1:]:
        if value is None:
            return None
        if isinstance(step, int):
            members = value.get("L")
            value = members[step] if members is not None and step < len(members) else None
        else:
            value = value.get("M", {}).get(step)
    return value


def shown(steps: Steps) -> str:
    """As AWS's messages show a path: ``[a, b, [1]]``."""
    return f"[{', '.join(f'[{step}]' if isinstance(step, int) else step for step in steps)}]"


def check_disjoint(paths: Iterable[Steps], kind: str) -> None:
    """Refuses paths of which one contains another, or that take one thing for a list and for a map."""
    seen: list[Steps] = []
    for path in paths:
        for other in seen:
            _check_pair(other, path, kind)
        seen.append(path)


def _check_pair(one: Steps, two: Steps, kind: str) -> None:
    for left, right in zip(one, two, strict=False):
        if isinstance(left, int) is not isinstance(right, int):
            raise errors.PATHS_CONFLICT(kind=kind, one=shown(one), two=shown(two))
        if left != right:
            return
    raise errors.PATHS_OVERLAP(kind=kind, one=shown(one), two=shown(two))


def pick(item: Mapping[str, Value], paths: Iterable[Steps]) -> Item:
    """The part of an item that the (disjoint) paths name: maps with the named keys, lists with the named elements in
    their order. What isn't there is left out."""
    tree: dict[str | int, object] = {}
    for path in paths:
        branch = tree
        for step in path[:-1]:
            branch = branch.setdefault(step, {})  # type: ignore[assignment]
        branch[path[-1]] = None
    picked = _pick_map(item, tree)
    return {} if picked is None else picked


def _pick_map(members: Mapping[str, Value], tree: Mapping[str | int, object]) -> Item | None:
    picked = {}
    for step, branch in tree.items():
        value = members.get(step)  # type: ignore[arg-type]
        if value is not None:
            kept = value if branch is None else _pick(value, branch)  # type: ignore[arg-type]
            if kept is not None:
                picked[step] = kept
    return picked or None  # type: ignore[return-value]


def _pick(value: Value, tree: Mapping[str | int, object]) -> Value | None:
    if "M" in value:
        members = _pick_map(value["M"], tree)
        return None if members is None else {"M": members}
    if "L" not in value:
        return None
    elements = []
    for step in sorted(step for step in tree if isinstance(step, int)):
        if step < len(value["L"]):
            branch = tree[step]
            element = value["L"][step]
            kept = element if branch is None else _pick(element, branch)  # type: ignore[arg-type]
            if kept is not None:
                elements.append(kept)
    return {"L": elements} if elements else None
