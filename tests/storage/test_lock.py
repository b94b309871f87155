"""One process has a directory open, and only that."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from storage.errors import DirectoryLocked
from tests.storage.sessions import fill, session, snapshot
from tests.storage.tiny import World


def test_a_second_opener_is_told_who_has_it(tmp_path: Path) -> None:
    def case(world: World) -> None:
        before = snapshot(tmp_path)
        with pytest.raises(DirectoryLocked, match=f"process {os.getpid()} on host {socket.gethostname()}"):
            World(tmp_path)
        assert snapshot(tmp_path) == before

    session(tmp_path, case)


def test_a_stale_lock_is_no_obstacle(tmp_path: Path) -> None:
    session(tmp_path, fill)
    (tmp_path / "emu" / "lock").write_bytes(b'{"pid":1,"host":"elsewhere"}')
    assert session(tmp_path, lambda world: None).a.entries["one"] == {"value": 1}


def test_a_child_does_not_hold_the_directory(tmp_path: Path) -> None:
    children: list[subprocess.Popen[bytes]] = []
    forked: list[int] = []

    def case(world: World) -> None:
        children.append(subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]))
        forked.append(os.fork())
        if forked[0] == 0:
            signal.pause()

    try:
        session(tmp_path, case)
        session(tmp_path, lambda world: None)
    finally:
        children[0].kill()
        children[0].wait()
        os.kill(forked[0], signal.SIGKILL)
        os.waitpid(forked[0], 0)


def test_a_child_that_did_not_come_to_close_its_copy_holds_nothing(tmp_path: Path) -> None:
    """Between ``fork`` and what a child does first, it has the parent's lock file open."""
    children: list[subprocess.Popen[bytes]] = []

    def case(world: World) -> None:
        copy = world.store._claim.lock._fd
        children.append(subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], pass_fds=[copy]))

    try:
        session(tmp_path, case)
        session(tmp_path, lambda world: None)
    finally:
        children[0].kill()
        children[0].wait()


def test_an_opening_that_was_refused_leaves_the_lock_to_its_holder(tmp_path: Path) -> None:
    def case(world: World) -> None:
        for _ in range(2):
            with pytest.raises(DirectoryLocked):
                World(tmp_path)

    session(tmp_path, case)
