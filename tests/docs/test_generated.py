"""README.md says what the code says."""

from __future__ import annotations

import runpy
from pathlib import Path

HOUSE = Path(__file__).resolve().parents[2]


def test_the_readme_is_what_the_code_generates() -> None:
    generated = runpy.run_path(str(HOUSE / "docs" / "generate.py"))["generated"]
    readme = (HOUSE / "README.md").read_text()
    assert readme == generated(readme), "run `python docs/generate.py`"


def test_the_two_commands_stand_in_the_readme() -> None:
    readme = (HOUSE / "README.md").read_text()
    for lock, command in (("requirements.lock", "-m emu --data-dir ./state"), ("requirements-test.lock", "-m pytest")):
        assert any(lock in line and line.rstrip().endswith(command) for line in readme.splitlines())
