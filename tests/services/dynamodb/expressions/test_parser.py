"""The parser's own matters: when lark is loaded, and what is cached."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from services.dynamodb.expressions import parser
from services.dynamodb.expressions.nodes import Path as DocumentPath
from services.dynamodb.expressions.reserved_words import RESERVED_WORDS
from services.errors import ServiceError

HOUSE = Path(__file__).parents[4]


def test_lark_is_loaded_by_the_first_expression_only() -> None:
    program = (
        "import sys; from services.dynamodb.service import SERVICE; from services.dynamodb.expressions import parser;"
        "print('lark' in sys.modules); parser.projection('a'); print('lark' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", program], cwd=HOUSE, capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["False", "True"]


def test_trees_are_cached_by_text() -> None:
    assert parser.condition("a = :b", "FilterExpression") is parser.condition("a = :b", "FilterExpression")


def test_paths() -> None:
    assert parser.projection("a, #b.c[12].d , e[0][1]") == (
        DocumentPath(("a",)),
        DocumentPath(("#b", "c", 12, "d")),
        DocumentPath(("e", 0, 1)),
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
    ],
)
def test_where_a_syntax_error_is(text: str, token: str, near: str) -> None:
    with pytest.raises(ServiceError) as caught:
        parser.projection(text)
    assert caught.value.message == f'Invalid ProjectionExpression: Syntax error; token: "{token}", near: "{near}"'


def test_the_reserved_words() -> None:
    assert len(RESERVED_WORDS) == 573
    assert {"ABORT", "STATUS", "ZONE"} <= RESERVED_WORDS
