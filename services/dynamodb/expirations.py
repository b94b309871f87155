"""When the items of a table with time to live expire, in order.

It is derived from the items. When time to live is switched on for a table that has items, they are looked at a few
thousand at a time, in key order; until then only items up to ``seen_up_to`` are in here.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/howitworks-ttl.html
"""

from __future__ import annotations

from sortedcontainers import SortedList

from services.dynamodb import limits
from services.dynamodb.values import Item


class Expirations:
    """Epoch seconds and keys, the earliest first. ``complete`` says that every item has been looked at."""

    __slots__ = ("attribute", "complete", "floor_seconds", "seen_up_to", "times")

    def __init__(self, attribute: str, *, complete: bool) -> None:
        self.attribute = attribute
        self.complete = complete
        self.seen_up_to: bytes | None = None
        self.floor_seconds = 0
        self.times: SortedList[tuple[int, bytes]] = SortedList()

    def copy(self) -> Expirations:
        twin = Expirations(self.attribute, complete=self.complete)
        twin.seen_up_to = self.seen_up_to
        twin.floor_seconds = self.floor_seconds
        twin.times = self.times.copy()
        return twin

    def _seconds(self, item: Item) -> int | None:
        text = item.get(self.attribute, {}).get("N")
        if text is None:
            return None
        # A fraction of a second is none to time to live; numbers beyond any date are no times.
        return int(text.partition(".")[0]) if len(text) < 16 else None

    def _covers(self, key: bytes) -> bool:
        return self.complete or (self.seen_up_to is not None and key <= self.seen_up_to)

    def put(self, key: bytes, item: Item) -> None:
        if self._covers(key) and (seconds := self._seconds(item)) is not None:
            self.times.add((seconds, key))

    def put_seen(self, key: bytes, item: Item) -> None:
        """The next item in key order of those that were there before."""
        self.seen_up_to = key
        self.put(key, item)

    def remove(self, key: bytes, item: Item) -> None:
        if self._covers(key) and (seconds := self._seconds(item)) is not None:
            self.times.remove((seconds, key))

    def next_seconds(self) -> int | None:
        """The earliest expiry that is still to be looked at."""
        position = self.times.bisect_left((self.floor_seconds, b""))
        return self.times[position][0] if position < len(self.times) else None

    def due(self, now_seconds: int, count: int) -> list[bytes]:
        """Keys of up to ``count`` expired items. What is too old to be meant is passed over for good."""
        self.floor_seconds = max(self.floor_seconds, now_seconds - limits.TTL_OLDEST_SECONDS)
        first = self.times.bisect_left((self.floor_seconds, b""))
        last = self.times.bisect_left((now_seconds, b""))
        return [key for _, key in self.times.islice(first, max(first, min(last, first + count)))]
