"""Code that is replaced under a running server."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from emu.home import house
from emu.testing import ControlError, Emulator

PACKAGES = ("emu", "services", "storage")


@pytest.mark.slow
def test_an_upgrade_before_the_first_checkpoint_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The checkpoint's process would apply the records with other code than the server did."""
    installed = tmp_path / "installed"
    for package in PACKAGES:
        shutil.copytree(Path(house()) / package, installed / package, ignore=shutil.ignore_patterns("__pycache__"))
    state = installed / "services" / "sqs" / "state.py"
    before = state.read_text()
    with Emulator(tmp_path / "state", environment={"PYTHONPATH": str(installed)}) as emulator:
        emulator.client("sqs").create_queue(QueueName="jobs")
        state.write_text(before + "\nUPGRADED = True\n")
        with pytest.raises(ControlError, match="checkpoint"):
            emulator.control.post("/kumo/checkpoint")
        assert "The server runs other code than is installed now. Restart it." in emulator.log
        assert emulator.client("sqs").list_queues()["QueueUrls"]
        emulator.restart()
        assert emulator.control.post("/kumo/checkpoint")["result"] == "written"
