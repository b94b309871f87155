"""https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-short-and-long-polling.html

Nothing here sleeps: where a poll would wait for a moment, the clock is moved to it.
"""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from services.errors import ServiceError


class Waits:
    """In place of :class:`emu.clock.signals.Signals`: each wait moves the clock to its end, after running what is
    planned for an earlier moment."""

    def __init__(self, call: Any) -> None:
        self.clock = call.clock
        self.start = call.clock.now_ms()
        self.ends: list[int] = []
        self.plan: dict[int, Any] = {}
        call.world.signals = self

    async def wait(self, topic: tuple[str, ...], until_ms: int) -> None:
        self.ends.append(until_ms - self.start)
        due = [moment for moment in self.plan if self.start + moment < until_ms]
        moment = self.start + min(due) if due else until_ms
        self.clock.advance(ms=moment - self.clock.now_ms())
        if due:
            self.plan.pop(min(due))()


@pytest.fixture
def waits(call: Any) -> Waits:
    return Waits(call)


def poll(sqs: Any, url: str, seconds: int | None = 20, **request: Any) -> list[str]:
    """Bodies that a long poll returns."""
    wait = {} if seconds is None else {"WaitTimeSeconds": seconds}
    response = sqs("ReceiveMessage", QueueUrl=url, MaxNumberOfMessages=10, **wait, **request)
    if not isinstance(response, dict):
        response = asyncio.run(response)
    return [message["Body"] for message in response.get("Messages", [])]


def test_it_does_not_wait_when_there_is_something(sqs: Any, waits: Waits) -> None:
    url = sqs.queue()
    sqs.send(url)
    assert poll(sqs, url) == ["hello"]
    assert waits.ends == []


def test_it_ends_empty_after_its_time(sqs: Any, waits: Waits) -> None:
    assert poll(sqs, sqs.queue(), 20) == []
    assert waits.ends == [20_000]


def test_the_queues_own_wait(sqs: Any, waits: Waits) -> None:
    url = sqs.queue(ReceiveMessageWaitTimeSeconds="7")
    assert poll(sqs, url, None) == []
    assert waits.ends == [7_000]
    assert poll(sqs, url, 0) == []
    assert waits.ends == [7_000]


def test_a_send_during_the_wait(sqs: Any, waits: Waits) -> None:
    url = sqs.queue()
    waits.plan[3_000] = lambda: sqs.send(url)
    assert poll(sqs, url) == ["hello"]
    assert waits.clock.now_ms() == waits.start + 3_000


def test_the_end_of_a_delay(sqs: Any, waits: Waits) -> None:
    url = sqs.queue()
    sqs.send(url, DelaySeconds=4)
    assert poll(sqs, url) == ["hello"]
    assert waits.ends == [4_000]


def test_the_end_of_a_visibility_timeout(sqs: Any, waits: Waits) -> None:
    url = sqs.queue()
    sqs.send(url)
    sqs.receive(url, VisibilityTimeout=6)
    assert poll(sqs, url) == ["hello"]
    assert waits.ends == [6_000]


def test_a_delayed_message_that_another_one_got(sqs: Any, waits: Waits) -> None:
    url = sqs.queue()
    sqs.send(url, DelaySeconds=4)
    waits.plan[1_000] = lambda: sqs("PurgeQueue", QueueUrl=url)
    assert poll(sqs, url) == []
    assert waits.ends == [4_000, 20_000]


def test_a_fifo_group_that_becomes_free(sqs: Any, waits: Waits) -> None:
    url = sqs.queue("jobs.fifo", ContentBasedDeduplication="true")
    for body in "ab":
        sqs.send(url, body, MessageGroupId="g")
    handle = sqs.receive(url)[0]["ReceiptHandle"]
    waits.plan[2_000] = lambda: sqs.delete(url, handle)
    assert poll(sqs, url) == ["b"]


def test_a_queue_that_is_deleted_meanwhile(sqs: Any, waits: Waits) -> None:
    url = sqs.queue()
    waits.plan[2_000] = lambda: sqs("DeleteQueue", QueueUrl=url)
    with pytest.raises(ServiceError) as caught:
        poll(sqs, url)
    assert caught.value.code == "QueueDoesNotExist"


def test_a_queue_that_is_made_again_meanwhile_is_another_one(sqs: Any, waits: Waits) -> None:
    url = sqs.queue()

    def again() -> None:
        sqs("DeleteQueue", QueueUrl=url)
        sqs.send(sqs.queue())

    waits.plan[2_000] = again
    with pytest.raises(ServiceError) as caught:
        poll(sqs, url)
    assert caught.value.code == "QueueDoesNotExist"


def test_dead_letters_met_on_the_way(sqs: Any, waits: Waits) -> None:
    dead = sqs.queue("dead")
    policy = '{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:dead","maxReceiveCount":1}'
    url = sqs.queue(RedrivePolicy=policy)
    sqs.send(url)
    sqs.receive(url, VisibilityTimeout=5)
    assert poll(sqs, url) == []
    assert waits.ends == [5_000, 20_000]
    assert sqs.bodies(dead) == ["hello"]


def test_fifo_at_its_in_flight_limit_waits_without_looking_again_and_again(
    sqs: Any, waits: Waits, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.sqs.limits.IN_FLIGHT_MAX", 1)
    url = sqs.queue("jobs.fifo", ContentBasedDeduplication="true")
    for group in "ab":
        sqs.send(url, group, MessageGroupId=group)
    sqs.receive(url)
    assert poll(sqs, url) == []
    assert waits.ends == [20_000]


def test_several_pollers_each_get_a_message_of_their_own(sqs: Any) -> None:
    """With the real signals, which wake at once: the time limit only ends a test that would fail."""
    url = sqs.queue()

    async def run() -> list[Any]:
        polls = [asyncio.ensure_future(sqs("ReceiveMessage", QueueUrl=url, WaitTimeSeconds=20)) for _ in range(5)]
        await asyncio.sleep(0)
        for number in range(5):
            sqs.send(url, str(number))
        return await asyncio.wait_for(asyncio.gather(*polls), 10)

    bodies = [response["Messages"][0]["Body"] for response in asyncio.run(run())]
    assert sorted(bodies) == ["0", "1", "2", "3", "4"]


@pytest.mark.parametrize("wake", ["visibility", "delete", "move", "delivery", "queue deleted"])
def test_what_wakes(sqs: Any, call: Any, wake: str) -> None:
    """Everything that may give a waiter something notifies the queue's topic."""
    policy = '{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:poll.fifo","maxReceiveCount":1}'
    fifo = wake in ("delete", "move")
    url = sqs.queue("poll.fifo" if fifo else "poll")
    source = sqs.queue("source.fifo", RedrivePolicy=policy) if fifo else ""
    notified: list[tuple[str, ...]] = []
    call.world.signals.notify = notified.append
    call.world.states["sqs"]._hooks.notify = notified.append
    group = {"MessageGroupId": "g", "MessageDeduplicationId": "d"} if fifo else {}
    sqs.send(source if wake == "move" else url, **group)
    handle = sqs.receive(source if wake == "move" else url, VisibilityTimeout=1)[0]["ReceiptHandle"]
    notified.clear()
    if wake == "visibility":
        sqs.hide(url, handle, 0)
    elif wake == "delete":
        sqs.delete(url, handle)
    elif wake == "move":
        sqs.clock.advance(seconds=1)
        sqs.receive(source)
    elif wake == "delivery":
        context = call.world.context("s3")
        context.commit(*context.deliver("arn:aws:sqs:us-east-1:000000000000:poll", ["event"]))
    else:
        sqs("DeleteQueue", QueueUrl=url)
    assert ("sqs", "000000000000", "us-east-1", url.rpartition("/")[2]) in notified


def test_a_message_that_comes_before_the_poll_has_its_first_turn(sqs: Any, waits: Waits) -> None:
    url = sqs.queue()
    waiting = sqs("ReceiveMessage", QueueUrl=url, WaitTimeSeconds=20)
    sqs.send(url)
    assert [message["Body"] for message in asyncio.run(waiting)["Messages"]] == ["hello"]
    assert waits.ends == []


def test_a_queue_that_goes_before_the_poll_has_its_first_turn(sqs: Any, waits: Waits) -> None:
    url = sqs.queue()
    waiting = sqs("ReceiveMessage", QueueUrl=url, WaitTimeSeconds=20)
    sqs("DeleteQueue", QueueUrl=url)
    sqs.queue()
    with pytest.raises(ServiceError, match="does not exist"):
        asyncio.run(waiting)


def test_a_message_that_becomes_visible_while_the_poll_looks(
    sqs: Any, waits: Waits, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first wait ends a moment too early, and time goes on between the poll's steps."""
    url = sqs.queue()
    sqs.send(url, DelaySeconds=1)
    wait, now_ms = waits.wait, waits.clock.now_ms

    async def too_early(topic: tuple[str, ...], until_ms: int) -> None:
        first = not waits.ends
        await wait(topic, until_ms - first)
        if first:
            ticks = iter([0, 0])
            monkeypatch.setattr(waits.clock, "now_ms", lambda: now_ms() + next(ticks, 1))

    monkeypatch.setattr(waits, "wait", too_early)
    assert poll(sqs, url) == ["hello"]
    assert len(waits.ends) <= 2
    assert max(waits.ends) <= 1_000
