"""A rule: which calls it meets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from emu.resources import addressed
from services.context import Context
from services.ids import SeededIds


@dataclass(slots=True)
class Rule:
    """One rule, and how often it has been met.

    kind: a name of :data:`emu.faults.kinds.KINDS`. options: the kind's own members.
    resource, key: names in which ``*`` stands for any characters; None for all. nth: only that matching call.
    probability: for each matching call, drawn from ``seed``. count: at most so many hits.
    calls: that matched. hits: to which it happened.
    """

    id: str
    kind: str
    service: str | None = None
    operation: str | None = None
    resource: str | None = None
    key: str | None = None
    account: str | None = None
    region: str | None = None
    nth: int | None = None
    probability: float | None = None
    seed: str | None = None
    count: int | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    calls: int = 0
    hits: int = 0
    _draws: SeededIds = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._draws = SeededIds(f"fault {self.id if self.seed is None else self.seed}")

    @property
    def latency_s(self) -> float:
        """How long it delays what happens, in seconds."""
        return float(self.options.get("latency_ms", 0)) / 1000

    def matches(self, ctx: Context, members: Mapping[str, Any]) -> bool:
        """Whether the call is one of those that the rule is for."""
        if self.service not in (None, ctx.service) or self.operation not in (None, ctx.operation):
            return False
        if self.account not in (None, ctx.account) or self.region not in (None, ctx.region):
            return False
        if self.resource is None and self.key is None:
            return True
        named = addressed(ctx.service, members)
        return _like(self.resource, named.names) and _like(self.key, () if named.key is None else (named.key,))

    def hit(self) -> bool:
        """Counts a matching call; whether it happens to this one."""
        self.calls += 1
        happens = (
            (self.nth is None or self.calls == self.nth)
            and (self.count is None or self.hits < self.count)
            and (self.probability is None or self.chance() < self.probability)
        )
        self.hits += happens
        return happens

    def chance(self) -> float:
        """The next draw, from 0 up to 1."""
        return int.from_bytes(self._draws.random_bytes(7), "big") / (1 << 56)

    def document(self) -> dict[str, Any]:
        """As it is shown."""
        given = {
            name: value
            for name in (
                "service", "operation", "resource", "key", "account", "region", "nth", "probability", "seed", "count",
            )
            if (value := getattr(self, name)) is not None
        }  # fmt: skip
        return {"id": self.id, "kind": self.kind, **given, **self.options, "calls": self.calls, "hits": self.hits}


def _like(pattern: str | None, names: tuple[str, ...]) -> bool:
    """``*`` alone is special: brackets and question marks may well stand in a key."""
    if pattern is None:
        return True
    escaped = pattern.replace("[", "[[]").replace("?", "[?]")
    return any(fnmatchcase(name, escaped) for name in names)
