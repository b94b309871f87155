"""Failures on demand: rules that the server holds against the calls it gets."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Self

from emu.testing.control import Control, ControlError, segment
from emu.testing.errors import hidden

__tracebackhide__ = hidden


class FaultNeverHit(UserWarning):
    """A ``with emu.fault(…)`` ended without one hit: whatever the test proves, it doesn't prove it for this fault."""


def _same() -> object:
    """For a server that someone else runs: whether it is still the same one can't be said."""
    return None


class Fault:
    """One rule on the server. It holds until it is removed, or for as long as a ``with`` lasts.

    At the end of the ``with``, a rule that was never hit is a warning, unless it has a ``probability``.
    """

    def __init__(self, control: Control, rule: Mapping[str, Any], server: Callable[[], object] = _same) -> None:
        self._control = control
        self._last = dict(rule)
        self._server = server
        self._added_to = server()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.remove()
        rule = self._last
        counted = rule["kind"] != "crash" and rule.get("probability") is None and not self._is_gone
        if error is None and counted and not rule["hits"]:
            shown = {name: value for name, value in rule.items() if value is not None}
            warnings.warn(f"The fault was never hit: {shown}", FaultNeverHit, stacklevel=2)

    def __repr__(self) -> str:
        return f"<fault {self._last}>"

    @property
    def id(self) -> str:
        return str(self._last["id"])

    @property
    def _is_gone(self) -> bool:
        """Whether its server has ended: the next one has other rules, and may give one of them the same id."""
        return self._server() != self._added_to

    @property
    def rule(self) -> dict[str, Any]:
        """The rule as it stands, with ``calls`` and ``hits``; as it was last seen once it is gone."""
        for rule in () if self._is_gone else self._control.get("/kumo/faults")["faults"]:
            if rule["id"] == self.id:
                self._last = rule
        return dict(self._last)

    @property
    def calls(self) -> int:
        """How many calls it matched."""
        return int(self.rule["calls"])

    @property
    def hits(self) -> int:
        """How often it happened."""
        return int(self.rule["hits"])

    def remove(self) -> None:
        """Takes the rule away. One that is gone, by :meth:`Faults.clear` or a restart, is left so."""
        if self._is_gone:
            return
        try:
            self._last = self._control.delete(f"/kumo/faults/{segment(self.id)}")
        except ControlError as error:
            if error.status not in (0, 404):  # 0: the server is down, and its rules are gone with it
                raise


class Faults:
    """``emu.faults``. server: says which server answers, as a value that is another one for each start; after_add:
    called after each rule that is added."""

    def __init__(
        self, control: Control, server: Callable[[], object] = _same, after_add: Callable[[], None] | None = None
    ) -> None:
        self._control = control
        self._server = server
        self._after_add = after_add

    def add(self, service: str | None = None, operation: str | None = None, *, kind: str, **rule: Any) -> Fault:
        """Adds a rule; docs/levers.md lists the kinds and members. Raises ControlError for one that can't match."""
        named = {"service": service, "operation": operation, "kind": kind, **rule}
        answer = self._control.post("/kumo/faults", {name: value for name, value in named.items() if value is not None})
        if self._after_add is not None:
            self._after_add()
        return Fault(self._control, answer, self._server)

    def list(self) -> list[Fault]:
        """The rules, oldest first."""
        return [Fault(self._control, rule, self._server) for rule in self._control.get("/kumo/faults")["faults"]]

    def clear(self) -> None:
        """Takes all rules away."""
        self._control.delete("/kumo/faults")
        if self._after_add is not None:
            self._after_add()
