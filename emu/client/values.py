"""From words of the command line to the values that a botocore shape asks for.

A word is text, ``file://PATH`` (the text in a file) or ``fileb://PATH`` (its bytes); structures, maps and lists are
JSON or shorthand. Binary members in either are base64, as in version 2 of AWS CLI:
https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-parameters-types.html
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from emu.client import shorthand
from emu.client.errors import UsageError

_TEXT, _BYTES = "file://", "fileb://"
_NESTED = ("structure", "map", "list")


def from_words(shape: Any, words: Sequence[str], name: str) -> Any:
    """The value of a member whose option is ``name``, from the words behind it. Raises UsageError."""
    if shape.type_name == "list":
        return _list(shape, words, name)
    (word,) = words
    if shape.type_name == "blob" and word.startswith(_BYTES):
        with opened(word, name) as file:
            return file.read()
    text = text_of(word, name)
    return fit(shape, _raw(text, name) if shape.type_name in _NESTED else text, name)


def text_of(word: str, name: str) -> str:
    """A word, or the text in the file that it names. Raises UsageError."""
    if not word.startswith((_TEXT, _BYTES)):
        return word
    with opened(word, name) as file:
        try:
            return file.read().decode("utf-8")
        except UnicodeDecodeError:
            raise UsageError(f"{name} can't be read from {file.name!r}: it is not UTF-8.") from None


def opened(word: str, name: str) -> BinaryIO:
    """The file that a word names, with or without ``file://`` or ``fileb://``. Raises UsageError."""
    path = Path(word.removeprefix(_BYTES).removeprefix(_TEXT))
    try:
        return path.open("rb")
    except OSError as error:
        raise UsageError(f"{name} can't be read from {str(path)!r}: {error.strerror}.") from None


def from_json(text: str, name: str) -> Any:
    """Raises UsageError."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise UsageError(f"{name} is not valid JSON: {error}.") from None


def fit(shape: Any, raw: Any, name: str) -> Any:
    """``raw`` (from JSON, shorthand or a word) with texts made the numbers, booleans and bytes that the shape asks
    for. Raises UsageError; what is of the wrong type altogether is left to botocore's validation."""
    handler = _FITTING.get(shape.type_name)
    return handler(shape, raw, name) if handler else raw


def _list(shape: Any, words: Sequence[str], name: str) -> Any:
    """Several words are the elements; a single one may also be the whole list, in JSON."""
    texts = [text_of(word, name) for word in words]
    if len(texts) == 1 and texts[0].lstrip().startswith("["):
        return fit(shape, from_json(texts[0], name), name)
    nested = shape.member.type_name in _NESTED
    return fit(shape, [_raw(text, name) for text in texts] if nested else texts, name)


def _raw(text: str, name: str) -> Any:
    return from_json(text, name) if text.lstrip()[:1] in ("{", "[") else shorthand.parse(text)


def _fit_structure(shape: Any, raw: Any, name: str) -> Any:
    if not isinstance(raw, Mapping):
        return raw
    unknown = [key for key in raw if key not in shape.members]
    if unknown:
        raise UsageError(f"{name} has no member {unknown[0]}; it has {', '.join(shape.members) or 'none'}.")
    return {key: fit(shape.members[key], value, f"{name}.{key}") for key, value in raw.items()}


def _fit_map(shape: Any, raw: Any, name: str) -> Any:
    if not isinstance(raw, Mapping):
        return raw
    return {key: fit(shape.value, value, f"{name}.{key}") for key, value in raw.items()}


def _fit_list(shape: Any, raw: Any, name: str) -> Any:
    """A single value is a list of one, since the shorthand can't tell them apart."""
    elements = raw if isinstance(raw, list) else [raw]
    return [fit(shape.member, element, name) for element in elements]


def _fit_boolean(shape: Any, raw: Any, name: str) -> Any:
    if isinstance(raw, str):
        if raw.lower() not in ("true", "false"):
            raise UsageError(f"{name} is {raw!r}, but must be true or false.")
        return raw.lower() == "true"
    return raw


def _fit_number(convert: Callable[[str], int | float]) -> Callable[[Any, Any, str], Any]:
    def fit_number(shape: Any, raw: Any, name: str) -> Any:
        if not isinstance(raw, str):
            return raw
        try:
            return convert(raw)
        except ValueError:
            raise UsageError(f"{name} is {raw!r}, but must be a number.") from None

    return fit_number


def _fit_blob(shape: Any, raw: Any, name: str) -> Any:
    if not isinstance(raw, str):
        return raw
    try:
        return base64.b64decode(raw, validate=True)
    except binascii.Error:
        raise UsageError(f"{name} must be base64, or fileb://PATH for bytes as they are.") from None


_FITTING: dict[str, Callable[[Any, Any, str], Any]] = {
    "structure": _fit_structure,
    "map": _fit_map,
    "list": _fit_list,
    "boolean": _fit_boolean,
    "integer": _fit_number(int),
    "long": _fit_number(int),
    "float": _fit_number(float),
    "double": _fit_number(float),
    "blob": _fit_blob,
}
