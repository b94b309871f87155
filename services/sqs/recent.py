"""What is remembered for a while: entries by key, the oldest shed when a newer one comes.

Shedding goes by the newer entry's moment, so it needs no clock and is the same whenever the changes are applied again.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import Generic, TypeVar

_Key = TypeVar("_Key", bound=Hashable)
_Entry = TypeVar("_Entry")


class Recent(Generic[_Key, _Entry]):
    """Entries of the last ``interval_ms``; ``key`` and ``moment`` say of an entry what it is found by, and its time."""

    def __init__(
        self,
        interval_ms: int,
        key: Callable[[_Entry], _Key],
        moment: Callable[[_Entry], int],
        entries: Iterable[_Entry] = (),
    ) -> None:
        self._interval_ms = interval_ms
        self._key = key
        self._moment = moment
        self._entries: OrderedDict[_Key, _Entry] = OrderedDict()
        for entry in entries:
            self._entries.setdefault(key(entry), entry)

    def find(self, key: _Key, now: int) -> _Entry | None:
        entry = self._entries.get(key)
        return entry if entry is not None and now - self._moment(entry) < self._interval_ms else None

    def add(self, entry: _Entry) -> None:
        moment = self._moment(entry)
        while self._entries:
            oldest = next(iter(self._entries.values()))
            if moment - self._moment(oldest) < self._interval_ms:
                break
            self._entries.popitem(last=False)
        key = self._key(entry)
        self._entries[key] = entry
        self._entries.move_to_end(key)

    def __iter__(self) -> Iterator[_Entry]:
        """By age, the oldest first."""
        return iter(self._entries.values())
