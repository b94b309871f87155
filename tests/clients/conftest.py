"""A server, and the environment that turns a client of AWS towards it: an endpoint, a region, any credentials."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from uuid import uuid4

import pytest

from emu.testing import Emulator


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    with Emulator(tmp_path_factory.mktemp("state")) as emulator:
        yield emulator


@pytest.fixture
def name() -> str:
    """A name for a bucket, queue and table."""
    return f"journey-{uuid4().hex[:12]}"


@pytest.fixture
def environment(emulator: Emulator) -> dict[str, str]:
    """The caller's, without settings of AWS's clients but these."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("AWS_")}
    return {
        **kept,
        "AWS_ENDPOINT_URL": emulator.endpoint_url,
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "NO_PROXY": "127.0.0.1",
    }


def require(tool: str) -> str:
    """The path of a program; without it the test is skipped and says so."""
    path = shutil.which(tool)
    if path is None:
        pytest.skip(f"{tool} is not on this machine")
    return path


def run(*command: str | Path, cwd: Path, environment: Mapping[str, str], timeout_s: float) -> str:
    """The standard output of a command that must succeed."""
    ended = subprocess.run(
        command, cwd=cwd, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=timeout_s,
        check=False,
    )  # fmt: skip
    assert ended.returncode == 0, f"{command[0]} ended with {ended.returncode}\n{ended.stdout}\n{ended.stderr}"
    return ended.stdout


PARTS = ["bucket: done", "multipartUpload: done", "queue: done", "table: done"]
"""What the journeys of other languages print."""
