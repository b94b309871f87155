"""The client tokens of recent transactions: for ten minutes a token means the request that it came with.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html (ClientRequestToken)
"""

from __future__ import annotations

from collections.abc import Iterator

from sortedcontainers import SortedList


class Tokens:
    """Tokens with the hash of their request and the moment (milliseconds) from which they mean nothing."""

    __slots__ = ("_ends", "_known")

    def __init__(self) -> None:
        self._known: dict[str, tuple[str, int]] = {}
        self._ends: SortedList[tuple[int, str]] = SortedList()

    def __len__(self) -> int:
        return len(self._known)

    def request(self, token: str, now_ms: int) -> str | None:
        """The hash of the request that came with the token; None for a token that is free."""
        request, until = self._known.get(token, ("", 0))
        return request if until > now_ms else None

    def remember(self, token: str, request: str, until_ms: int, now_ms: int) -> None:
        """Also forgets what has ended."""
        while self._ends and self._ends[0][0] <= now_ms:
            del self._known[self._ends.pop(0)[1]]
        self.add(token, request, until_ms)

    def add(self, token: str, request: str, until_ms: int) -> None:
        """``token`` is free."""
        self._known[token] = (request, until_ms)
        self._ends.add((until_ms, token))

    def entries(self) -> Iterator[tuple[str, str, int]]:
        """Token, hash, end; by token."""
        for token in sorted(self._known):
            yield token, *self._known[token]

    def copy(self) -> Tokens:
        twin = Tokens()
        twin._known = self._known.copy()
        twin._ends = self._ends.copy()
        return twin
