"""DynamoDB's numbers: decimal, up to 38 significant digits, magnitude 1E-130 to 9.99…E+125, zero.

They travel as text. Two texts of one number have one *normalised* text, which is what is stored and returned: without
exponent, leading or trailing zeros. So equality is equality of texts; order is that of :func:`ordered`'s bytes.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html#HowItWorks.DataTypes.Number
"""

from __future__ import annotations

import re
from decimal import Context, Decimal

from services.dynamodb import errors, limits
from services.errors import ServiceError

_NUMBER = re.compile(r"([+-]?)([0-9]*)(?:\.([0-9]*))?(?:[eE]([+-]?[0-9]{1,30}))?")
_COMPLEMENT = bytes(range(255, -1, -1))
# Wide enough for the exact sum of the largest and the smallest number.
_EXACT = Context(prec=300, Emax=999, Emin=-999)


def normalised(text: str) -> str:
    """The number's one text. Raises the refusals of numbers that are none, too long, too large or too small."""
    if text.isdigit() and text.isascii() and len(text) <= limits.NUMBER_DIGITS_MAX and text[0] != "0":
        return text
    match = _NUMBER.fullmatch(text)
    if match is None or not (match[2] or match[3]):
        error = errors.NOT_A_NUMBER(text=text)
        raise error if text else errors.LayeredError(error, errors.NUMBER_EMPTY_OLDER())
    sign, whole, fraction, exponent = match[1], match[2], match[3] or "", int(match[4] or 0)
    digits = (whole + fraction).lstrip("0")
    exponent += len(digits) - len(fraction) - 1
    digits = digits.rstrip("0")
    if not digits:
        return "0"
    if exponent > limits.NUMBER_EXPONENT_MAX:
        raise errors.NUMBER_OVERFLOW()
    if exponent < limits.NUMBER_EXPONENT_MIN:
        raise errors.NUMBER_UNDERFLOW()
    if len(digits) > limits.NUMBER_DIGITS_MAX:
        raise errors.NUMBER_TOO_PRECISE()
    return ("-" if sign == "-" else "") + _plain(digits, exponent)


def _plain(digits: str, exponent: int) -> str:
    """``digits`` with the point behind the digit ``exponent`` (0: behind the first)."""
    if exponent < 0:
        return "0." + "0" * (-exponent - 1) + digits
    if len(digits) <= exponent + 1:
        return digits + "0" * (exponent + 1 - len(digits))
    return f"{digits[: exponent + 1]}.{digits[exponent + 1 :]}"


def _significant(text: str) -> tuple[str, int]:
    """The digits without zeros at the ends, and the exponent of the first, of a normalised number other than 0."""
    whole, _, fraction = text.removeprefix("-").partition(".")
    if whole == "0":
        digits = fraction.lstrip("0")
        return digits, len(digits) - len(fraction) - 1
    return (whole + fraction).rstrip("0"), len(whole) - 1


def ordered(text: str) -> bytes:
    """Bytes that compare as the numbers do, none a prefix of another; ``text`` is normalised."""
    if text == "0":
        return b"\x01"
    digits, exponent = _significant(text)
    magnitude = bytes((exponent - limits.NUMBER_EXPONENT_MIN,)) + digits.encode() + b"\x00"
    return b"\x00" + magnitude.translate(_COMPLEMENT) if text[0] == "-" else b"\x02" + magnitude


def size(text: str) -> int:
    """Bytes that a normalised number counts in an item: about one for two digits, and one."""
    if text == "0":
        return 1
    if text.isdigit():
        # As below, without taking it apart: most numbers are natural ones.
        length = len(text)
        return (length - 1) // 2 - (length - len(text.rstrip("0"))) // 2 + 2
    digits, exponent = _significant(text)
    # Two digits share a byte, aligned at the point: a number that straddles the alignment takes a byte more.
    first_pair = exponent // 2
    last_pair = (exponent - len(digits) + 1) // 2
    return first_pair - last_pair + 1 + 1 + (text[0] == "-")


def value(text: str) -> Decimal:
    """For comparisons."""
    return Decimal(text)


def add(left: str, right: str) -> str:
    """The exact sum, normalised. Raises the refusals of :func:`normalised`; one of too many digits overflows, too."""
    return _result(_EXACT.add(Decimal(left), Decimal(right)))


def subtract(left: str, right: str) -> str:
    """The exact difference, in the same way."""
    return _result(_EXACT.subtract(Decimal(left), Decimal(right)))


def _result(number: Decimal) -> str:
    try:
        return normalised(str(number))
    except ServiceError as error:
        if error.refusal is errors.NUMBER_TOO_PRECISE:
            raise errors.NUMBER_OVERFLOW() from None
        raise
