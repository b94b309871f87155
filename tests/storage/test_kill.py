"""``kill -9`` under load, again and again: nothing that was acknowledged is lost, nothing deleted comes back."""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.storage.child import body_of
from tests.storage.tiny import opened
from tests.storage.watched import UnsyncedFiles

ROOT = Path(__file__).parents[2]


class Expected:
    """What each key may be: what was last acknowledged, or what was tried after that."""

    def __init__(self) -> None:
        self._possible: dict[str, set[Any]] = {}
        self.acknowledged = 0

    def hear(self, line: str) -> None:
        words = line.split()
        if len(words) != 4 or not line.endswith("\n"):
            return
        said, key, what, version = words
        value = {"put": (int(version), None), "body": (None, body_of(int(version))), "delete": None}[what]
        if said == "done":
            self._possible[key] = {value}
            self.acknowledged += 1
        else:
            self._possible.setdefault(key, {None}).add(value)

    def check(self, state: Any) -> None:
        found = {key: value for (_, _, key), value in state.items()}
        for key, possible in self._possible.items():
            assert found.get(key) in possible, key
            # From now on it is what it is.
            self._possible[key] = {found.get(key)}
        assert not set(found) - set(self._possible)


async def _state(path: Path, *, stop: bool) -> Any:
    world = await opened(path, files=UnsyncedFiles())
    state = world.everything()
    if stop:
        await world.store.stop()
    else:
        world.store._checkpointer.disable()
        world.abandon()
    return state


def _kill_while_working(path: Path, seed: int, durability: str, expected: Expected) -> None:
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.storage.child", str(path), str(seed), durability],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "ready\n"
    time.sleep(random.Random(seed).random() * 0.15)
    child.kill()
    for line in child.stdout:
        expected.hear(line)
    child.stdout.close()
    child.wait()


@pytest.mark.parametrize("durability", ["fsync", "os"])
@pytest.mark.parametrize("kills", [12, pytest.param(100, marks=pytest.mark.slow)])
def test_killed_again_and_again(tmp_path: Path, durability: str, kills: int) -> None:
    expected = Expected()
    for number in range(kills):
        _kill_while_working(tmp_path, number, durability, expected)
        if number % 3:
            expected.check(asyncio.run(_state(tmp_path, stop=number % 2 == 0)))
    expected.check(asyncio.run(_state(tmp_path, stop=True)))
    expected.check(asyncio.run(_state(tmp_path, stop=True)))
    assert expected.acknowledged > kills
