"""Loading a state without Python's cyclic garbage collector.

A state is millions of objects that stay. The collector would walk through all that is there already, again and again
while more comes: a third of the time that an opening takes. And afterwards each of its full runs would stop the
server for as long as the state is large, to find nothing: a state has no cycles, so counting references is enough.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_MANY = 100_000


@contextmanager
def collection_paused() -> Iterator[None]:
    """Within it nothing is collected; a large state that was made there is left out of collections for good."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if gc.get_count()[0] > _MANY:
            gc.freeze()
        if enabled:
            gc.enable()
