"""For people who test with emu: a server in the test's hand, and the pytest plugin around it.

``from emu.testing import Emulator`` needs no pytest; docs/testing.md is the guide. What stands here is loaded when it
is asked for, since pytest imports this package in every run of everyone who has emu installed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from emu.testing.control import ControlError
    from emu.testing.crash_points import Boundary, CrashReport
    from emu.testing.diff import Diff
    from emu.testing.emulator import Connection, Emulator, EmulatorError
    from emu.testing.errors import TestingError
    from emu.testing.events import Events
    from emu.testing.faults import Fault, FaultNeverHit
    from emu.testing.guards import EndpointElsewhere, RealAwsRefused
    from emu.testing.handle import Handle
    from emu.testing.levers import Levers, NotMet
    from emu.testing.seeds import SeedError, SeedFromAnotherCommit
    from emu.testing.verifier import DirectoryDamaged

__all__ = [
    "Boundary",
    "Connection",
    "ControlError",
    "CrashReport",
    "Diff",
    "DirectoryDamaged",
    "Emulator",
    "EmulatorError",
    "EndpointElsewhere",
    "Events",
    "Fault",
    "FaultNeverHit",
    "Handle",
    "Levers",
    "NotMet",
    "RealAwsRefused",
    "SeedError",
    "SeedFromAnotherCommit",
    "TestingError",
]

_MODULES = {
    "Boundary": "crash_points",
    "Connection": "emulator",
    "ControlError": "control",
    "CrashReport": "crash_points",
    "Diff": "diff",
    "DirectoryDamaged": "verifier",
    "Emulator": "emulator",
    "EmulatorError": "emulator",
    "EndpointElsewhere": "guards",
    "Events": "events",
    "Fault": "faults",
    "FaultNeverHit": "faults",
    "Handle": "handle",
    "Levers": "levers",
    "NotMet": "levers",
    "RealAwsRefused": "guards",
    "SeedError": "seeds",
    "SeedFromAnotherCommit": "seeds",
    "TestingError": "errors",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
    globals()[name] = value
    return value
