"""https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html"""

from __future__ import annotations

from decimal import Context, Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.dynamodb import numbers
from services.errors import ServiceError

NINES = "9" * 38


@st.composite
def decimals(draw: st.DrawFn) -> Decimal:
    digits = draw(st.integers(min_value=-(10**38) + 1, max_value=10**38 - 1))
    length = len(str(abs(digits)))
    exponent = draw(st.integers(min_value=-130, max_value=125 - length + 1))
    return Decimal(digits).scaleb(exponent, Context(prec=60))


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("1", "1"),
        ("1.0", "1"),
        ("01", "1"),
        ("+7", "7"),
        ("-0", "0"),
        ("0.000", "0"),
        ("1e3", "1000"),
        ("1.5E2", "150"),
        ("100", "100"),
        (".5", "0.5"),
        ("5.", "5"),
        ("0.050", "0.05"),
        ("1E-5", "0.00001"),
        ("-12.3400", "-12.34"),
        ("1E-130", "0." + "0" * 129 + "1"),
        (f"9.{NINES[1:]}E+125", NINES + "0" * 88),
        (f"-9.{NINES[1:]}E+125", "-" + NINES + "0" * 88),
        ("0" * 60 + "1", "1"),
        ("1" + "0" * 60, "1" + "0" * 60),
    ],
)
def test_a_number_has_one_text(text: str, kept: str) -> None:
    assert numbers.normalised(text) == kept


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "The parameter cannot be converted to a numeric value: "),
        ("abc", "The parameter cannot be converted to a numeric value: abc"),
        ("NaN", "The parameter cannot be converted to a numeric value: NaN"),
        ("Infinity", "The parameter cannot be converted to a numeric value: Infinity"),
        ("1 ", "The parameter cannot be converted to a numeric value: 1 "),
        ("١", "The parameter cannot be converted to a numeric value: ١"),
        (".", "The parameter cannot be converted to a numeric value: ."),
        ("1e126", "Number overflow. Attempting to store a number with magnitude larger than supported range"),
        ("1e99999999999", "Number overflow. Attempting to store a number with magnitude larger than supported range"),
        ("-1e126", "Number overflow. Attempting to store a number with magnitude larger than supported range"),
        ("1e-131", "Number underflow. Attempting to store a number with magnitude smaller than supported range"),
        ("1" * 39, "Attempting to store more than 38 significant digits in a Number"),
        ("0." + "1" * 39, "Attempting to store more than 38 significant digits in a Number"),
    ],
)
def test_what_is_no_number(text: str, message: str) -> None:
    with pytest.raises(ServiceError) as caught:
        numbers.normalised(text)
    assert caught.value.message == message


@settings(deadline=None)
@given(decimals())
def test_the_text_keeps_the_value_and_is_a_fixed_point(value: Decimal) -> None:
    text = numbers.normalised(str(value))
    assert Decimal(text) == value
    assert numbers.normalised(text) == text
    assert numbers.normalised(f"{value:f}") == text


@settings(deadline=None)
@given(decimals(), decimals())
def test_the_order_of_the_bytes_is_that_of_the_numbers(left: Decimal, right: Decimal) -> None:
    first, second = (numbers.ordered(numbers.normalised(str(value))) for value in (left, right))
    assert (first < second) == (left < right)
    assert (first == second) == (left == right)
    assert left == right or not second.startswith(first)


@settings(deadline=None)
@given(st.integers(-(10**18), 10**18), st.integers(-(10**18), 10**18))
def test_arithmetic_is_exact(left: int, right: int) -> None:
    assert numbers.add(str(left), str(right)) == str(left + right)
    assert numbers.subtract(str(left), str(right)) == str(left - right)
    assert numbers.add("0.1", "0.2") == "0.3"


def test_a_sum_must_be_a_number_too() -> None:
    # AWS calls this an overflow, too.
    with pytest.raises(ServiceError, match="overflow"):
        numbers.add("1e37", "0.1")
    with pytest.raises(ServiceError, match="overflow"):
        numbers.add("9e125", "9e125")


@pytest.mark.parametrize(
    ("text", "size"), [("0", 1), ("1", 2), ("12", 2), ("123", 3), ("-1", 3), ("1000", 2), ("1.5", 3)]
)
def test_size(text: str, size: int) -> None:
    assert numbers.size(text) == size


@given(st.integers(1, 10**38 - 1), st.integers(0, 80))
def test_a_sign_takes_one_byte(digits: int, zeros: int) -> None:
    text = numbers.normalised(f"{digits}e{zeros}")
    assert numbers.size("-" + text) == numbers.size(text) + 1
