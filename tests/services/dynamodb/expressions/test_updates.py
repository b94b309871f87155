"""https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.UpdateExpressions.html"""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.dynamodb.expressions import parser, updates
from services.dynamodb.expressions.placeholders import Placeholders
from services.errors import ServiceError

ITEM: dict[str, Any] = {
    "id": {"S": "a"},
    "n": {"N": "10"},
    "s": {"S": "text"},
    "l": {"L": [{"N": "0"}, {"N": "1"}, {"N": "2"}]},
    "m": {"M": {"x": {"N": "1"}, "l": {"L": [{"M": {"y": {"S": "deep"}}}]}}},
    "ss": {"SS": ["a", "b"]},
    "ns": {"NS": ["1", "2"]},
}
VALUES: dict[str, Any] = {
    ":one": {"N": "1"},
    ":t": {"S": "new"},
    ":list": {"L": [{"S": "p"}, {"S": "q"}]},
    ":empty": {"L": []},
    ":ss": {"SS": ["b", "c"]},
    ":both": {"SS": ["a", "b"]},
    ":ns": {"NS": ["2", "3.0"]},
    ":map": {"M": {"k": {"L": [{"N": "1"}]}}},
    ":true": {"BOOL": True},
}


def bound(text: str) -> updates.BoundUpdate:
    return updates.bind(parser.update(text), Placeholders({"#n": "n", "#dot": "a.b"}, VALUES))


def applied(text: str) -> dict[str, Any]:
    item = copy.deepcopy(ITEM)
    bound(text).apply(item)
    return item


@pytest.mark.parametrize(
    ("text", "changed"),
    [
        ("SET v = :t", {"v": {"S": "new"}}),
        ("set #n = :t", {"n": {"S": "new"}}),
        ("SET #dot = :t", {"a.b": {"S": "new"}}),
        ("SET n = n + :one", {"n": {"N": "11"}}),
        ("SET v = :one - n", {"v": {"N": "-9"}}),
        ("SET v = (n + :one)", {"v": {"N": "11"}}),
        ("SET v = ((n) + (m.x))", {"v": {"N": "11"}}),
        ("SET v = n, n = s, s = n", {"v": {"N": "10"}, "n": {"S": "text"}, "s": {"N": "10"}}),
        ("SET v = if_not_exists(v, :t), s = if_not_exists(s, :t)", {"v": {"S": "new"}}),
        ("SET v = if_not_exists(v, :one) + :one", {"v": {"N": "2"}}),
        ("SET l = list_append(l, :list)", {"l": {"L": [*ITEM["l"]["L"], {"S": "p"}, {"S": "q"}]}}),
        ("SET l = list_append(:list, l)", {"l": {"L": [{"S": "p"}, {"S": "q"}, *ITEM["l"]["L"]]}}),
        ("SET v = list_append(if_not_exists(v, :empty), :list)", {"v": VALUES[":list"]}),
        ("SET l[1] = :t", {"l": {"L": [{"N": "0"}, {"S": "new"}, {"N": "2"}]}}),
        ("SET l[9] = :t, l[5] = :one", {"l": {"L": [*ITEM["l"]["L"], {"N": "1"}, {"S": "new"}]}}),
        ("SET m.x = :t", {"m": {"M": {"x": {"S": "new"}, "l": ITEM["m"]["M"]["l"]}}}),
        (
            "SET m.l[0].y = :t",
            {"m": {"M": {"x": {"N": "1"}, "l": {"L": [{"M": {"y": {"S": "new"}}}]}}}},
        ),
        ("SET v = m.l[0].y", {"v": {"S": "deep"}}),
        ("SET v = m, m.x = :t", {"v": ITEM["m"], "m": {"M": {"x": {"S": "new"}, "l": ITEM["m"]["M"]["l"]}}}),
        ("REMOVE s, nothing", {"s": None}),
        ("REMOVE l[0], l[2]", {"l": {"L": [{"N": "1"}]}}),
        ("REMOVE l[0], l[7]", {"l": {"L": [{"N": "1"}, {"N": "2"}]}}),
        ("SET l[7] = :t REMOVE l[0]", {"l": {"L": [{"N": "1"}, {"N": "2"}, {"S": "new"}]}}),
        ("REMOVE m.l[0].y", {"m": {"M": {"x": {"N": "1"}, "l": {"L": [{"M": {}}]}}}}),
        ("ADD n :one, v :one", {"n": {"N": "11"}, "v": {"N": "1"}}),
        ("ADD ss :ss, v :ss", {"ss": {"SS": ["a", "b", "c"]}, "v": {"SS": ["b", "c"]}}),
        ("ADD ns :ns", {"ns": {"NS": ["1", "2", "3"]}}),
        ("ADD m.x :one", {"m": {"M": {"x": {"N": "2"}, "l": ITEM["m"]["M"]["l"]}}}),
        ("DELETE ss :ss", {"ss": {"SS": ["a"]}}),
        ("DELETE ss :both, nothing :ss", {"ss": None}),
        ("DELETE ns :ns", {"ns": {"NS": ["1"]}}),
        (
            "SET v = :t REMOVE s ADD n :one DELETE ss :ss",
            {"v": {"S": "new"}, "s": None, "n": {"N": "11"}, "ss": {"SS": ["a"]}},
        ),
    ],
)
def test_what_updates_do(text: str, changed: dict[str, Any]) -> None:
    expected = {name: value for name, value in (ITEM | changed).items() if value is not None}
    assert applied(text) == expected


KIND = "Invalid UpdateExpression: "
MISSING = "The provided expression refers to an attribute that does not exist in the item"
WRONG_TYPE = "An operand in the update expression has an incorrect data type"
BAD_PATH = "The document path provided in the update expression is invalid for update"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("SET v = nothing", MISSING),
        ("SET v = nothing + :one", MISSING),
        ("SET v = s + :one", WRONG_TYPE),
        ("SET v = list_append(s, :list)", WRONG_TYPE),
        ("SET nothing.x = :one", BAD_PATH),
        ("SET s.x = :one", BAD_PATH),
        ("SET m[0] = :one", BAD_PATH),
        ("SET l.x = :one", BAD_PATH),
        ("REMOVE nothing.x", BAD_PATH),
        ("ADD s :one", WRONG_TYPE),
        ("ADD ss :ns", WRONG_TYPE),
        ("DELETE n :ss", WRONG_TYPE),
        (
            "SET v = :t + :one",
            KIND + "Incorrect operand type for operator or function; operator or function: +, operand type: S",
        ),
        (
            "SET v = list_append(l, :t)",
            KIND
            + "Incorrect operand type for operator or function; operator or function: list_append, operand type: S",
        ),
        (
            "ADD v :t",
            KIND + "Incorrect operand type for operator or function; operator: ADD, operand type: STRING, "
            "typeSet: ALLOWED_FOR_ADD_OPERAND",
        ),
        (
            "DELETE v :one",
            KIND + "Incorrect operand type for operator or function; operator: DELETE, operand type: NUMBER, "
            "typeSet: ALLOWED_FOR_DELETE_OPERAND",
        ),
        (
            "SET m = :t, m.x = :t",
            KIND + "Two document paths overlap with each other; must remove or rewrite one of these paths; "
            "path one: [m], path two: [m, x]",
        ),
        (
            "SET v = :t REMOVE v",
            KIND + "Two document paths overlap with each other; must remove or rewrite one of these paths; "
            "path one: [v], path two: [v]",
        ),
        (
            "SET m.x = :t, m[0] = :t",
            KIND + "Two document paths conflict with each other; must remove or rewrite one of these paths; "
            "path one: [m, x], path two: [m, [0]]",
        ),
        ("SET a = :t SET b = :t", KIND + 'The "SET" section can only be used once in an update expression;'),
        ("SET v = foo(s)", KIND + "Invalid function name; function: foo"),
        (
            "SET v = size(s)",
            KIND + "The function is not allowed in an update expression; function: size",
        ),
        (
            "SET v = if_not_exists(s)",
            KIND + "Incorrect number of operands for operator or function; "
            "operator or function: if_not_exists, number of operands: 1",
        ),
        (
            "SET v = if_not_exists(:t, :t)",
            KIND + "Operator or function requires a document path; operator or function: if_not_exists",
        ),
        ("SET size = :t", KIND + "Attribute name is a reserved keyword; reserved keyword: size"),
        ("SET v = :t + :one + :one", KIND + 'Syntax error; token: "+", near: ":one + :one"'),
        ("SET v = ((:t))", KIND + "The expression has redundant parentheses;"),
        (
            "SET v = list_append(list_append(:list, :empty), :list)",
            KIND + "The function is not allowed to be used this way in an expression; function: list_append",
        ),
        # Of several mistakes, the one that AWS looks for first.
        ("SET v = foo(name)", KIND + "Attribute name is a reserved keyword; reserved keyword: name"),
        (
            "SET v = :missing, v = #missing",
            KIND + "An expression attribute name used in the document path is not defined; attribute name: #missing",
        ),
        ("SET v =", KIND + 'Syntax error; token: "<EOF>", near: "="'),
        ("SET v = :t,", KIND + 'Syntax error; token: "<EOF>", near: ","'),
        ("ADD hits : incr", KIND + 'Syntax error; token: ":", near: "hits : incr"'),
    ],
)
def test_what_is_refused(text: str, message: str) -> None:
    with pytest.raises(ServiceError) as caught:
        applied(text)
    assert (caught.value.code, caught.value.message) == ("ValidationException", message)


def test_keys_are_left_alone() -> None:
    with pytest.raises(ServiceError, match=r"Cannot update attribute id\. This attribute is part of the key"):
        bound("REMOVE s, id").check_keys(("id",))


def test_a_stored_value_is_nobody_elses() -> None:
    item = applied("SET v = :map, w = :map")
    item["v"]["M"]["k"]["L"].append({"N": "2"})
    assert item["w"] == VALUES[":map"]


names = st.sampled_from(["a", "b", "c"])
amounts = st.integers(-5, 5)
actions = st.one_of(
    st.tuples(st.just("SET"), names, amounts),
    st.tuples(st.just("PLUS"), names, amounts),
    st.tuples(st.just("ADD"), names, amounts),
    st.tuples(st.just("REMOVE"), names, st.just(0)),
)


@settings(deadline=None)
@given(
    st.dictionaries(names, amounts),
    st.lists(actions, min_size=1, max_size=3, unique_by=lambda action: action[1]),
)
def test_against_a_dict_of_integers(start: dict[str, int], chosen: list[tuple[str, str, int]]) -> None:
    model = dict(start)
    sections: dict[str, list[str]] = {"SET": [], "ADD": [], "REMOVE": []}
    values = {}
    for number, (what, name, amount) in enumerate(chosen):
        if what != "REMOVE":
            values[f":v{number}"] = {"N": str(amount)}
        if what == "SET":
            sections["SET"].append(f"{name} = :v{number}")
            model[name] = amount
        elif what == "PLUS":
            sections["SET"].append(f"{name} = if_not_exists({name}, :v{number}) + :v{number}")
            model[name] = start.get(name, amount) + amount
        elif what == "ADD":
            sections["ADD"].append(f"{name} :v{number}")
            model[name] = start.get(name, 0) + amount
        else:
            sections["REMOVE"].append(name)
            model.pop(name, None)
    text = " ".join(f"{word} {', '.join(parts)}" for word, parts in sections.items() if parts)
    item = {name: {"N": str(amount)} for name, amount in start.items()}
    updates.bind(parser.update(text), Placeholders(None, values or None)).apply(item)
    assert item == {name: {"N": str(amount)} for name, amount in model.items()}
