"""For people who test with emu: a handle on a server process. ``from emu.testing import Emulator``."""

from emu.testing.emulator import Emulator, EmulatorError

__all__ = ["Emulator", "EmulatorError"]
