"""Runs of pytest within a test, with the plugin as its entry point loads it.

Such a run forgets what it has imported: what is imported here is there for all of them, and they are faster for it.
"""

from __future__ import annotations

import json
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest

import emu.testing.bundle
import emu.testing.sessions

Run = Callable[..., pytest.RunResult]


assert boto3, emu.testing.sessions


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs pytest on a test file's text, in this process; ``run(text, "-m", "persistent")``."""
    for name in ("CI", "BUILD_NUMBER"):  # with them pytest writes other summaries
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p no:cacheprovider -p no:hypothesispytest -p no:anyio")

    def run(text: str, *arguments: str, ini: str = "") -> pytest.RunResult:
        pytester.makeini(f"[pytest]\n{ini}\n")
        pytester.makepyfile(test_it=text)
        return pytester.runpytest_inprocess(*arguments)

    return run


@pytest.fixture
def bundles(pytester: pytest.Pytester) -> Callable[[], list[dict[str, Any]]]:
    """What the bundles of the run hold: texts by name, JSON read; the archive's path as ``path``."""

    def read() -> list[dict[str, Any]]:
        return [_content(archive) for archive in sorted((pytester.path / "emu-bundles").glob("*.tar.gz"))]

    return read


def _content(archive: Path) -> dict[str, Any]:
    content: dict[str, Any] = {"path": archive}
    with tarfile.open(archive) as tar:
        for member in tar:
            file = tar.extractfile(member)
            if file is not None:
                name = member.name.partition("/")[2]
                text = file.read().decode(errors="replace")
                content[name] = json.loads(text) if name == "bundle.json" else text
    return content
