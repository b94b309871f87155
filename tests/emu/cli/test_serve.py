"""What ``emu serve`` does before it serves."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from click.testing import CliRunner

from emu.cli import cli
from emu.settings import SETTINGS

_TOLD_TO_STOP = """
import os, signal
import emu.run

async def run(settings):
    os.kill(os.getpid(), signal.SIGTERM)
    print("went on")

emu.run.run = run
from emu.cli import main
main(["serve", "--port", "0"])
"""


def test_a_stop_while_it_still_opens_its_directory_ends_it_at_once() -> None:
    """As the first process of a container it would otherwise not even hear of it."""
    ended = subprocess.run(
        [sys.executable, "-c", _TOLD_TO_STOP],
        cwd=Path(__file__).resolve().parents[3], capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")


def test_its_help_has_the_settings_in_their_order() -> None:
    shown = CliRunner().invoke(cli, ["serve", "--help"]).output
    places = [shown.index(f"\n  {setting.flag}") for setting in SETTINGS]
    assert places == sorted(places)
