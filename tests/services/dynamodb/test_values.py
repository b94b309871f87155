"""https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeValue.html"""

from __future__ import annotations

from typing import Any

import pytest

from services.dynamodb.values import checked, encoded
from services.errors import ServiceError


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ({"S": ""}, {"S": ""}),
        ({"N": "1.0"}, {"N": "1"}),
        ({"B": ""}, {"B": ""}),
        ({"B": "AQI="}, {"B": "AQI="}),
        ({"BOOL": False}, {"BOOL": False}),
        ({"NULL": True}, {"NULL": True}),
        # Since 2026.
        ({"NULL": False}, {"NULL": True}),
        ({"SS": ["b", "a"]}, {"SS": ["a", "b"]}),
        ({"NS": ["10", "9", "-1.50"]}, {"NS": ["-1.5", "9", "10"]}),
        ({"BS": ["/w==", "AQ=="]}, {"BS": ["AQ==", "/w=="]}),
        ({"L": []}, {"L": []}),
        ({"M": {}}, {"M": {}}),
        ({"L": [{"N": "01"}, {"M": {"a": {"SS": ["z", "y"]}}}]}, {"L": [{"N": "1"}, {"M": {"a": {"SS": ["y", "z"]}}}]}),
        ({"S": "a", "N": None}, {"S": "a"}),
    ],
)
def test_values_are_normalised(value: Any, kept: Any) -> None:
    assert checked(value) == kept


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({}, "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"),
        ({"X": "a"}, "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"),
        ({"S": None}, "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"),
        (
            {"S": "a", "N": "1"},
            "Supplied AttributeValue has more than one datatypes set, "
            "must contain exactly one of the supported datatypes",
        ),
        ({"SS": []}, "One or more parameter values were invalid: An string set  may not be empty"),
        ({"NS": []}, "One or more parameter values were invalid: An number set  may not be empty"),
        ({"BS": []}, "One or more parameter values were invalid: Binary sets should not be empty"),
        (
            {"SS": ["a", "a"]},
            'One or more parameter values were invalid: Input collection ["a", "a"] contains duplicates.',
        ),
        (
            {"SS": ["b", "a", "b", "0"]},
            'One or more parameter values were invalid: Input collection ["a", "b", "b", "0"] contains duplicates.',
        ),
        (
            {"BS": ["/w==", "AA==", "AA=="]},
            "One or more parameter values were invalid: "
            'Input collection ["AA==","/w==","AA=="]of type BS contains duplicates.',
        ),
        (
            {"NS": ["1", "1.0"]},
            "One or more parameter values were invalid: Input collection contains duplicates.",
        ),
        ({"N": "x"}, "The parameter cannot be converted to a numeric value: x"),
        (
            {"M": {"a": {"L": [{}]}}},
            "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes",
        ),
    ],
)
def test_what_is_no_value(value: Any, message: str) -> None:
    with pytest.raises(ServiceError) as caught:
        checked(value)
    assert (caught.value.code, caught.value.message) == ("ValidationException", message)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"S": 1}, "NUMBER_VALUE cannot be converted to String"),
        ({"S": True}, "TRUE_VALUE cannot be converted to String"),
        ({"N": 1}, "NUMBER_VALUE cannot be converted to String"),
        ({"BOOL": "true"}, "STRING_VALUE cannot be converted to Boolean"),
        ({"S": {}}, "Start of structure or map found where not expected."),
        ({"S": []}, "Start of list found where not expected"),
        ("a", "Unexpected value type in payload"),
        (
            {"B": "a"},
            "'a' can not be converted to a Blob: Base64 encoded length is expected a multiple of 4 bytes but found: 1",
        ),
        ({"B": "ab!="}, "'ab!=' can not be converted to a Blob: Invalid Base64 character: '!'"),
    ],
)
def test_json_of_the_wrong_type(value: Any, message: str) -> None:
    with pytest.raises(ServiceError) as caught:
        checked(value)
    assert (caught.value.code, caught.value.message) == ("SerializationException", message)


def test_nesting() -> None:
    value: dict[str, Any] = {"S": "deep"}
    for _ in range(31):
        value = {"L": [value]}
    assert checked(value) == value
    with pytest.raises(ServiceError, match=r"^Nesting Levels have exceeded supported limits: Attributes in the item"):
        checked({"M": {"a": value}})


def test_encoded_items_are_equal_when_items_are() -> None:
    first = encoded({"b": {"S": "ü"}, "a": {"M": {"y": {"N": "1"}, "x": {"N": "2"}}}})
    second = encoded({"a": {"M": {"x": {"N": "2"}, "y": {"N": "1"}}}, "b": {"S": "ü"}})
    assert first == second == '{"a":{"M":{"x":{"N":"2"},"y":{"N":"1"}}},"b":{"S":"ü"}}'.encode()
