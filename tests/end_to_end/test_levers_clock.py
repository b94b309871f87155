"""A clock that doesn't show real time, on its way through snapshots, restores, seeds, kills and restarts."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from emu.testing import Emulator

MOMENT_MS = 1_767_225_600_000
MOMENT = "2026-01-01T00:00:00Z"
Make = Callable[..., Emulator]


@pytest.fixture(params=["memory", "durable"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Make]:
    """Starts servers of a kind; they share the folder of snapshots."""
    started: list[Emulator] = []

    def start(name: str = "state", **options: Any) -> Emulator:
        directory = None if request.param == "memory" else tmp_path / name
        started.append(Emulator(directory, arguments=["--snapshot-dir", str(tmp_path / "shelf")], **options).start())
        return started[-1]

    yield start
    logs = [emulator.log for emulator in started]
    for emulator in started:
        emulator.close()
    assert not [log for log in logs if "Traceback" in log]


def clock(emulator: Emulator, **change: Any) -> dict[str, Any]:
    if change:
        return emulator.control.post("/kumo/clock", change)
    return emulator.control.get("/kumo/clock")


def in_flight(emulator: Emulator, seconds: int) -> str:
    """A message that is visible again after so long; its queue."""
    sqs = emulator.client("sqs")
    url: str = sqs.create_queue(QueueName="jobs")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="x")
    assert sqs.receive_message(QueueUrl=url, VisibilityTimeout=seconds)["Messages"]
    return url


def received(emulator: Emulator, url: str) -> int:
    return len(emulator.client("sqs").receive_message(QueueUrl=url).get("Messages", []))


def test_a_frozen_clock_comes_back_with_its_snapshot(make: Make) -> None:
    emulator = make()
    clock(emulator, freeze=MOMENT)
    url = in_flight(emulator, 600)
    emulator.snapshot("frozen")
    clock(emulator, advance={"minutes": 11})
    assert received(emulator, url) == 1
    clock(emulator, real=True)
    emulator.restore("frozen")
    assert (clock(emulator)["mode"], clock(emulator)["now_ms"]) == ("frozen", MOMENT_MS)
    assert received(emulator, url) == 0
    for end in ("stop", "kill"):
        if emulator.data_dir is None:
            break
        getattr(emulator, end)()
        emulator.start()
        assert (clock(emulator)["mode"], clock(emulator)["now_ms"]) == ("frozen", MOMENT_MS)
    clock(emulator, advance={"minutes": 11})
    assert received(emulator, url) == 1


@pytest.mark.slow
def test_a_running_clock_goes_on_as_it_ran(make: Make) -> None:
    """Restored, it shows what it would show had it never been stopped: what it was set to is kept, not a reading."""
    emulator = make()
    clock(emulator, set=MOMENT)
    clock(emulator, run=1000)
    started = time.time()
    emulator.snapshot("running")
    clock(emulator, real=True)
    emulator.restore("running")
    for _ in range(2):
        shown = clock(emulator)
        assert (shown["mode"], shown["factor"]) == ("running", 1000)
        assert 0 < shown["now_ms"] - MOMENT_MS <= (time.time() - started + 2) * 1_000_000
        if emulator.data_dir is not None:
            emulator.kill()
            emulator.start()
    first = clock(emulator)["now_ms"]
    time.sleep(0.05)
    assert clock(emulator)["now_ms"] - first >= 40_000


def test_a_frozen_clock_comes_with_a_seed_and_back_with_a_reset(make: Make, tmp_path: Path) -> None:
    first = make("first")
    clock(first, freeze=MOMENT)
    url = in_flight(first, 600)
    hashed = first.snapshot("frozen")["state_hash"]
    second = make("second", seed=tmp_path / "shelf" / "frozen")
    assert second.state_hash() == hashed
    assert (clock(second)["mode"], clock(second)["now_ms"]) == ("frozen", MOMENT_MS)
    clock(second, advance={"days": 1})
    assert received(second, url.replace(str(first.port), str(second.port))) == 1
    second.reset()
    assert clock(second)["now_ms"] == MOMENT_MS
    assert second.state_hash() == hashed


def test_a_snapshot_of_an_account_leaves_the_clock_alone(make: Make) -> None:
    """The clock is everybody's: others' deadlines depend on it."""
    emulator = make()
    clock(emulator, freeze=MOMENT)
    in_flight(emulator, 600)
    emulator.snapshot("whole")
    emulator.control.post("/kumo/snapshots", {"name": "part", "account": "000000000000"})
    clock(emulator, advance={"days": 1})
    for restored in ("part", "whole"):
        emulator.restore(restored, account="000000000000")
        assert clock(emulator)["now_ms"] == MOMENT_MS + 86_400_000
    emulator.restore("whole")
    assert clock(emulator)["now_ms"] == MOMENT_MS
    emulator.reset()
    assert clock(emulator)["mode"] == "real"


@pytest.mark.slow
def test_a_clock_that_runs_stands_still_where_calendars_end(tmp_path: Path) -> None:
    """Behind it no answer could have a date, nor could one to the call that takes the clock back; and deadlines have
    a year more."""
    with Emulator(tmp_path / "state") as emulator:
        emulator.clock.set("9998-12-31T23:59:59.990Z")
        emulator.clock.run(100_000)
        emulator.wait_until(quiet_ms=20)
        assert emulator.clock.show()["now"] == "9998-12-31T23:59:59.999Z"
        sqs = emulator.client("sqs")
        url = sqs.create_queue(QueueName="jobs")["QueueUrl"]
        sqs.send_message(QueueUrl=url, MessageBody="x")
        assert sqs.receive_message(QueueUrl=url, VisibilityTimeout=43_200)["Messages"]
        emulator.restart()
        assert [message["state"] for message in emulator.messages("jobs")] == ["in flight"]
        emulator.clock.real()
        assert emulator.clock.now().year < 9998
        assert "Traceback" not in emulator.log
