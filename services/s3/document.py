"""S3's own document: everything, one bucket after the other, one object, upload or part a line.

``{"buckets": {name: {"settings": …, "sequence": n, "versions": [oldest first a key], "uploads": [{"upload": …, "parts":
[…]}]}}}`` with entities in the form of :mod:`services.s3.model`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from services.lines import LineWriter, walk
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
    path: list[str | None] = []
    for what, key, value in walk(lines):
        if what == "enter":
            path.append(key)
            continue
        if what == "leave":
            path.pop()
            continue
        try:
            match [*path, key]:
                case ["buckets", _, "settings"]:
                    buckets.append(Bucket(BucketSettings.decode(account, region, value)))
                case ["buckets", _, "sequence"]:
                    buckets[-1].sequence = int(value)
                case ["buckets", _, "versions", None]:
                    buckets[-1].put(decode_version(value))
                case ["buckets", _, "uploads", None, "upload"]:
                    entry = UploadEntry(Upload.decode(value))
                    buckets[-1].uploads[entry.upload.key, entry.upload.upload_id] = entry
                case ["buckets", _, "uploads", None, "parts", None] if entry is not None:
                    part = Part.decode(value)
                    entry.parts[part.number] = part
                case _:
                    raise ValueError("nothing of S3 stands here")
        except (KeyError, TypeError, IndexError, ValueError) as error:
            place = "/".join("·" if name is None else name for name in [*path, key])
            raise ValueError(f"s3 document, {place}: {error!r}") from error
    return buckets
