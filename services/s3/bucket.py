"""A bucket's containers: what is in it, in the order in which it is listed.

``objects`` holds each key's current version where that is an object, so a listing never wades through delete markers.
``histories`` holds all versions of a key, oldest first, and only for keys of which there is more to say than one
object: an unversioned bucket has none. So of every key either

- ``objects[key]`` is its only version, or
- ``histories[key]`` has two versions or more, or one that is a delete marker; ``objects[key]`` is its newest unless
  that is a delete marker.

A dict keeps the order in which it was filled, which makes it a history: the newest is last, an old one goes without
moving the others, and each is found by its id.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator

from sortedcontainers import SortedDict

from services.s3.model import ObjectVersion, Part, Upload, Version
from services.s3.settings import BucketSettings


class UploadEntry:
    """A multipart upload and the parts it has so far, by number."""

    __slots__ = ("parts", "upload")

    def __init__(self, upload: Upload, parts: SortedDict[int, Part] | None = None) -> None:
        self.upload = upload
        self.parts: SortedDict[int, Part] = SortedDict() if parts is None else parts

    def copy(self) -> UploadEntry:
        return UploadEntry(self.upload, self.parts.copy())


class Bucket:
    """``sequence`` counts the changes to objects; the sequencers of events come from it."""

    __slots__ = ("histories", "objects", "sequence", "settings", "uploads")

    def __init__(self, settings: BucketSettings) -> None:
        self.settings = settings
        self.sequence = 0
        self.objects: SortedDict[str, ObjectVersion] = SortedDict()
        self.histories: SortedDict[str, dict[str, Version]] = SortedDict()
        self.uploads: SortedDict[tuple[str, str], UploadEntry] = SortedDict()

    @property
    def name(self) -> str:
        return self.settings.name

    @property
    def is_versioned(self) -> bool:
        """Whether versioning was ever enabled: only then do answers show version ids."""
        return self.settings.versioning != ""

    def current(self, key: str) -> Version | None:
        """The newest version, which may be a delete marker."""
        current = self.objects.get(key)
        if current is None and (history := self.histories.get(key)):
            return next(reversed(history.values()))
        return current

    def version(self, key: str, version_id: str) -> Version | None:
        history = self.histories.get(key)
        if history is not None:
            return history.get(version_id)
        only = self.objects.get(key)
        return only if only is not None and only.version_id == version_id else None

    def versions(self, key: str) -> list[Version]:
        """All versions of a key, newest first."""
        history = self.histories.get(key)
        if history is not None:
            return list(reversed(history.values()))
        only = self.objects.get(key)
        return [] if only is None else [only]

    def keys_from(self, start: str, *, inclusive: bool) -> Iterator[str]:
        """Keys that have any version, in order."""
        bounds = (inclusive, True)
        merged = heapq.merge(
            self.objects.irange(start, inclusive=bounds), self.histories.irange(start, inclusive=bounds)
        )
        last = None
        for key in merged:
            if key != last:
                yield key
            last = key

    def put(self, version: Version) -> Version | None:
        """Makes it the key's newest version. The version of the same id that it takes the place of, if there is one."""
        key = version.key
        history = self.histories.get(key)
        if history is None:
            only = self.objects.get(key)
            if isinstance(version, ObjectVersion) and (only is None or only.version_id == version.version_id):
                self.objects[key] = version
                return only
            history = self.histories[key] = {} if only is None else {only.version_id: only}
        replaced = history.pop(version.version_id, None)
        history[version.version_id] = version
        self._settle(key, history)
        return replaced

    def fill(self, versions: Iterable[Version]) -> None:
        """Takes many versions into an empty bucket, each key's oldest first: the maps are sorted once, at the end."""
        current: dict[str, ObjectVersion] = {}
        histories: dict[str, dict[str, Version]] = {}
        for version in versions:
            key = version.key
            if key in histories:
                histories[key][version.version_id] = version
            elif key not in current and isinstance(version, ObjectVersion):
                current[key] = version
            else:
                before = current.get(key)
                histories[key] = {} if before is None else {before.version_id: before}
                histories[key][version.version_id] = version
        self.objects.update(current)
        self.histories.update(histories)
        for key, history in histories.items():
            self._settle(key, history)

    def remove(self, key: str, version_id: str) -> Version | None:
        """Takes a version away and gives it; None if there is none of that id."""
        history = self.histories.get(key)
        if history is None:
            only = self.objects.get(key)
            if only is None or only.version_id != version_id:
                return None
            del self.objects[key]
            return only
        removed = history.pop(version_id, None)
        self._settle(key, history)
        return removed

    def _settle(self, key: str, history: dict[str, Version]) -> None:
        newest = next(reversed(history.values()), None)
        if isinstance(newest, ObjectVersion):
            self.objects[key] = newest
            if len(history) == 1:
                del self.histories[key]
            return
        self.objects.pop(key, None)
        if newest is None:
            del self.histories[key]

    def is_empty(self) -> bool:
        return not self.objects and not self.histories

    def bodies(self) -> Iterator[str]:
        """The hash of every body that the bucket refers to, once a reference."""
        for key, current in self.objects.items():
            if key not in self.histories:
                yield current.sha256
        for history in self.histories.values():
            for version in history.values():
                if isinstance(version, ObjectVersion):
                    yield version.sha256
        for entry in self.uploads.values():
            for part in entry.parts.values():
                yield part.sha256

    def copy(self) -> Bucket:
        """The containers anew, the entities shared."""
        twin = Bucket(self.settings)
        twin.sequence = self.sequence
        twin.objects = self.objects.copy()
        twin.histories = SortedDict({key: dict(history) for key, history in self.histories.items()})
        twin.uploads = SortedDict({key: entry.copy() for key, entry in self.uploads.items()})
        return twin
