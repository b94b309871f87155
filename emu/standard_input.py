"""``--stop-with-stdin``: a server that goes when whoever started it goes.

A test runner that is killed can't stop its servers. But the system closes its end of a pipe for it, however it ended;
so a server whose standard input is that pipe hears of it.
"""

from __future__ import annotations

import os
import stat
import sys
import threading
from collections.abc import Callable

from emu.settings import SettingError

_STDIN = 0
_CHUNK_BYTES = 4096


def check_standard_input() -> None:
    """Raises SettingError for a standard input that doesn't stay open as long as whoever started the server."""
    found = _what_it_is()
    if found is not None:
        raise SettingError(
            f"--stop-with-stdin (KUMO_STOP_WITH_STDIN) needs a pipe, a socket or a terminal as standard input; it is"
            f" {found}."
        )


def keep_its_place() -> None:
    """Opens the null device where a standard input is missing: an event loop that gets its number can't be closed."""
    if sys.stdin is None:
        try:
            os.fstat(_STDIN)
        except OSError:
            os.open(os.devnull, os.O_RDONLY)


def _what_it_is() -> str | None:
    """None for what can be used."""
    # Where there is none, Python has none either, whatever has its number by now.
    if sys.stdin is None:
        return "closed"
    try:
        mode = os.fstat(_STDIN).st_mode
    except OSError:
        return "closed"
    if stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode) or os.isatty(_STDIN):
        return None
    return "a file" if stat.S_ISREG(mode) else f"{os.devnull} or another device"


def when_standard_input_ends(tell: Callable[[], None]) -> None:
    """Calls ``tell`` in a thread once the standard input has reached its end; what comes before that is nobody's.

    A thread that reads, since an event loop would make the descriptor non-blocking for everybody who shares it, the
    shell on a terminal among them.
    """

    def read() -> None:
        try:
            while os.read(_STDIN, _CHUNK_BYTES):
                pass
        except OSError:
            pass  # a terminal that hung up, a connection that was reset: an end like any other
        tell()

    threading.Thread(target=read, name="standard-input", daemon=True).start()
