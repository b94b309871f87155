"""What `emu verify` looks at, at the end of every persistent test, without the price of starting it each time.

This is the pytest process's half; the other, :mod:`emu.verifying`, is a process of its own, since the server's packages
may have the names of the user's.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from emu.testing.emulator import EmulatorError, server_environment
from emu.testing.errors import TestingError


class DirectoryDamaged(TestingError):
    """A test's working directory is not as emu wrote it."""


class Verifier:
    """A process that looks at directories; it begins at once, so that it is ready when it is needed."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "emu.verifying"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=server_environment(),
            process_group=0,  # Ctrl-C is pytest's
        )

    def check(self, data_dir: Path) -> None:
        """Raises DirectoryDamaged with what `emu verify` finds, EmulatorError if it can't look."""
        process = self._process
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(str(data_dir)) + "\n")
        process.stdin.flush()
        answer = process.stdout.readline()
        if not answer:
            raise EmulatorError(f"What verifies directories has ended with status {process.wait()}.")
        damage = json.loads(answer)
        if damage:
            found = "\n".join(f"  {line}" for line in damage)
            raise DirectoryDamaged(f"The test's working directory {data_dir} is damaged (emu verify):\n{found}")

    def close(self) -> None:
        """It ends with its input."""
        self._process.communicate()
