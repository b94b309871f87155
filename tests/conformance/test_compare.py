"""Differences are found where they are, and shown as people read them."""

from typing import Any

import pytest

from conformance.compare import Difference, compare
from conformance.recording import Recording


def differences(left: dict[str, Any], right: dict[str, Any]) -> list[Difference]:
    found = compare(Recording("left", {"case": left}), Recording("right", {"case": right}))
    return found["case"]


def answer(status: int = 200, **members: Any) -> dict[str, Any]:
    return {"status": status, "members": members}


def refusal(status: int, code: str, message: str = "m") -> dict[str, Any]:
    return {"status": status, "error": {"Code": code, "Message": message}, "members": {}}


def test_equal_cases_have_none() -> None:
    assert differences({"get": answer(a=[{"b": 1}])}, {"get": answer(a=[{"b": 1}])}) == []


@pytest.mark.parametrize(
    ("left", "right", "path", "shown"),
    [
        (answer(a="1"), answer(a="2"), "get/members/a", ("1", "2")),
        (answer(a=1), answer(a="1"), "get/members/a", ("1", "1")),
        (answer(a=True), answer(a=1), "get/members/a", ("true", "1")),
        (answer(a={"b": 1}), answer(a={}), "get/members/a/b", ("1", "(absent)")),
        (answer(), answer(a=None), "get/members/a", ("(absent)", "null")),
        (answer(a=[1, 2]), answer(a=[1, 3]), "get/members/a/1", ("2", "3")),
        (answer(a=[1]), answer(a=[1, 2]), "get/members/a", ("[1]", "[1,2]")),
        (refusal(404, "A"), refusal(404, "B"), "get/error/Code", ("A", "B")),
        ({"value": "x"}, {"value": "y"}, "get/value", ("x", "y")),
    ],
)
def test_one_difference(left: Any, right: Any, path: str, shown: tuple[str, str]) -> None:
    assert differences({"get": left}, {"get": right}) == [Difference("case", path, *shown)]


def test_another_status_is_one_difference_at_the_step() -> None:
    found = differences({"get": refusal(404, "NoSuchKey", "gone")}, {"get": answer(a=1)})
    assert found == [Difference("case", "get", "404 NoSuchKey: gone", '200 {"a":1}')]


def test_a_failed_call_is_one_difference_at_the_step() -> None:
    found = differences({"get": answer()}, {"get": {"failure": "ReadTimeoutError"}})
    assert found == [Difference("case", "get", "200 {}", "ReadTimeoutError")]


def test_a_missing_step_and_one_too_many() -> None:
    found = differences({"a": answer()}, {"b": answer()})
    assert found == [
        Difference("case", "a", "200 {}", "(absent)"),
        Difference("case", "b", "(absent)", "200 {}"),
    ]


def test_a_case_that_only_one_side_has() -> None:
    found = compare(Recording("l", {"old": {}}), Recording("r", {"new": {}}))
    assert found == {
        "new": [Difference("new", "", "(absent)", "(observed)")],
        "old": [Difference("old", "", "(observed)", "(absent)")],
    }
