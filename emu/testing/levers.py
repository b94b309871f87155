"""What a test author holds of a running server: time, failure, state and what happened, over plain HTTP."""

from __future__ import annotations

import fcntl
import os
import re
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from emu.testing import sdk
from emu.testing.clock import Clock
from emu.testing.control import Control, ControlError, segment
from emu.testing.diff import Diff
from emu.testing.errors import hidden
from emu.testing.events import Events
from emu.testing.faults import Fault, Faults

__tracebackhide__ = hidden
REGION = "us-east-1"
_ABOVE_THE_WAIT_S = 15
"""How much longer than the wait itself its answer may take before the server counts as dead."""


class NotMet(ControlError, TimeoutError):
    """A wait's time is over. ``missing``: what each condition that doesn't hold has found."""

    @property
    def missing(self) -> list[dict[str, Any]]:
        return list(self.answer.get("missing", ()))


class Levers(ABC):
    """The levers of the server at ``endpoint_url``; docs/levers.md says what each removes."""

    @property
    @abstractmethod
    def endpoint_url(self) -> str:
        """Where it answers: what AWS_ENDPOINT_URL is set to."""

    @property
    def control(self) -> Control:
        """The control plane as it is, for what has no method here."""
        return Control(self.endpoint_url)

    @property
    def clock(self) -> Clock:
        return Clock(self.control)

    @property
    def faults(self) -> Faults:
        return Faults(self.control, self._server)

    def client(self, service: str, **options: Any) -> Any:
        """A boto3 client of this server; ``options`` as :func:`boto3.client` takes them."""
        return sdk.client(service, **{**self._connection(), **options})

    def resource(self, service: str, **options: Any) -> Any:
        """A boto3 resource of this server; ``options`` as :func:`boto3.resource` takes them."""
        return sdk.resource(service, **{**self._connection(), **options})

    def fault(self, service: str | None = None, operation: str | None = None, *, kind: str, **rule: Any) -> Fault:
        """``with emu.fault("sqs", "DeleteMessage", kind="lost-acknowledgement", nth=3):``, or without the ``with``
        until the end of the test; see :meth:`Faults.add`."""
        return self.faults.add(service, operation, kind=kind, **rule)

    def wait_until(self, *conditions: Mapping[str, Any], timeout: float = 10, **condition: Any) -> dict[str, Any]:
        """Returns once all conditions hold at the same moment; raises NotMet after ``timeout`` seconds of real time.

        One condition is written as arguments (``queue_empty="frontier"``, ``table="pages", holds=200``), more as
        mappings of docs/levers.md. The server decides at each commit; nothing polls.
        """
        until = [*conditions, *([condition] if condition else [])]
        if not until:
            raise TypeError('wait_until needs a condition, such as queue_empty="frontier".')
        try:
            return self.control.post(
                "/kumo/wait",
                {"until": until, "timeout_ms": round(timeout * 1000)},
                timeout_s=timeout + _ABOVE_THE_WAIT_S,
            )
        except ControlError as error:
            if error.status != 408:
                raise
            raise NotMet(error.status, _unmet(timeout, error.answer), error.answer) from None

    def events(self, *, what: str | None = "commit", after: int | None = None, **filters: Any) -> Events:
        """What happened, oldest first: commits, or other events by ``what`` ("read", "fault", "lifecycle", "mark"),
        or all with None. Filters: service, operation, resource, request_id, message, since (lsn), after (number)."""
        control = self.control
        return Events(
            control.lines("/kumo/events", what=what, after=after, **filters),
            lambda: control.lines("/kumo/events", after=after),
        )

    def mark(self, name: str, **fields: Any) -> dict[str, Any]:
        """Adds an event of the test's own, so that the story can be read afterwards."""
        return self.control.post("/kumo/events", {"name": name, "fields": fields})

    def messages(self, queue: str, *, account: str | None = None, region: str | None = None) -> list[dict[str, Any]]:
        """A queue's messages with state, receive count and when each becomes visible; nothing is received."""
        path = f"/kumo/sqs/queues/{segment(queue)}/messages"
        messages: list[dict[str, Any]] = []
        place = None
        while True:
            answer = self.control.get(path, account=account, region=region, after=place)
            messages += answer["messages"]
            if not answer["more"]:
                return messages
            place = answer["next"]

    def snapshot(self, name: str, *, replace: bool = False, **manifest: Any) -> dict[str, Any]:
        """Keeps the present state under a name. ``manifest``: purpose, exercises, edge_cases, commit."""
        return self.control.post("/kumo/snapshots", {"name": name, "replace": replace, **manifest})

    def restore(self, name: str, **scope: Any) -> dict[str, Any]:
        """Makes the state that of a snapshot: all or nothing. ``scope``: service, account."""
        return self.control.post(f"/kumo/snapshots/{segment(name)}/restore", scope)

    def reset(self, **scope: Any) -> dict[str, Any]:
        """Back to the seed, or to nothing. ``scope``: service, account."""
        return self.control.post("/kumo/reset", scope)

    def diff(self, name: str) -> Diff:
        """What differs from a snapshot to the present state."""
        return Diff(self.control.get(f"/kumo/snapshots/{segment(name)}/diff")["differences"])

    def state_hash(self) -> str:
        """Equal for equal states, in memory or in a directory."""
        return str(self.control.get("/kumo/state/hash")["state_hash"])

    @contextmanager
    def serialized(self, name: str = "section") -> Iterator[None]:
        """A critical section: of all threads and processes that use this name, one at a time is inside.

        For what tests share besides emu: a port, a cache, a rate limit.
        """
        folder = Path(tempfile.gettempdir()) / f"emu-sections-{os.getuid()}"
        folder.mkdir(mode=0o700, exist_ok=True)
        file_name = re.sub(r"[^\w.-]", "_", f"{self._section_scope()}-{name}")[-200:]
        with (folder / file_name).open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _server(self) -> object:
        """Which server answers: another value for each start, where that can be said."""
        return None

    def _section_scope(self) -> str:
        """Who shares a section's name: here, all who use this server."""
        return self.endpoint_url.rpartition("/")[2]

    def _connection(self) -> dict[str, str]:
        return {
            "endpoint_url": self.endpoint_url,
            "region_name": REGION,
            "aws_access_key_id": "test",
            "aws_secret_access_key": "test",
        }


def _unmet(timeout: float, answer: Mapping[str, Any]) -> str:
    missing: Sequence[Mapping[str, Any]] = answer.get("missing", ())
    lines = [f"  {entry['condition']}: {entry['found']}" for entry in missing]
    return "\n".join([f"Not met within {timeout:g} s:", *lines])
