"""What a test declares: ``@pytest.mark.emu(…)``, its category, ``@pytest.mark.emu_quarantine(…)``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeGuard

import pytest

WORLD = "_emu_world"
"""The fixture that every test with an emulated world depends on."""
ENDPOINT = "emu_endpoint_url"
"""The fixture for clients that outlive a test; whoever uses one needs a world for it."""
STATE = "_emu_state"
"""The fixture that a test of both states is parametrized by."""
STATES = ("ephemeral", "persistent")
CATEGORIES = {
    "stateless": "a test without an emulated world (set by emu)",
    "ephemeral": "a test whose emulated world is kept in memory (set by emu)",
    "persistent": "a test whose emulated world is kept in a directory (set by emu)",
}


class MarkerError(Exception):
    """A marker that can't be used. The text is one sentence."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The world that a test declares.

    declared: whether its state is declared rather than taken for ephemeral. seed: a snapshot's name. clock: the moment
    at which time stands still. faults: rules as docs/levers.md has them. directory: a working directory to keep and use
    again, in place of one of its own. deterministic: what ids and orders are drawn from.
    """

    state: str = "ephemeral"
    declared: bool = False
    seed: str | None = None
    clock: datetime | str | int | None = None
    faults: Sequence[Mapping[str, Any]] = field(default_factory=tuple)
    directory: Path | None = None
    deterministic: str | None = None

    @property
    def persistent(self) -> bool:
        return self.state == "persistent"


@dataclass(frozen=True, slots=True)
class Quarantine:
    """A failure that is known: it is reported and fails nothing before the date."""

    reason: str
    until: date


def uses_emu(item: pytest.Item) -> bool:
    return WORLD in getattr(item, "fixturenames", ())


def needs_world(item: Any) -> TypeGuard[pytest.Function]:
    """Whether a test is to have an emulated world, which its list of fixtures may not say yet."""
    names = getattr(item, "fixturenames", None)
    return names is not None and (WORLD in names or ENDPOINT in names or item.get_closest_marker("emu") is not None)


def plan_of(item: pytest.Item) -> Plan:
    """What a test's markers declare; one that is nearer to the test beats one further out. Raises MarkerError."""
    given = _arguments(item)
    params = getattr(getattr(item, "callspec", None), "params", {})
    state = params.get(STATE, given.get("state", STATES[0]))
    if state not in STATES:
        raise MarkerError('state="both" needs a test that pytest can parametrize, which no unittest.TestCase has.')
    directory = given.get("directory")
    if directory is not None and state != "persistent":
        raise MarkerError('directory= needs state="persistent".')
    return Plan(
        state=state,
        declared="state" in given,
        seed=given.get("seed"),
        clock=given.get("clock"),
        faults=tuple(given.get("faults", ())),
        directory=None if directory is None else item.config.rootpath / directory,
        deterministic=given.get("deterministic"),
    )


def is_for_both(definition: pytest.Item) -> bool:
    """Whether a test is to run in both states. A marker that can't be used is refused later, with its place."""
    for mark in definition.iter_markers("emu"):
        if "state" in mark.kwargs:
            return bool(mark.kwargs["state"] == "both")
    return False


def quarantine_of(item: pytest.Item) -> Quarantine | None:
    """Raises MarkerError."""
    mark = item.get_closest_marker("emu_quarantine")
    if mark is None:
        return None
    given = {**dict(zip(("reason", "until"), mark.args, strict=False)), **mark.kwargs}
    if set(given) != {"reason", "until"} or len(mark.args) > 2 or not isinstance(given["reason"], str):
        raise MarkerError("emu_quarantine takes a reason and a date: emu_quarantine(reason=…, until='2026-12-31').")
    until = given["until"]
    try:
        return Quarantine(given["reason"], date.fromisoformat(str(until)))
    except ValueError:
        raise MarkerError(f"emu_quarantine's until is {until!r}, but must be a date such as '2026-12-31'.") from None


def _arguments(item: pytest.Item) -> dict[str, Any]:
    given: dict[str, Any] = {}
    for mark in item.iter_markers("emu"):
        if mark.args:
            raise MarkerError(f"emu takes its arguments by name, not {mark.args!r}.")
        for name, value in mark.kwargs.items():
            if name not in _CHECKS:
                raise MarkerError(f"emu has no argument {name!r}; there are: {', '.join(_CHECKS)}.")
            problem = _CHECKS[name](value)
            if problem:
                raise MarkerError(f"emu's {name} is {value!r}, but must be {problem}.")
            given.setdefault(name, value)
    return given


def _state(value: Any) -> str | None:
    return None if value in (*STATES, "both") else '"ephemeral", "persistent" or "both"'


def _text(value: Any) -> str | None:
    return None if isinstance(value, str) and value else "a text that is not empty"


def _moment(value: Any) -> str | None:
    problem = "a moment: an ISO 8601 text with a time zone, an aware datetime, or milliseconds since 1970"
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return problem
    if isinstance(value, datetime):
        return problem if value.tzinfo is None else None
    return None if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else problem


def _rules(value: Any) -> str | None:
    fine = isinstance(value, (list, tuple)) and all(isinstance(rule, dict) and "kind" in rule for rule in value)
    return None if fine else 'a list of rules such as {"service": "sqs", "operation": "DeleteMessage", "kind": …}'


def _directory(value: Any) -> str | None:
    return None if isinstance(value, (str, Path)) and str(value) else "a directory"


_CHECKS = {
    "state": _state,
    "seed": _text,
    "clock": _moment,
    "faults": _rules,
    "directory": _directory,
    "deterministic": _text,
}
