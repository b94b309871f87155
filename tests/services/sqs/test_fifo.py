"""https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-understanding-logic.html"""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture
def url(sqs: Any) -> str:
    url: str = sqs.queue("jobs.fifo", ContentBasedDeduplication="true")
    return url


def send(sqs: Any, url: str, *bodies: str) -> None:
    """Bodies like ``a1``: the group, and what makes it another message."""
    for body in bodies:
        sqs.send(url, body, MessageGroupId=body[0])
        sqs.clock.advance(ms=1)


def test_order_in_a_group(sqs: Any, url: str) -> None:
    send(sqs, url, "a1", "a2", "a3")
    received = []
    while messages := sqs.receive(url):
        received.append(messages[0]["Body"])
        assert sqs.receive(url) == []
        sqs.delete(url, messages[0]["ReceiptHandle"])
    assert received == ["a1", "a2", "a3"]


def test_as_many_of_a_group_as_possible(sqs: Any, url: str) -> None:
    send(sqs, url, "a1", "b1", "a2", "b2", "a3")
    assert sqs.bodies(url, 4) == ["a1", "a2", "a3", "b1"]
    # Both groups have messages in flight now.
    assert sqs.bodies(url, 4) == []
    assert sqs.counts(url) == (1, 4, 0)


def test_a_blocked_group_leaves_the_others_alone(sqs: Any, url: str) -> None:
    send(sqs, url, "a1", "a2", "b1")
    assert sqs.bodies(url, 1) == ["a1"]
    assert sqs.bodies(url, 10) == ["b1"]


def test_a_group_stays_blocked_until_all_its_messages_are_back_or_deleted(sqs: Any, url: str) -> None:
    send(sqs, url, "a1", "a2", "a3")
    one, two = sqs.receive(url, 2)
    sqs.delete(url, one["ReceiptHandle"])
    assert sqs.bodies(url) == []
    sqs.hide(url, two["ReceiptHandle"], 0)
    assert sqs.bodies(url) == ["a2", "a3"]


def test_deleting_out_of_order(sqs: Any, url: str) -> None:
    send(sqs, url, "a1", "a2", "a3")
    one, two = sqs.receive(url, 2)
    sqs.delete(url, two["ReceiptHandle"])
    assert sqs.bodies(url) == []
    sqs.hide(url, one["ReceiptHandle"], 0)
    assert sqs.bodies(url) == ["a1", "a3"]


def test_a_returned_message_comes_before_its_successors(sqs: Any, url: str) -> None:
    send(sqs, url, "a1", "a2")
    sqs.receive(url, 1, VisibilityTimeout=5)
    sqs.clock.advance(ms=4_999)
    assert sqs.bodies(url) == []
    sqs.clock.advance(ms=1)
    assert sqs.bodies(url) == ["a1", "a2"]


def test_one_message_back_and_one_in_flight(sqs: Any, url: str) -> None:
    send(sqs, url, "a1", "a2", "a3")
    one, two = sqs.receive(url, 2)
    sqs.hide(url, one["ReceiptHandle"], 0)
    assert sqs.bodies(url) == []
    sqs.delete(url, two["ReceiptHandle"])
    assert sqs.bodies(url) == ["a1", "a3"]


def test_a_delayed_message_holds_back_those_behind_it(sqs: Any) -> None:
    url = sqs.queue("jobs.fifo", ContentBasedDeduplication="true", DelaySeconds="10")
    send(sqs, url, "a1")
    sqs("SetQueueAttributes", QueueUrl=url, Attributes={"DelaySeconds": "0"})
    send(sqs, url, "a2", "b1")
    assert sqs.bodies(url) == ["b1"]
    sqs.clock.advance(seconds=10)
    assert sqs.bodies(url) == ["a1", "a2"]


def test_a_delayed_message_behind_is_not_received_with_the_first(sqs: Any) -> None:
    url = sqs.queue("jobs.fifo", ContentBasedDeduplication="true")
    send(sqs, url, "a1")
    sqs("SetQueueAttributes", QueueUrl=url, Attributes={"DelaySeconds": "10"})
    send(sqs, url, "a2")
    assert sqs.bodies(url) == ["a1"]


def test_groups_take_turns(sqs: Any, url: str) -> None:
    """The group that has been ready longest is first, so one that fails again and again doesn't starve the others."""
    send(sqs, url, "a1", "b1", "c1")
    assert sqs.bodies(url, 1, VisibilityTimeout=1) == ["a1"]
    sqs.clock.advance(seconds=1)
    assert sqs.bodies(url, 10) == ["b1", "c1", "a1"]


def test_retention_frees_a_group(sqs: Any, call: Any) -> None:
    url = sqs.queue("jobs.fifo", ContentBasedDeduplication="true", MessageRetentionPeriod="60")
    send(sqs, url, "a1")
    sqs.clock.advance(seconds=30)
    send(sqs, url, "a2")
    sqs.receive(url, 1, VisibilityTimeout=1000)
    assert sqs.bodies(url) == []
    sqs.clock.advance(seconds=30)
    call.fire("sqs")
    assert sqs.bodies(url) == ["a2"]
