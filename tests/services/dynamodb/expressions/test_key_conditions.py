"""Key ranges against the order of the keys themselves; what is refused stands in ``operations/test_query.py``."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.dynamodb import keys
from services.dynamodb.expressions import key_conditions, parser
from services.dynamodb.expressions.placeholders import Placeholders
from services.dynamodb.keys import KeySchema

SCHEMA = KeySchema.of("id", "S", "r", "S")
texts = st.text(st.sampled_from("a\0\1b\U0010ffff"), min_size=1, max_size=3)
OPERATORS: dict[str, Any] = {
    "r = :v": lambda r, v, w: r == v,
    "r < :v": lambda r, v, w: r < v,
    "r <= :v": lambda r, v, w: r <= v,
    "r > :v": lambda r, v, w: r > v,
    "r >= :v": lambda r, v, w: r >= v,
    "r BETWEEN :v AND :w": lambda r, v, w: v <= r <= w,
    "begins_with(r, :v)": lambda r, v, w: r.startswith(v),
}


@settings(deadline=None)
@given(st.sampled_from(sorted(OPERATORS)), texts, texts, texts, st.binary(max_size=3))
def test_a_range_holds_what_the_operator_says(text: str, r: str, v: str, w: str, behind: bytes) -> None:
    v, w = min(v, w), max(v, w)
    values = {":id": {"S": "p"}, ":v": {"S": v}, ":w": {"S": w}}
    tree = parser.condition(f"id = :id AND {text}", "KeyConditionExpression")
    found = key_conditions.key_range(key_conditions.bind(tree, Placeholders(None, values)), SCHEMA)
    # An index's keys have the table's behind them.
    key = SCHEMA.encode({"id": {"S": "p"}, "r": {"S": r}}) + behind
    inside = found.low <= key and (found.high is None or key < found.high)
    assert inside == OPERATORS[text](r, v, w)
    assert found.partition == keys.partition({"S": "p"})
    elsewhere = SCHEMA.encode({"id": {"S": "p\0"}, "r": {"S": r}})
    assert not (found.low <= elsewhere and (found.high is None or elsewhere < found.high))
