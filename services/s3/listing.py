"""Going through sorted keys with a prefix, a delimiter and a marker, a page at a time.

Keys are listed in the order of their UTF-8 bytes, which is the order of Python's strings. All keys that share what
stands up to the first delimiter behind the prefix are one entry of the page, a *common prefix*; the way leads past
them in one step, so a page costs what it shows.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-prefixes.html
"""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Generic, NamedTuple, TypeVar
from urllib.parse import quote_plus

from services.s3 import errors, limits

T = TypeVar("T")


class Position(NamedTuple):
    """Where a page begins: at the first key from ``start`` on, or behind it."""

    start: str
    inclusive: bool


KeysFrom = Callable[[Position], Iterator[str]]

BEGINNING = Position("", True)


class Entry(NamedTuple):
    """A key, or a common prefix."""

    text: str
    is_prefix: bool


@dataclass(slots=True)
class Page(Generic[T]):
    """``last`` is the last thing on the page; ``last_prefix`` stands for it where that is a common prefix."""

    items: list[T] = field(default_factory=list)
    prefixes: list[str] = field(default_factory=list)
    is_truncated: bool = False
    last: T | None = None
    last_prefix: str | None = None


def walk(keys_from: KeysFrom, prefix: str, delimiter: str, position: Position) -> Iterator[Entry]:
    """Keys with the prefix, and common prefixes, in order from the position on."""
    if position.start < prefix:
        position = Position(prefix, True)
    while True:
        for key in keys_from(position):
            if not key.startswith(prefix):
                return
            common = common_prefix(key, prefix, delimiter)
            if common is not None:
                yield Entry(common, True)
                position = behind_prefix(common)
                break
            yield Entry(key, False)
        else:
            return


def common_prefix(key: str, prefix: str, delimiter: str) -> str | None:
    """The common prefix that a key is listed under; None where it is listed itself."""
    if not delimiter:
        return None
    index = key.find(delimiter, len(prefix))
    return None if index < 0 else key[: index + len(delimiter)]


_HIGHEST = "\U0010ffff"


def behind_prefix(prefix: str) -> Position:
    """Behind every string that begins with ``prefix`` (not empty)."""
    stem = prefix.rstrip(_HIGHEST)
    if not stem:
        return Position(prefix + _HIGHEST * (limits.KEY_BYTES_MAX // 4), False)
    return Position(stem[:-1] + chr(ord(stem[-1]) + 1), True)


def behind_marker(marker: str, prefix: str, delimiter: str) -> Position:
    """Behind a key, or behind all that a common prefix stands for: one that the marker is, or that it lies in."""
    if not marker:
        return BEGINNING
    common = common_prefix(marker, prefix, delimiter) if marker.startswith(prefix) else None
    return Position(marker, False) if common is None else behind_prefix(common)


def take(entries: Iterable[Entry], limit: int, items_of: Callable[[str], Iterable[T]]) -> Page[T]:
    """One page: up to ``limit`` items and common prefixes together. ``items_of`` gives what is listed for a key."""
    page: Page[T] = Page()
    if limit == 0:
        return page
    left = limit
    for text, is_prefix in entries:
        if is_prefix:
            if not left:
                page.is_truncated = True
                return page
            left -= 1
            page.prefixes.append(text)
            page.last, page.last_prefix = None, text
            continue
        for item in items_of(text):
            if not left:
                page.is_truncated = True
                return page
            left -= 1
            page.items.append(item)
            page.last, page.last_prefix = item, None
    return page


def page_size(request: dict[str, Any], member: str, argument: str, limit: int = limits.KEYS_A_PAGE_MAX) -> int:
    """How many entries a page may have. Errors: InvalidArgument."""
    return min(count(request.get(member, limit), argument), limit)


def count(value: int, argument: str) -> int:
    """The value of an argument that isn't negative. Errors: InvalidArgument."""
    if not 0 <= value <= limits.PAGE_ARGUMENT_MAX:
        raise errors.INVALID_ARGUMENT(
            problem=f"Argument {argument} must be an integer between 0 and {limits.PAGE_ARGUMENT_MAX}",
            name=argument,
            value=str(value),
        )
    return value


def text_encoder(request: dict[str, Any]) -> Callable[[str], str]:
    """How keys and prefixes stand in the answer: as they are, or URL-encoded for what XML can't hold.

    Errors: InvalidArgument.
    """
    encoding = request.get("EncodingType")
    if encoding is None:
        return str
    if encoding != "url":
        raise errors.INVALID_ARGUMENT(
            problem="Invalid Encoding Method specified in Request", name="encoding-type", value=encoding
        )
    return url_encoded


def echoed(request: dict[str, Any], encode: Callable[[str], str]) -> dict[str, str]:
    """``Delimiter`` and ``EncodingType``, which an answer repeats where they were given."""
    answer = {"Delimiter": encode(request["Delimiter"])} if request.get("Delimiter") else {}
    return {**answer, "EncodingType": request["EncodingType"]} if "EncodingType" in request else answer


_PLAIN = re.compile(r"[A-Za-z0-9_.~*/-]*")


def url_encoded(text: str) -> str:
    """As S3 writes keys in listings and events: a space is ``+``, a slash stays."""
    # Most keys are already as they will be, and asking for that first is ten times faster.
    return text if _PLAIN.fullmatch(text) else quote_plus(text, safe="/*", errors="surrogatepass")


def continuation_token(last: str, *, is_prefix: bool = False) -> str:
    """An opaque text that says that the next page begins behind a key or a common prefix."""
    kind = "p" if is_prefix else "k"
    return urlsafe_b64encode((kind + last).encode("utf-8", "surrogatepass")).decode()


def continued(token: str) -> Position:
    """Where a token says that the page begins. Errors: InvalidArgument."""
    try:
        text = urlsafe_b64decode(token).decode("utf-8", "surrogatepass")
    except (Base64Error, ValueError):
        text = ""
    if text[:1] not in ("k", "p") or len(text) < 2:
        raise errors.INVALID_ARGUMENT(problem="The continuation token provided is incorrect", name="continuation-token")
    return behind_prefix(text[1:]) if text[0] == "p" else Position(text[1:], False)
