"""Which bytes of an object a request wants.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html#API_GetObject_RequestSyntax, RFC 7233
"""

from __future__ import annotations

import re
from typing import NamedTuple

from services.s3 import errors, limits
from services.s3.model import ObjectVersion

_RANGE = re.compile(r"bytes=\s*(\d*)\s*-\s*(\d*)\s*")
_COPY_RANGE = re.compile(r"bytes=(\d+)-(\d+)")


class Span(NamedTuple):
    """``length`` bytes from ``start``."""

    start: int
    length: int

    def content_range(self, size: int) -> str:
        """The value of a Content-Range header."""
        return f"bytes {self.start}-{self.start + self.length - 1}/{size}"


def parse_range(header: str, size: int) -> Span | None:
    """The one range that a Range header asks for; None for what S3 ignores: another unit, several ranges, nonsense.

    Errors: InvalidRange where no byte of it exists.
    """
    match = _RANGE.fullmatch(header.strip())
    if match is None or match[1] == match[2] == "":
        return None
    if match[1] == "":
        length = min(int(match[2]), size)
        start = size - length
    else:
        start = int(match[1])
        last = min(int(match[2]), size - 1) if match[2] else size - 1
        if match[2] and int(match[2]) < start:
            return None
        length = last - start + 1
    if length <= 0 or start >= size:
        raise errors.INVALID_RANGE(size=size, range=header, headers={"content-range": f"bytes */{size}"})
    return Span(start, length)


def check_part_number(number: int) -> None:
    """Errors: InvalidArgument."""
    if not 1 <= number <= limits.PART_NUMBER_MAX:
        raise errors.INVALID_ARGUMENT(
            problem=f"Part number must be an integer between 1 and {limits.PART_NUMBER_MAX}, inclusive",
            name="partNumber",
            value=str(number),
        )


def part_span(version: ObjectVersion, number: int) -> Span:
    """The bytes of a part of an object; an object that was put in one piece is its own only part.

    Errors: InvalidArgument, InvalidPartNumber.
    """
    check_part_number(number)
    sizes = [part.size for part in version.multipart.parts] if version.multipart else [version.size]
    if number > len(sizes):
        raise errors.INVALID_PART_NUMBER(count=len(sizes), number=number)
    return Span(sum(sizes[: number - 1]), sizes[number - 1])


def parse_copy_range(header: str, size: int) -> Span:
    """The bytes that UploadPartCopy takes from its source: ``bytes=first-last``, both within it.

    Errors: InvalidArgument; InvalidRequest where no byte of it exists.
    https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPartCopy.html
    """
    name = "x-amz-copy-source-range"
    match = _COPY_RANGE.fullmatch(header.strip())
    if match is None or int(match[2]) < int(match[1]):
        raise errors.INVALID_ARGUMENT(
            problem="The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are "
            "the zero-based offsets of the first and last bytes to copy",
            name=name,
            value=header,
        )
    first, last = int(match[1]), int(match[2])
    if first >= size:
        raise errors.INVALID_REQUEST(problem="The specified copy range is invalid for the source object size")
    if last >= size:
        raise errors.INVALID_ARGUMENT(
            problem=f"Range specified is not valid for source object of size: {size}", name=name, value=header
        )
    return Span(first, last - first + 1)
