"""The diagnostic bundle of a failed test: one archive with all that it takes to understand it and to reopen its world.

bundle.json     the test, why it failed, versions, commits, seed
test.log        the failure and what the test has printed and logged
server.log      what the server has logged since the test began
events.jsonl    what happened, reads included
diff.txt        what differs from the seed, or from nothing
state/          a persistent test's working directory, as it lay at the failure
snapshot/       an ephemeral test's state
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
import shutil
import signal
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest

from emu.testing import seeds
from emu.testing.emulator import Emulator
from emu.testing.errors import TestingError
from emu.testing.worlds import World

SUFFIX = ".tar.gz"
STATE = "state"
SNAPSHOT = "snapshot"
ABOUT = "bundle.json"
_AT_FAILURE = "emu-at-failure"
_NAME_LENGTH_MAX = 100


def write(world: World, item: pytest.Item, report: pytest.TestReport, folder: Path) -> Path:
    """Archives the world as it is at the failure. What can't be had, of a dead server, is named in bundle.json."""
    folder.mkdir(parents=True, exist_ok=True)
    archive = folder / (_name(item.nodeid) + SUFFIX)
    with tempfile.TemporaryDirectory(prefix="emu-bundle-", dir=world.worker.folder) as made:
        content = Path(made)
        missing = _collect(world, content)
        (content / "test.log").write_text(_test_log(report), "utf-8")
        (content / "server.log").write_text(world.log, "utf-8")
        about = _about(world, item, report, archive) | {"missing": missing}
        (content / ABOUT).write_text(json.dumps(about, indent=2) + "\n", "utf-8")
        with tarfile.open(archive, "w:gz", compresslevel=3) as tar:
            tar.add(content, archive.name.removesuffix(SUFFIX))
    return archive


def command(archive: Path) -> str:
    """What reopens a bundle."""
    return f"emu open {archive}"


def _collect(world: World, content: Path) -> list[str]:
    """Writes what the server and its directory tell; returns what could not be had, and why."""
    missing = []
    parts: dict[str, Callable[[World, Path], None]] = {"events.jsonl": _events, "diff.txt": _diff}
    parts |= {STATE: _directory} if world.plan.persistent else {SNAPSHOT: _snapshot}
    for name, part in parts.items():
        try:
            part(world, content / name)
        except (TestingError, OSError) as error:
            missing.append(f"{name}: {error}")
    return missing


def _events(world: World, file: Path) -> None:
    events = world.past_events
    try:
        events = world.events(what=None)
    finally:
        file.write_text("".join(f"{json.dumps(event)}\n" for event in events), "utf-8")


def _diff(world: World, file: Path) -> None:
    if world.seed is not None:
        file.write_text(f"From the seed {world.seed.name}:\n{world.diff(world.seed.name)}\n", "utf-8")


def _directory(world: World, folder: Path) -> None:
    data_dir = world.data_dir
    assert data_dir is not None
    with _standing_still(world.emulator):
        shutil.copytree(data_dir, folder, ignore=shutil.ignore_patterns("lock"))


def _snapshot(world: World, folder: Path) -> None:
    world.control.post("/kumo/snapshots", {"name": _AT_FAILURE, "replace": True})
    shutil.copytree(world.snapshots / _AT_FAILURE, folder)


@contextmanager
def _standing_still(emulator: Emulator) -> Iterator[None]:
    """Lets the server's process stand still, so that the files of one moment are copied."""
    if not emulator.running:
        yield
        return
    os.kill(emulator.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(emulator.pid, signal.SIGCONT)


def _test_log(report: pytest.TestReport) -> str:
    sections = "".join(f"\n----- {name} -----\n{text}" for name, text in report.sections)
    return f"{report.nodeid}\n\n{report.longreprtext}\n{sections}"


def _about(world: World, item: pytest.Item, report: pytest.TestReport, archive: Path) -> dict[str, Any]:
    longrepr = report.longrepr
    crash = getattr(longrepr, "reprcrash", None)
    return {
        "test": item.nodeid,
        "phase": report.when,
        "failure": crash.message if crash is not None else str(longrepr),
        "open": command(archive),
        "state": world.plan.state,
        "seed": None if world.seed is None else {"name": world.seed.name, "commit": world.seed.commit},
        "commit": seeds.code_commit(item.path.parent),
        "clock": None if world.plan.clock is None else str(world.plan.clock),
        "faults": list(world.plan.faults),
        "server": {"arguments": list(world.arguments), "endpoint_url": world.worker.endpoint_url},
        "versions": {
            "python": platform.python_version(),
            "platform": platform.platform(),
            **{name: _version(name) for name in ("kumo-emu", "pytest", "pytest-xdist", "boto3", "botocore")},
        },
    }


def _version(distribution: str) -> str | None:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return None


def _name(nodeid: str) -> str:
    """A file name that people recognise and no other test has."""
    file, _, test = nodeid.partition("::")
    words = re.sub(r"[^\w.-]+", "-", f"{file.rpartition('/')[2]}-{test}")[:_NAME_LENGTH_MAX]
    return f"{words.strip('-.')}-{hashlib.sha256(nodeid.encode()).hexdigest()[:8]}"
