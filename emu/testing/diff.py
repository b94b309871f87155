"""What differs between a snapshot and the present state."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

_KEPT = frozenset({"bucket", "object", "delete marker", "upload", "part", "queue", "table", "item"})
_PASSING = frozenset({"message"})
_BOOKKEEPING = frozenset({"deduplication", "attempt", "token", "clock"})
_SERVICES = ("s3", "sqs", "dynamodb", "emu")
_SHOWN_MAX = 50


class Differences(list[dict[str, Any]]):
    """Some differences. Shown, in an assertion's explanation for instance, each is a line for people."""

    def __repr__(self) -> str:
        lines = [_line(difference) for difference in self[:_SHOWN_MAX]]
        rest = len(self) - len(lines)
        return "\n".join([*lines, *([f"… and {rest} more"] if rest else [])]) or "no differences"


class Diff:
    """Differences as docs/snapshots.md shows them, each with ``change``, ``service``, ``what``, ``resource``, ``name``,
    and ``old`` or ``new`` or both.

    :meth:`added`, :meth:`removed` and :meth:`changed` tell of buckets, objects, queues, tables and items, and of
    messages where ``service`` or ``what`` asks for them: messages come and go while a pipeline works. Bookkeeping is
    in ``differences`` alone: sequence numbers, tokens of idempotent calls, which SDKs draw at random, the clock.
    """

    def __init__(self, differences: Iterable[Mapping[str, Any]]) -> None:
        self.differences = Differences(dict(difference) for difference in differences)

    @property
    def equal(self) -> bool:
        """Whether nothing differs of what AWS would show: resources, objects, messages, items."""
        return all(difference["what"] not in _KEPT | _PASSING for difference in self.differences)

    def added(self, service: str | None = None, resource: str | None = None, what: str | None = None) -> Differences:
        """What the snapshot doesn't hold. ``added("dynamodb", "pages", "item")``: the items new in that table."""
        return self._of("added", service, resource, what)

    def removed(self, service: str | None = None, resource: str | None = None, what: str | None = None) -> Differences:
        """What only the snapshot holds."""
        return self._of("removed", service, resource, what)

    def changed(self, service: str | None = None, resource: str | None = None, what: str | None = None) -> Differences:
        """What both hold, with another value."""
        return self._of("changed", service, resource, what)

    def problems(self) -> list[str]:
        """Where the present state lacks work that the snapshot holds, or holds it twice: items and objects that are
        lost, added or of other content, and queues with more or fewer messages. Times and identifiers don't matter."""
        return [*self._other_content(), *self._other_numbers()]

    def __repr__(self) -> str:
        return repr(self.differences)

    def _of(self, change: str, service: str | None, resource: str | None, what: str | None) -> Differences:
        if service not in (None, *_SERVICES):
            raise ValueError(f"service is {service!r}, but must be one of {', '.join(_SERVICES)}.")
        known = _KEPT | _PASSING | _BOOKKEEPING | {difference["what"] for difference in self.differences}
        if what is not None and what not in known:
            raise ValueError(f"what is {what!r}, but must be one of {', '.join(sorted(known))}.")
        kinds = {what} if what is not None else _KEPT | _PASSING if service == "sqs" else _KEPT
        return Differences(
            difference
            for difference in self.differences
            if difference["change"] == change
            and difference["what"] in kinds
            and service in (None, difference["service"])
            and resource in (None, difference["resource"])
        )

    def _other_content(self) -> Iterator[str]:
        for difference in self.changed():
            old, new = difference["old"], difference["new"]
            if difference["what"] == "item" or (difference["what"] == "object" and old["sha256"] != new["sha256"]):
                yield f"different: {_name(difference)} is {new}, not {old}"

    def _other_numbers(self) -> Iterator[str]:
        """By what identifies work: a message and a version of an object have another id each time."""
        balance: Counter[str] = Counter()
        for difference in self.differences:
            if difference["change"] == "changed" or difference["what"] not in _KEPT | _PASSING:
                continue
            name = f"messages in {difference['resource']}" if difference["what"] == "message" else _name(difference)
            balance[name.partition("?versionId=")[0]] += 1 if difference["change"] == "added" else -1
        for name, count in sorted(balance.items()):
            if count:
                yield f"lost: {name} ({-count})" if count < 0 else f"doubled or new: {name} ({count})"


def _name(difference: Mapping[str, Any]) -> str:
    resource = "" if difference["resource"] == difference["name"] else f" of {difference['resource']}"
    return f"{difference['what']} {difference['name']}{resource}"


def _line(difference: Mapping[str, Any]) -> str:
    values = [f"{member}={difference[member]}" for member in ("old", "new") if member in difference]
    return " ".join([f"{difference['change']} {difference['service']}", _name(difference), *values])[:400]
