"""How many references the machines hold to each body."""

from __future__ import annotations

from collections.abc import Mapping


class References:
    """Counts by SHA-256. The machines call :meth:`retain` and :meth:`release` while they apply changes.

    A count that comes to zero may rise again within the same record (an object overwritten by the same content), so
    what has died is only known when the record is applied: :meth:`take_dead`.
    """

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}
        self._zeros: list[str] = []

    def retain(self, sha256: str) -> None:
        self.counts[sha256] = self.counts.get(sha256, 0) + 1

    def release(self, sha256: str) -> None:
        left = self.counts[sha256] - 1
        if left:
            self.counts[sha256] = left
        else:
            del self.counts[sha256]
            self._zeros.append(sha256)

    def add(self, counts: Mapping[str, int]) -> None:
        """Many references at once: those of a state that was built aside."""
        for sha256, count in counts.items():
            self.counts[sha256] = self.counts.get(sha256, 0) + count

    def take_dead(self) -> list[str]:
        """What lost its last reference since the last call, and has none now."""
        if not self._zeros:
            return []
        zeros, self._zeros = self._zeros, []
        return [sha256 for sha256 in zeros if sha256 not in self.counts]

    def __contains__(self, sha256: str) -> bool:
        return sha256 in self.counts
