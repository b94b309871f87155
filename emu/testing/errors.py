"""What all errors of :mod:`emu.testing` have in common: the sentence says everything, the way to it nothing."""

from __future__ import annotations

from typing import Any


class TestingError(Exception):
    """emu, or what a test asks of it, is not as it should be. The text says what is wrong."""

    __test__ = False  # no class of tests, whatever its name begins with


def hidden(info: Any) -> bool:
    """Whether pytest leaves a module's frames out of a traceback, ``__tracebackhide__ = hidden`` in that module.

    The traceback then ends at the line of the test that asked. Other errors would be emu's own and are shown in full:
    https://docs.pytest.org/en/stable/example/simple.html#writing-well-integrated-assertion-helpers
    """
    return isinstance(info.value, (TestingError, AssertionError))
