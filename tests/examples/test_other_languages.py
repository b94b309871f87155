"""The levers from other languages, as examples/ci shows them, against a running server; where the tool is there."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from emu.testing import Emulator

EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "ci"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Emulator]:
    with Emulator(arguments=["--snapshot-dir", str(tmp_path / "snapshots")]) as emulator:
        yield emulator


@pytest.mark.parametrize(
    ("folder", "command"),
    [
        ("javascript", ("node", "--test", "levers.test.mjs")),
        ("go", ("go", "test", "-count=1", "./...")),
    ],
)
def test_the_levers_from_another_language(
    server: Emulator, folder: str, command: tuple[str, ...], tmp_path: Path
) -> None:
    tool = shutil.which(command[0])
    if tool is None:
        pytest.skip(f"{command[0]} is not on this machine")
    environment = {**os.environ, "EMU_URL": server.endpoint_url, "GOFLAGS": "-mod=mod"}
    done = subprocess.run(
        [tool, *command[1:]], cwd=EXAMPLES / folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
