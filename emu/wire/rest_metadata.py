"""User-defined metadata in headers, which hold ASCII: other text is encoded as RFC 2047 says.

A client may send it encoded. What it sends raw is read as Latin-1, whatever it was meant to be, as AWS does and shows:
``ÄMÄZÕÑ S3`` in UTF-8 comes back as the Base64 of ``Ã\\x84MÃ\\x84ZÃ\\x95Ã\\x91 S3``. Text that is for the most part
ASCII comes back in the encoding that leaves it readable.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html#UserMetadata
"""

from __future__ import annotations

import re
from base64 import b64encode
from email.errors import HeaderParseError
from email.header import decode_header, make_header

_BREAKS = str.maketrans("\r\n\0", "   ")
_READABLE = frozenset(b"!\"#$%&'()*+,-./0123456789:;<>@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^`abcdefghijklmnopqrstuvwxyz{|}~")
"""What stands for itself in a readable encoded word."""
_NO_BASE64 = re.compile(r"=\?[^?\s]+\?[Bb]\?[=A-Za-z0-9+/]*[^?\s=A-Za-z0-9+/][^?\s]*\?=")
"""An encoded word that isn't one. Python's decoder would leave out what it doesn't know."""


def metadata_of(value: str) -> str:
    """The metadata that a header holds."""
    if "=?" not in value or not value.isascii() or _NO_BASE64.search(value):
        return value
    try:
        return str(make_header(decode_header(value)))
    except (ValueError, LookupError, HeaderParseError):
        return value


def metadata_text(value: str) -> str:
    """The header for metadata."""
    if value.isprintable() and value.isascii():
        return value
    strange = sum(map(_is_strange, value))
    if not strange:
        return one_line(value)
    data = value.encode()
    if strange < len(value) - strange:
        return f"=?UTF-8?Q?{''.join(map(_readable, data))}?="
    return f"=?UTF-8?B?{b64encode(data).decode()}?="


def one_line(value: str) -> str:
    """A header's value can't be made to end the header."""
    if value.isprintable():
        return value
    return value.translate(_BREAKS)


def _is_strange(character: str) -> bool:
    """Whether a header can't hold it."""
    return character >= "\x7f" or (character < " " and character not in "\t\r\n")


def _readable(byte: int) -> str:
    if byte in _READABLE:
        return chr(byte)
    return "_" if byte == 0x20 else f"={byte:02X}"
