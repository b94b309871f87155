"""https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html"""

from __future__ import annotations

from typing import Any

import pytest

from services.dynamodb.expressions import conditions, parser
from services.dynamodb.expressions.placeholders import Placeholders
from services.errors import ServiceError

ITEM: dict[str, Any] = {
    "id": {"S": "a"},
    "n": {"N": "10"},
    "s": {"S": "hello"},
    "b": {"B": "AQID"},
    "yes": {"BOOL": True},
    "nil": {"NULL": True},
    "ss": {"SS": ["x", "y"]},
    "ns": {"NS": ["1", "2"]},
    "l": {"L": [{"N": "1"}, {"S": "hello"}, {"M": {"k": {"S": "v"}}}]},
    "m": {"M": {"x": {"N": "1"}, "y": {"M": {"z": {"L": [{"S": "deep"}]}}}}},
    "#odd": {"S": "odd"},
}
VALUES: dict[str, Any] = {
    ":n": {"N": "10.0"},
    ":one": {"N": "1"},
    ":nine": {"N": "9"},
    ":big": {"N": "11"},
    ":s": {"S": "hello"},
    ":h": {"S": "he"},
    ":z": {"S": "z"},
    ":x": {"S": "x"},
    ":b": {"B": "AQI="},
    ":bb": {"B": "AgM="},
    ":true": {"BOOL": True},
    ":ss": {"SS": ["y", "x"]},
    ":m": {"M": {"k": {"S": "v"}}},
    ":tn": {"S": "N"},
    ":tl": {"S": "L"},
    ":bad": {"S": "Q"},
}
NAMES = {"#n": "n", "#odd": "#odd", "#m": "m"}


def bound(text: str, kind: str = "ConditionExpression") -> conditions.Bound:
    return conditions.bind(parser.condition(text, kind), Placeholders(NAMES, VALUES), kind)


@pytest.mark.parametrize(
    "text",
    [
        "n = :n",
        "#n = :n",
        "#odd <> :s",
        ":n = n",
        "n <> :nine",
        "n > :nine AND n < :big",
        "n >= :n and n <= :n",
        "absent <> :n",
        "absent <> nowhere",
        "attribute_type(:n, :tn)",
        "(attribute_exists(n) AND (n = :n OR (n = :one)))",
        "NOT (NOT (n = :n))",
        "NOT absent = :n",
        "NOT (n = :nine OR n = :big)",
        "n = :nine OR n = :big OR n = :n",
        "n = :nine AND n = :big OR n = :n",
        "n = :n OR n = :nine AND n = :big",
        "n BETWEEN :nine AND :big",
        "n BETWEEN :nine AND :big AND s = :s",
        "NOT n BETWEEN :one AND :nine",
        "n IN (:one, :nine, :n)",
        "s IN (:h, :s)",
        "NOT absent IN (:h, :s)",
        "attribute_exists(n)",
        "attribute_exists(m.y.z[0])",
        "attribute_not_exists(m.y.z[1])",
        "attribute_not_exists(l.x)",
        "attribute_not_exists(m[0])",
        "attribute_type(n, :tn) AND attribute_type(l, :tl)",
        "NOT attribute_type(absent, :tn)",
        "begins_with(s, :h)",
        "begins_with(b, :b)",
        "NOT begins_with(n, :h)",
        "contains(s, :h)",
        "contains(b, :bb)",
        "contains(ss, :x) AND NOT contains(ss, :z)",
        "contains(ns, :one)",
        "contains(l, :one) AND contains(l, :m)",
        "NOT contains(n, :one)",
        "size(s) > size(ss)",
        "size(l) > :one",
        "size(b) < :nine",
        "NOT size(n) > :one",
        "NOT size(absent) < :one",
        "(size(s)) < n",
        "yes = :true",
        "ss = :ss",
        "l[2] = :m",
        "m.x = :one",
        "m.y.z[0] > :h OR m.x = :one",
        "(n = :n) AND (s = :s)",
        "s > :h AND NOT s > :n",
    ],
)
def test_what_holds(text: str) -> None:
    assert bound(text).holds(ITEM)


def test_a_chain_of_300_operators() -> None:
    assert bound(" OR ".join(["n = :nine"] * 150)).holds(ITEM) is False
    assert bound("NOT " * 298 + "n = :n").holds(ITEM) is True
    assert bound("NOT(" * 298 + "n = :n" + ")" * 298).holds(ITEM) is True


KIND = "Invalid ConditionExpression: "


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "The expression can not be empty;"),
        ("foo", 'Syntax error; token: "<EOF>", near: "foo"'),
        ("a-b", 'Syntax error; token: "-", near: "a-b"'),
        ("()", 'Syntax error; token: ")", near: "()"'),
        ("a = ", 'Syntax error; token: "<EOF>", near: "="'),
        ("a = :n b", 'Syntax error; token: "b", near: ":n b"'),
        ("contains (themes, :theme", 'Syntax error; token: "<EOF>", near: ":theme"'),
        ("attribute_not_exists(", 'Syntax error; token: "<EOF>", near: "("'),
        ("(n) AND s = :s", 'Syntax error; token: ")", near: "n) AND"'),
        ("(n = :n) = :n", 'Syntax error; token: "=", near: ") = :n"'),
        ("n = :n AND s", 'Syntax error; token: "<EOF>", near: "s"'),
        ("((n = :n))", "The expression has redundant parentheses;"),
        ("n = ((:n))", "The expression has redundant parentheses;"),
        ("name = :n", "Attribute name is a reserved keyword; reserved keyword: name"),
        ("m.Status = :n", "Attribute name is a reserved keyword; reserved keyword: Status"),
        (
            "#missing = :n",
            "An expression attribute name used in the document path is not defined; attribute name: #missing",
        ),
        (
            "n = :missing",
            "An expression attribute value used in expression is not defined; attribute value: :missing",
        ),
        ("foo(n)", "Invalid function name; function: foo"),
        # Of several mistakes, the one that AWS looks for first.
        ("foo(name)", "Invalid function name; function: foo"),
        ("n = :missing OR m.name = :n", "Attribute name is a reserved keyword; reserved keyword: name"),
        ("((n = :missing)) OR foo(n)", "The expression has redundant parentheses;"),
        (
            "size(size(s)) > :one",
            "Incorrect operand type for operator or function; operator or function: size, operand type: N",
        ),
        (
            "attribute_type(n, s)",
            "Incorrect operand type for operator or function; "
            "operator or function: attribute_type, operand type: {NS,SS,L,BS,N,M,B,BOOL,NULL,S}",
        ),
        ("n = foo(n)", "Invalid function name; function: foo"),
        ("if_not_exists(n, :n)", "The function is not allowed in a condition expression; function: if_not_exists"),
        ("size(n)", "The function is not allowed to be used this way in an expression; function: size"),
        (
            "attribute_exists(n) = :n",
            "The function is not allowed to be used this way in an expression; function: attribute_exists",
        ),
        (
            "attribute_exists(n, s)",
            "Incorrect number of operands for operator or function; "
            "operator or function: attribute_exists, number of operands: 2",
        ),
        (
            "attribute_exists(:n)",
            "Operator or function requires a document path; operator or function: attribute_exists",
        ),
        (
            "begins_with(s, :n)",
            "Incorrect operand type for operator or function; operator or function: begins_with, operand type: N",
        ),
        ("n < :true", "Incorrect operand type for operator or function; operator or function: <, operand type: BOOL"),
        (
            "attribute_type(n, :n)",
            "Incorrect operand type for operator or function; operator or function: attribute_type, operand type: N",
        ),
        (
            "attribute_type(n, :bad)",
            "Invalid attribute type name found; type: Q, valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}",
        ),
        (
            "contains(#m, m)",
            "The first operand must be distinct from the remaining operands for this operator or function; "
            "operator: contains, first operand: [m]",
        ),
        (
            "m.x = m.x",
            "The first operand must be distinct from the remaining operands for this operator or function; "
            "operator: =, first operand: [m, x]",
        ),
        (
            "n BETWEEN :big AND :nine",
            "The BETWEEN operator requires upper bound to be greater than or equal to lower bound; "
            "lower bound operand: AttributeValue: {N:11}, upper bound operand: AttributeValue: {N:9}",
        ),
        (
            "n BETWEEN :s AND :nine",
            "The BETWEEN operator requires same data type for lower and upper bounds; "
            "lower bound operand: AttributeValue: {S:hello}, upper bound operand: AttributeValue: {N:9}",
        ),
        (
            "n IN (" + ", ".join([":n"] * 101) + ")",
            "The IN operator is provided with too many operands; number of operands: 101",
        ),
        ("n=:n" + " OR n=:n" * 150, "The expression contains too many operators; operator count: 301"),
        (
            "n = :n OR " * 400 + "n = :n",
            "Expression size has exceeded the maximum allowed size; expression size: 4006",
        ),
    ],
)
def test_what_is_refused(text: str, message: str) -> None:
    if message.startswith("Expression size"):
        text += " " * 100
        message = message.replace("4006", "4106")
    with pytest.raises(ServiceError) as caught:
        bound(text)
    assert (caught.value.code, caught.value.message) == ("ValidationException", KIND + message)


def test_the_parameter_is_named() -> None:
    with pytest.raises(ServiceError, match="Invalid FilterExpression: Syntax error"):
        bound("a-b", "FilterExpression")


def test_the_attributes_looked_at() -> None:
    assert bound("m.x = :one AND size(#odd) > :one").names == {"m", "#odd"}
