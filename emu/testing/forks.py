"""Processes that a test forks.

One that comes out of the test, by ``sys.exit()`` or an error, would go on as a second pytest, which ends this one's
server and removes its directories. It ends there instead, as it would at the end of a program.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def ended_at_the_test() -> Iterator[None]:
    """Around a test: whoever leaves it in another process than the one that began it ends there."""
    began = os.getpid()
    try:
        yield
    except BaseException as error:
        if os.getpid() != began:
            _end(error)
        raise
    if os.getpid() != began:
        _end(None)


def _end(error: BaseException | None) -> None:
    """Ends this process without what pytest has registered for its end."""
    status = 0
    if isinstance(error, SystemExit):
        status = error.code if isinstance(error.code, int) else 0 if error.code is None else 1
    elif error is not None:
        traceback.print_exception(error)
        status = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status & 0xFF)
