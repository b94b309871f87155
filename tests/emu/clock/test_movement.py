"""Moving the clock of a whole world. Nothing here sleeps."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

START = "2026-01-01T00:00:00Z"
START_MS = 1_767_225_600_000


@pytest.fixture
def frozen(bench: Any) -> Any:
    assert bench.control("POST", "/kumo/clock", {"freeze": START})[0] == 200
    return bench


def advance(bench: Any, **by: float) -> Any:
    status, answer = bench.control("POST", "/kumo/clock", {"advance": by})
    assert status == 200, answer
    return answer


def test_it_shows_what_it_was_set_to(bench: Any) -> None:
    assert bench.control("GET", "/kumo/clock")[1] == {
        "mode": "real", "now": "2023-11-14T22:13:20.000Z", "now_ms": 1_700_000_000_000, "factor": 1,
    }  # fmt: skip
    status, answer = bench.control("POST", "/kumo/clock", {"freeze": START})
    assert (status, answer["mode"], answer["now_ms"], answer["factor"]) == (200, "frozen", START_MS, 0)
    bench.real.advance(seconds=100)
    assert bench.control("GET", "/kumo/clock")[1]["now_ms"] == START_MS
    assert advance(bench, minutes=1, seconds=2.5)["now_ms"] == START_MS + 62_500
    assert bench.control("POST", "/kumo/clock", {"run": 60})[1]["mode"] == "running"
    bench.real.advance(seconds=1)
    assert bench.control("GET", "/kumo/clock")[1]["now_ms"] == START_MS + 122_500
    answer = bench.control("POST", "/kumo/clock", {"real": True})[1]
    assert (answer["mode"], answer["now_ms"]) == ("real", bench.real.now_ms())


def test_set_goes_on_as_before(bench: Any) -> None:
    assert bench.control("POST", "/kumo/clock", {"set": START})[1]["mode"] == "running"
    bench.real.advance(seconds=1)
    assert bench.control("GET", "/kumo/clock")[1]["now_ms"] == START_MS + 1000
    bench.control("POST", "/kumo/clock", {"freeze": True})
    assert bench.control("POST", "/kumo/clock", {"set": START_MS + 5})[1]["mode"] == "frozen"
    assert bench.control("GET", "/kumo/clock")[1]["now_ms"] == START_MS + 5


def test_a_moment_with_another_offset(bench: Any) -> None:
    answer = bench.control("POST", "/kumo/clock", {"freeze": "2026-01-01T01:00:00+01:00"})[1]
    assert answer["now"] == "2026-01-01T00:00:00.000Z"


def test_a_delay_and_a_visibility_timeout(frozen: Any) -> None:
    url = frozen.queue()
    frozen.send(url, "a", DelaySeconds=30)
    assert frozen.receive(url) == []
    advance(frozen, seconds=29)
    assert frozen.receive(url) == []
    advance(frozen, seconds=1)
    assert len(frozen.receive(url, VisibilityTimeout=60)) == 1
    advance(frozen, milliseconds=59_999)
    assert frozen.receive(url) == []
    advance(frozen, milliseconds=1)
    assert len(frozen.receive(url)) == 1


def test_deadlines_are_carried_out_in_order_each_at_its_moment(frozen: Any) -> None:
    short = frozen.queue("short", MessageRetentionPeriod="60")
    frozen.send(short, "a")
    advance(frozen, seconds=10)
    frozen.send(short, "b")
    table = frozen.table()
    frozen.dynamodb(
        "UpdateTimeToLive",
        TableName=table,
        TimeToLiveSpecification={"Enabled": True, "AttributeName": "until"},
    )
    frozen.put(table, "x", until={"N": str(START_MS // 1000 + 65)})
    before = frozen.world.store.lsn
    assert advance(frozen, hours=1)["commits"] == 4
    entries = [entry for entry in frozen.events() if entry["what"] == "commit" and entry["lsn"] > before]
    kinds = [[change["kind"] for change in entry["changes"]] for entry in entries]
    moments = [(entry["time_ms"] - START_MS) // 1000 for entry in entries]
    assert moments == [60, 66, 70, 70]  # the last one moves the clock on from there
    assert kinds == [
        ["emu.set_clock", "sqs.expire"],
        ["emu.set_clock", "dynamodb.delete_item"],
        ["emu.set_clock", "sqs.expire"],
        ["emu.set_clock"],
    ]


def test_a_long_poll_receives_at_the_moment_at_which_a_message_appears(frozen: Any) -> None:
    url = frozen.queue()
    frozen.send(url, "a", DelaySeconds=7)

    async def scenario() -> Any:
        poll = asyncio.ensure_future(
            frozen.start("sqs", "ReceiveMessage", QueueUrl=url, WaitTimeSeconds=20, AttributeNames=["All"])
        )
        await asyncio.sleep(0)
        await frozen.world.mover.advance(60_000)
        return await asyncio.wait_for(poll, 5)

    attributes = asyncio.run(scenario())["Messages"][0]["Attributes"]
    assert int(attributes["ApproximateFirstReceiveTimestamp"]) == START_MS + 7000


def test_a_long_poll_ends_when_the_clock_is_moved_beyond_it(frozen: Any) -> None:
    url = frozen.queue()

    async def scenario() -> Any:
        poll = asyncio.ensure_future(frozen.start("sqs", "ReceiveMessage", QueueUrl=url, WaitTimeSeconds=20))
        await asyncio.sleep(0)
        await frozen.world.mover.advance(19_999)
        assert not poll.done()
        await frozen.world.mover.advance(1)
        return await asyncio.wait_for(poll, 5)

    assert asyncio.run(scenario()) == {}


def test_nothing_is_due_on_the_way_back(frozen: Any) -> None:
    url = frozen.queue(MessageRetentionPeriod="60")
    frozen.send(url, "a")
    answer = frozen.control("POST", "/kumo/clock", {"set": "2025-06-01T00:00:00Z"})[1]
    assert answer["commits"] == 1
    assert frozen.world.states["sqs"].counts()["messages"] == 1


def test_moves_wait_for_each_other(frozen: Any) -> None:
    async def scenario() -> None:
        await asyncio.gather(*(frozen.world.mover.advance(1000) for _ in range(5)))

    asyncio.run(scenario())
    assert frozen.world.clock.now_ms() == START_MS + 5000


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, None),
        ({"freeze": True, "real": True}, None),
        ({"stop": True}, "stop"),
        ({"freeze": "2026-01-01T00:00:00"}, "freeze"),
        ({"freeze": "yesterday"}, "freeze"),
        ({"freeze": False}, "freeze"),
        ({"set": -1}, "set"),
        ({"set": 1e18}, "set"),
        ({"set": "10000-01-01T00:00:00Z"}, "set"),
        ({"set": "0001-01-01T00:00:00+23:59"}, "set"),
        ({"freeze": "9999-12-31T23:59:59-23:00"}, "freeze"),
        ({"set": "9999-01-01T00:00:00Z"}, "set"),
        ({"advance": {}}, "advance"),
        ({"advance": 5}, "advance"),
        ({"advance": {"weeks": 1}}, "advance.weeks"),
        ({"advance": {"seconds": -1}}, "advance.seconds"),
        ({"advance": {"seconds": "5"}}, "advance.seconds"),
        ({"advance": {"days": 2_900_000, "hours": 90_000_000}}, "advance.hours"),
        ({"advance": {"days": 2_930_000}}, "advance"),
        ({"run": 0}, "run"),
        ({"run": True}, "run"),
        ({"run": 1e9}, "run"),
        ({"real": False}, "real"),
    ],
)
def test_misuse(bench: Any, body: Any, field: str | None) -> None:
    status, answer = bench.control("POST", "/kumo/clock", body)
    assert (status, answer.get("field")) == (400, field), answer
    assert bench.world.store.lsn == 0


@pytest.mark.parametrize("body", [b"{", b"[]", b"5"])
def test_what_is_no_object(bench: Any, body: bytes) -> None:
    assert bench.control("POST", "/kumo/clock", body)[0] == 400


@pytest.mark.parametrize("back", [{"set": START_MS - 86_400_000}, {"freeze": START_MS - 5000}, {"run": 0.001}])
def test_a_long_poll_keeps_nobody_longer_when_the_clock_is_set_back(
    bench: Any, monkeypatch: pytest.MonkeyPatch, back: Any
) -> None:
    bench.control("POST", "/kumo/clock", {"set": START_MS})
    url = bench.queue()
    signals, seconds = bench.world.signals, list[float]()
    really_wait = signals._wait

    async def wait(topic: Any, until_ms: int, real_seconds: float) -> None:
        seconds.append(real_seconds)
        await really_wait(topic, until_ms, real_seconds)

    monkeypatch.setattr(signals, "_wait", wait)

    async def scenario() -> None:
        poll = asyncio.ensure_future(bench.start("sqs", "ReceiveMessage", QueueUrl=url, WaitTimeSeconds=20))
        await asyncio.sleep(0)
        bench.real.advance(seconds=7)
        await bench.controlling("POST", "/kumo/clock", back)
        for _ in range(3):
            await asyncio.sleep(0)
        bench.real.advance(seconds=13)
        signals.notify_all()
        assert await poll == {}

    asyncio.run(scenario())
    assert seconds == [20, 13]
