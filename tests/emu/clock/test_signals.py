from __future__ import annotations

import asyncio
import time

import pytest

from emu.clock.reading import WorldClock
from emu.clock.signals import Signals
from services.clock import ManualClock, SystemClock
from services.errors import ServiceError

TOPIC = ("sqs", "jobs")


def test_a_notification_wakes_every_waiter_of_its_topic_and_no_other() -> None:
    async def scenario() -> None:
        clock = ManualClock()
        signals = Signals(WorldClock(clock))
        until = clock.now_ms() + 20_000
        woken = [asyncio.ensure_future(signals.wait(TOPIC, until)) for _ in range(3)]
        asleep = asyncio.ensure_future(signals.wait(("sqs", "other"), until))
        await asyncio.sleep(0)
        signals.notify(TOPIC)
        await asyncio.wait_for(asyncio.gather(*woken), 5)
        assert not asleep.done()
        asleep.cancel()

    asyncio.run(scenario())


def test_a_wait_ends_by_itself() -> None:
    clock = SystemClock()
    started = time.monotonic()
    asyncio.run(Signals(WorldClock(clock)).wait(TOPIC, clock.now_ms() + 30))
    assert time.monotonic() - started >= 0.02


def test_a_moment_that_has_passed_is_not_waited_for() -> None:
    asyncio.run(Signals(WorldClock(ManualClock(1000))).wait(TOPIC, 1000))


def test_waiters_leave_nothing_behind() -> None:
    async def scenario() -> None:
        clock = SystemClock()
        signals = Signals(WorldClock(clock))
        task = asyncio.ensure_future(signals.wait(TOPIC, clock.now_ms() + 20_000))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await signals.wait(TOPIC, clock.now_ms() + 5)
        assert not signals._waiting

    asyncio.run(scenario())


def test_a_stop_refuses_those_who_wait_and_those_who_come_later() -> None:
    async def scenario() -> None:
        clock = ManualClock()
        signals = Signals(WorldClock(clock))
        waiting = asyncio.ensure_future(signals.wait(TOPIC, clock.now_ms() + 20_000))
        await asyncio.sleep(0)
        signals.close()
        with pytest.raises(ServiceError, match="stopping"):
            await waiting
        with pytest.raises(ServiceError, match="stopping"):
            await signals.wait(TOPIC, clock.now_ms() + 20_000)

    asyncio.run(scenario())
