"""Message attributes: what they may be, what they weigh, and AWS's digest of them.

In state and in documents an attribute is ``{"DataType": …, "StringValue": …}`` or ``{"DataType": …, "BinaryValue":
base64 text}``; in requests and responses binary values are bytes.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from services.context import Context
from services.sqs import errors, limits

Kept = Mapping[str, Mapping[str, str]]

_NAME = re.compile(r"(?!\.)(?!(?:aws|amazon)\.)(?!.*\.\.)[A-Za-z0-9_.-]{1,256}(?<!\.)", re.IGNORECASE)
_TYPE = re.compile(r"(String|Number|Binary)(\..+)?", re.DOTALL)
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,9})?")
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def check_characters(ctx: Context, text: str) -> None:
    """Refuses what XML can't hold."""
    # Nothing printable is forbidden, and asking for that first is several times faster.
    if not text.isprintable() and _FORBIDDEN.search(text):
        ctx.refuse(errors.MESSAGE_CHARACTERS)


def keep(ctx: Context, given: Mapping[str, Mapping[str, Any]]) -> Kept:
    """The request's attributes, checked, in the form in which they are kept."""
    if len(given) > limits.MESSAGE_ATTRIBUTES_MAX:
        ctx.refuse(errors.MESSAGE_ATTRIBUTE_COUNT, count=len(given))
    return {name: _kept(ctx, name, value) for name, value in given.items()}


def _kept(ctx: Context, name: str, value: Mapping[str, Any]) -> Mapping[str, str]:
    if not _NAME.fullmatch(name):
        ctx.refuse(errors.MESSAGE_ATTRIBUTE_NAME, name=name)
    data_type = value.get("DataType", "")
    if not data_type:
        raise errors.MESSAGE_ATTRIBUTE_TYPE_MISSING(name=name)
    match = _TYPE.fullmatch(data_type)
    if match is None or len(data_type) > limits.ATTRIBUTE_TYPE_LENGTH_MAX:
        raise errors.MESSAGE_ATTRIBUTE_TYPE(name=name)
    check_characters(ctx, data_type)
    if value.get("StringListValues") or value.get("BinaryListValues"):
        raise errors.MESSAGE_ATTRIBUTE_LIST()
    if match[1] == "Binary":
        binary = value.get("BinaryValue")
        if not binary:
            raise errors.MESSAGE_ATTRIBUTE_EMPTY(name=name, type=match[1])
        return {"DataType": data_type, "BinaryValue": b64encode(binary).decode()}
    text = value.get("StringValue")
    if not text:
        raise errors.MESSAGE_ATTRIBUTE_EMPTY(name=name, type=match[1])
    check_characters(ctx, text)
    if match[1] == "Number" and not _is_number(text):
        ctx.refuse(errors.MESSAGE_ATTRIBUTE_NUMBER, name=name)
    return {"DataType": data_type, "StringValue": text}


def _is_number(text: str) -> bool:
    """Whether the text is a decimal number of a precision and size that SQS keeps."""
    if not _NUMBER.fullmatch(text):
        return False
    number = Decimal(text).as_tuple()
    digits = "".join(map(str, number.digits)).strip("0")
    if not digits:
        return True
    lowest, highest = limits.NUMBER_EXPONENT
    return len(digits) <= limits.NUMBER_DIGITS_MAX and lowest <= Decimal(text).adjusted() <= highest


def size(attributes: Kept) -> int:
    """Bytes that count towards a message's size: names, types and values."""
    return sum(
        len(name.encode()) + len(value["DataType"].encode()) + len(_data(value)) for name, value in attributes.items()
    )


def _data(value: Mapping[str, str]) -> bytes:
    return b64decode(value["BinaryValue"]) if "BinaryValue" in value else value["StringValue"].encode()


def digest(attributes: Kept) -> str:
    """The MD5 that clients compare: by name, each of name, type and value behind its length, with a byte for the kind
    of value.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html#sqs-attributes-md5-message-digest-calculation
    """
    md5 = hashlib.md5(usedforsecurity=False)
    for name, value in sorted(attributes.items()):
        for part in (name.encode(), value["DataType"].encode()):
            md5.update(len(part).to_bytes(4, "big") + part)
        data = _data(value)
        md5.update(b"\2" if "BinaryValue" in value else b"\1")
        md5.update(len(data).to_bytes(4, "big") + data)
    return md5.hexdigest()


def select(attributes: Kept, names: Iterable[str]) -> Kept:
    """Those that a receive asked for: by name, ``prefix.*``, ``.*`` or ``All``."""
    exact = set(names)
    if "All" in exact or ".*" in exact:
        return attributes
    prefixes = tuple(name[:-2] for name in exact if name.endswith(".*"))
    return {
        name: value for name, value in attributes.items() if name in exact or (prefixes and name.startswith(prefixes))
    }


def shown(attributes: Kept) -> dict[str, dict[str, Any]]:
    """As a response holds them."""
    return {
        name: {**value, "BinaryValue": b64decode(value["BinaryValue"])} if "BinaryValue" in value else dict(value)
        for name, value in attributes.items()
    }
