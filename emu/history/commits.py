"""A commit as an event."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from emu.history.traces import Trace, described
from emu.history.trail import Messages


@dataclass(slots=True, eq=False)
class CommitEntry:
    """One commit; see :class:`emu.events.Entry`. name: the operation's; empty for what emu did by itself.

    weight: bytes of items that it keeps. messages: what the trail found for each trace, None before it came by.
    """

    what: ClassVar[str] = "commit"

    number: int
    time_ms: int
    name: str
    lsn: int
    request_id: str
    service: str
    account: str
    region: str
    traces: tuple[Trace, ...]
    weight: int
    states: Mapping[str, Any]
    messages: tuple[Messages, ...] | None = None

    def document(self) -> dict[str, Any]:
        """As it is shown: one flat JSON object."""
        changes, causes = [], []
        for trace, met in zip(self.traces, self.messages or ((),) * len(self.traces), strict=True):
            shown = described(self.states, trace)
            if met:
                shown["messages"] = [message_id for message_id, _ in met]
                causes += [cause.as_cause(message_id) for message_id, cause in met if cause is not None]
            changes.append(shown)
        document: dict[str, Any] = {
            "number": self.number,
            "time_ms": self.time_ms,
            "what": self.what,
            "name": self.name,
            "lsn": self.lsn,
            "request_id": self.request_id,
            "service": self.service,
            "operation": self.name,
            "account": self.account,
            "region": self.region,
            "resource": self.resource,
            "changes": changes,
        }
        if causes:
            document["cause"] = causes
        return document

    @property
    def resource(self) -> str | None:
        """The bucket, queue or table that the first change was made to."""
        trace = self._first()
        return None if trace is None else trace[3]

    def _first(self) -> Trace | None:
        """The first change to a resource: while the clock is moved, one that sets it may stand in front."""
        return next((trace for trace in self.traces if trace[3] is not None), None)

    def as_cause(self, message_id: str) -> dict[str, Any]:
        """As an entry that came of it shows it."""
        cause = {"message": message_id, "lsn": self.lsn, "operation": self.name, "resource": self.resource}
        trace = self._first()
        first = {} if trace is None else described(self.states, trace)
        return {**cause, "key": first["key"]} if "key" in first else cause
