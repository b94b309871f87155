"""The image's surroundings without a container engine: its commands on the PATH, and files as an engine reads them."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = ROOT / "examples" / "compose"

CREDENTIALS = {"AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}


@pytest.fixture(scope="session")
def path(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A PATH on which ``kumo`` is what it is in the image, and ``wget`` too where the machine has it."""
    folder = tmp_path_factory.mktemp("bin")
    kumo = folder / "kumo"
    kumo.write_text(f'#!/bin/sh\nPYTHONPATH={ROOT} exec {sys.executable} -P -m emu "$@"\n')
    kumo.chmod(0o755)
    return f"{folder}:{os.environ['PATH']}"


@pytest.fixture(scope="session")
def wget() -> str:
    found = shutil.which("wget")
    if found is None:
        pytest.skip("wget is not on this machine")
    return found


def free_port() -> int:
    """A port that was free a moment ago, for files that name it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def run(command: Sequence[str | Path], environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """A command with nothing but the system's variables and these."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("KUMO_", "AWS_"))}
    return subprocess.run(
        command, env={**kept, **environment}, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60,
        check=False,
    )  # fmt: skip


def compose(path: Path) -> dict[str, Any]:
    """A compose file's services by name."""
    document: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    services: dict[str, Any] = document["services"]
    return services


def probe(service: Mapping[str, Any], port: int) -> list[str]:
    """The command of a service's health check, towards a server on another port."""
    kind, *command = service["healthcheck"]["test"]
    assert kind == "CMD"
    return [word.replace(":4566/", f":{port}/") for word in command]
