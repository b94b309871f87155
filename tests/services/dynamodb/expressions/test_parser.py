"""The parser's own matters: where a text stops making sense, and what is cached."""

from __future__ import annotations

import pytest

from services.dynamodb.expressions import parser
from services.dynamodb.expressions.nodes import Path
from services.dynamodb.expressions.reserved_words import RESERVED_WORDS
from services.errors import ServiceError


def test_trees_are_cached_by_text() -> None:
    assert parser.condition("a = :b", "FilterExpression") is parser.condition("a = :b", "FilterExpression")


def test_paths() -> None:
    assert parser.projection("a, #b.c[12].d , e[0][1]") == (
        Path(("a",)),
        Path(("#b", "c", 12, "d")),
        Path(("e", 0, 1)),
    )


@pytest.mark.parametrize(
    ("text", "token", "near"),
    [
        ("a b", "b", "a b"),
        ("a,", "<EOF>", ","),
        ("!!! INVALID !!!", "!", "!!"),
        (":v", ":v", ":v"),
        ("a[x]", "x", "[x]"),
        ("a..b", ".", "..b"),
        ("1a", "1a", "1a"),
        ("_type", "_", "_type"),
        ("a, _type", "_", ", _type"),
        ("__type", "_", "__"),
        ("a[-1]", "-", "[-1"),
    ],
)
def test_where_a_syntax_error_is(text: str, token: str, near: str) -> None:
    with pytest.raises(ServiceError) as caught:
        parser.projection(text)
    assert caught.value.message == f'Invalid ProjectionExpression: Syntax error; token: "{token}", near: "{near}"'


def test_paths_have_limits() -> None:
    assert len(parser.projection("a" + ".b" * 31)[0].steps) == 32
    with pytest.raises(ServiceError, match="The document path has too many nesting levels; nesting levels: 33"):
        parser.projection("a" + ".b" * 32)
    with pytest.raises(ServiceError, match=r"List index is not within the allowable range; index: \[99999999999999\]"):
        parser.projection("a[99999999999999]")


@pytest.mark.parametrize("text", ["(" * 4096, "a = " + "f(" * 1000 + "b" + ")" * 1000, "a = " + "(" * 2000])
def test_a_condition_of_parentheses(text: str) -> None:
    with pytest.raises(ServiceError, match=r"^Invalid ConditionExpression: "):
        parser.condition(text, "ConditionExpression")


def test_an_update_of_parentheses() -> None:
    with pytest.raises(ServiceError, match=r"^Invalid UpdateExpression: "):
        parser.update("SET a = " + "(" * 4000)


def test_the_reserved_words() -> None:
    assert len(RESERVED_WORDS) == 573
    assert {"ABORT", "STATUS", "ZONE"} <= RESERVED_WORDS
