"""S3's own document: everything, one bucket after the other, one object, upload or part a line.

``{"buckets": {name: {"settings": …, "sequence": n, "versions": [oldest first a key], "uploads": [{"upload": …, "parts":
[…]}]}}}`` with entities in the form of :mod:`services.s3.model`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import attrgetter
from typing import Any

from services.lines import LineWriter, blocks
from services.s3.bucket import Bucket, UploadEntry
from services.s3.model import Part, Upload, decode_version
from services.s3.settings import BucketSettings


def dump(buckets: Iterable[Bucket]) -> Iterator[bytes]:
    """The lines. Equal buckets give equal lines."""
    writer = LineWriter()
    yield from writer.open("buckets")
    for bucket in buckets:
        yield from writer.open(bucket.name)
        yield from writer.entity("settings", bucket.settings.encode())
        yield from writer.entity("sequence", bucket.sequence)
        yield from writer.open("versions", "[")
        for key in bucket.keys_from("", inclusive=True):
            for version in reversed(bucket.versions(key)):
                yield from writer.entity(None, version.encode())
        yield from writer.end()
        yield from writer.open("uploads", "[")
        for entry in bucket.uploads.values():
            yield from writer.open(None)
            yield from writer.entity("upload", entry.upload.encode())
            yield from writer.open("parts", "[")
            for part in entry.parts.values():
                yield from writer.entity(None, part.encode())
            yield from writer.end()
            yield from writer.end()
        yield from writer.end()
        yield from writer.end()
    yield from writer.close()


def load(account: str, region: str, lines: Iterable[bytes]) -> list[Bucket]:
    """The buckets that :func:`dump` wrote. Raises ValueError where a line can't be what it wrote."""
    buckets: list[Bucket] = []
    entry: UploadEntry | None = None
    for path, of_path in groupby(blocks(lines), key=attrgetter("path")):
        try:
            match path:
                case ("buckets", str()):
                    for block in of_path:
                        for name, value in block.members.items():
                            _bucket_member(account, region, buckets, name, value)
                case ("buckets", str(), "versions"):
                    buckets[-1].fill(decode_version(value) for block in of_path for value in block.entries)
                case ("buckets", str(), "uploads", None):
                    for block in of_path:
                        entry = UploadEntry(Upload.decode(block.members["upload"]))
                        buckets[-1].uploads[entry.upload.key, entry.upload.upload_id] = entry
                case ("buckets", str(), "uploads", None, "parts") if entry is not None:
                    for block in of_path:
                        entry.parts.update((part.number, part) for part in map(Part.decode, block.entries))
                case _:
                    raise ValueError("nothing of S3 stands here")
        except (KeyError, TypeError, IndexError, ValueError) as error:
            place = "/".join("·" if name is None else name for name in path)
            raise ValueError(f"s3 document, {place}: {error!r}") from error
    return buckets


def _bucket_member(account: str, region: str, buckets: list[Bucket], name: str, value: Any) -> None:
    if name == "settings":
        buckets.append(Bucket(BucketSettings.decode(account, region, value)))
    elif name == "sequence":
        buckets[-1].sequence = int(value)
    else:
        raise ValueError(f"no bucket has a member {name!r}")
