"""The journeys of other languages' SDKs: programs of their own beside this file, run by their own tools.

Each asserts what it sees and prints a line a part. Their packages are pinned by lock files and come from the languages'
registries, which is why these run with ``--full`` only.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.clients.conftest import PARTS, require, run

HERE = Path(__file__).resolve().parent


@pytest.mark.slow
def test_the_javascript_sdk(environment: dict[str, str], name: str, tmp_path: Path) -> None:
    npm, node = require("npm"), require("node")
    folder = tmp_path / "javascript"
    shutil.copytree(HERE / "javascript", folder)
    run(npm, "ci", "--silent", "--prefer-offline", cwd=folder, environment=environment, timeout_s=300)
    printed = run(node, "journey.mjs", name, cwd=folder, environment=environment, timeout_s=60)
    assert printed.splitlines() == PARTS


@pytest.mark.slow
def test_the_go_sdk(environment: dict[str, str], name: str, tmp_path: Path) -> None:
    go = require("go")
    program = tmp_path / "journey"
    build = (go, "build", "-mod=readonly", "-o", str(program), ".")
    run(*build, cwd=HERE / "go", environment=environment, timeout_s=600)
    assert run(program, name, cwd=tmp_path, environment=environment, timeout_s=60).splitlines() == PARTS
