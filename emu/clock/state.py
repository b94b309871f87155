"""The machine that keeps emu's own state: what the clock is set to.

It has one change, ``emu.set_clock``, with the value of :mod:`emu.clock.setting`. The clock belongs to no namespace; its
document stands under a name that no account has.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from emu.clock.setting import REAL, Setting
from services.lines import LineWriter, blocks
from services.machine import Change, Hooks, KumoBodies, Namespace

NAME = "emu"
"""The machine's name, and the first part of its change's kind."""

NAMESPACE: Namespace = ("world", "clock")
TOPIC = ("emu", "clock")
"""Notified when the clock was set."""


def set_clock(setting: Setting | None) -> Change:
    """The change that sets the clock; None for real time."""
    return (f"{NAME}.set_clock", *NAMESPACE, REAL if setting is None else setting.encode())


class ClockState:
    """See :class:`services.machine.State`. ``setting`` is None while the clock shows real time."""

    def __init__(self, hooks: Hooks) -> None:
        self.setting: Setting | None = None
        self._hooks = hooks

    def apply(self, kind: str, account: str, region: str, value: Any) -> None:
        _HANDLERS[kind](self, value)

    def _set_clock(self, value: Mapping[str, Any]) -> None:
        self.setting = Setting.decode(value)
        self._hooks.notify(TOPIC)

    def namespaces(self) -> Iterable[Namespace]:
        return () if self.setting is None else (NAMESPACE,)

    def dump(self, account: str, region: str) -> Iterator[bytes]:
        writer = LineWriter()
        if self.setting is not None and (account, region) == NAMESPACE:
            yield from writer.entity("clock", self.setting.encode())
        yield from writer.close()

    def load(self, account: str, region: str, lines: Iterable[bytes]) -> None:
        try:
            for block in blocks(lines):
                for key, value in block.entities():
                    self._load_entity(key, value)
        except (KeyError, TypeError) as error:
            raise ValueError(f"emu: a line isn't what was written: {error!r}") from error

    def _load_entity(self, key: str | None, value: Any) -> None:
        if key != "clock":
            raise ValueError(f"emu: {key!r} is nothing that this emu knows")
        self.setting = Setting.decode(value)

    def loaded(self) -> None:
        self._hooks.notify(TOPIC)

    def dump_kumo(
        self, account: str, region: str, read_body: Callable[[str], bytes] | None, report: Callable[[str], None]
    ) -> Iterator[bytes]:
        """Kumo has no clock; nothing of it stands in the documents that Kumo reads."""
        return LineWriter().close()

    def adopt(self, account: str, region: str, document: Mapping[str, Any], bodies: KumoBodies) -> Mapping[str, int]:
        return {}

    def clear(self) -> None:
        self.setting = None
        self._hooks.notify(TOPIC)

    def forget(self, account: str, region: str) -> None:
        if (account, region) == NAMESPACE:
            self.clear()

    def unique_names(self, account: str, region: str) -> Iterable[str]:
        return ()

    def counts(self) -> Mapping[str, int]:
        return {}

    def save(self) -> Any:
        return self.setting

    def rewind(self, saved: Any) -> None:
        self.setting = saved
        self._hooks.notify(TOPIC)


_HANDLERS: Mapping[str, Callable[[ClockState, Any], None]] = {"emu.set_clock": ClockState._set_clock}
