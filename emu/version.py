"""The version of this installation."""

from __future__ import annotations

from functools import cache


@cache
def version() -> str:
    from importlib.metadata import version as installed  # costs 10 ms of start-up, and few starts ask

    return installed("kumo-emu")
