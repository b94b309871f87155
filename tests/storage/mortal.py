"""A process that is killed, for tests whose own process lives on."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from storage.durable import DurableStore
from storage.files import Files

CHANGES = frozenset(
    "create open_lock pwrite truncate datasync sync sync_directory sync_file_system rename link unlink mkdir "
    "make_folders rmdir chmod remove_tree clone".split()
)
"""What is done to the disk by one call; everything else that changes it is made of these."""
LOOKS = frozenset(
    "open_existing close pread size names exists is_directory check_access same_file size_of signature read chunks "
    "lines".split()
)


class Killed(OSError):
    """The process that asks for this is dead."""


class MortalFiles(Files):
    """Passes everything on to other files, until :meth:`die`."""

    def __init__(self, files: Files) -> None:
        self._alive = True
        self._under_way = 0
        self._state = threading.Condition()
        for name in CHANGES:
            setattr(self, name, self._while_alive(getattr(files, name)))
        for name in LOOKS:
            setattr(self, name, getattr(files, name))

    def _while_alive(self, change: Callable[..., Any]) -> Callable[..., Any]:
        def changed(*arguments: Any, **options: Any) -> Any:
            with self._state:
                if not self._alive:
                    raise Killed("the process was killed")
                self._under_way += 1
            try:
                return change(*arguments, **options)
            finally:
                with self._state:
                    self._under_way -= 1
                    self._state.notify_all()

        return changed

    def die(self) -> None:
        """From the return on nothing changes the disk any more, in whatever thread."""
        with self._state:
            self._alive = False
            self._state.wait_for(lambda: self._under_way == 0)


def kill(store: DurableStore, files: MortalFiles) -> None:
    """Leaves what a killed process leaves: the lock goes, and nothing that was under way gets any further.

    The process of the tests lives on, and with it the store's timers, tasks and threads. A base that it was about to
    publish would come, over the directory of its successor, and take away segments that aren't its own any more. So
    first the files die, then what would use them ends. A fold goes on, as one whose server is killed does: it writes
    into a folder of its own.
    """
    files.die()
    checkpointer, journal = store._checkpointer, store._journal
    checkpointer.disable()
    for task in (*checkpointer._tasks, *checkpointer._publications):
        task.cancel()
    journal._on_failure = lambda error: None
    running = journal._thread.is_alive()
    if journal._timer is not None:
        journal._timer.cancel()
    if running:
        journal._batches.put(None)
        journal._thread.join()
        journal._fail(Killed("the process was killed"))  # nobody waits for it any more
        files.close(journal._appender._segment.fd)
    store._claim.lock.release()
