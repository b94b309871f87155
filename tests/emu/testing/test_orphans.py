"""What a killed pytest leaves: no server, and the working directory of the test that it was at."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

SUITE = """
    import pytest, time

    @pytest.mark.emu(state="both")
    def test_it(emu, s3):
        s3.create_bucket(Bucket="pages")
        print("server", emu._world.emulator.pid, emu.data_dir, flush=True)
        time.sleep(600)
"""
_GONE_WITHIN_S = 20


@pytest.mark.parametrize("state", ["ephemeral", "persistent"])
def test_a_killed_pytest_takes_its_server_along(pytester: pytest.Pytester, state: str, tmp_path: Path) -> None:
    pytester.makepyfile(test_it=SUITE)
    command = [sys.executable, "-m", "pytest", "-s", "-p", "no:cacheprovider", "-m", state]
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        shown = next(line for line in process.stdout if "server " in line).partition("server ")[2]
        pid, directory = shown.split()
        process.kill()
    deadline = time.monotonic() + _GONE_WITHIN_S
    while _is_running(int(pid)):
        assert time.monotonic() < deadline, "the server outlives pytest"
        time.sleep(0.05)
    if state == "persistent":
        assert (Path(directory) / "s3.json").exists(), "a clean stop has brought the directory to rest"


def _is_running(pid: int) -> bool:
    """Whether there is such a process that has not ended; one that nobody has waited for counts as ended."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return bool(state.strip()) and not state.startswith("Z")
