"""https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html"""

from __future__ import annotations

import json
from typing import Any

import pytest


def arn(name: str) -> str:
    return f"arn:aws:sqs:us-east-1:000000000000:{name}"


def pair(sqs: Any, count: int = 2, suffix: str = "", **attributes: str) -> tuple[str, str]:
    """A queue and its dead-letter queue."""
    dead = sqs.queue("dead" + suffix)
    policy = json.dumps({"deadLetterTargetArn": arn("dead" + suffix), "maxReceiveCount": count})
    return sqs.queue("jobs" + suffix, RedrivePolicy=policy, **attributes), dead


def test_moved_by_the_receive_that_would_be_one_too_many(sqs: Any, call: Any) -> None:
    url, dead = pair(sqs)
    sent = sqs.send(url, "poison")
    sqs.clock.advance(seconds=1)
    for _ in range(2):
        assert sqs.bodies(url, VisibilityTimeout=10) == ["poison"]
        assert sqs.counts(dead) == (0, 0, 0)
        sqs.clock.advance(seconds=10)
    before = call.world.store.lsn
    assert sqs.bodies(url) == []
    assert call.world.store.lsn == before + 1
    assert sqs.counts(url) == (0, 0, 0)
    (message,) = sqs.receive(dead)
    assert message["MessageId"] == sent["MessageId"]
    assert message["Attributes"] == {
        "SenderId": "000000000000",
        "SentTimestamp": "1767225600000",
        "ApproximateReceiveCount": "3",
        "ApproximateFirstReceiveTimestamp": "1767225621000",
        "DeadLetterQueueSourceArn": arn("jobs"),
    }


def test_in_the_record_of_the_receive(sqs: Any, call: Any) -> None:
    url, dead = pair(sqs, 1)
    for body in ("poison", "good"):
        sqs.send(url, body)
        sqs.clock.advance(ms=1)
    sqs.bodies(url, 1, VisibilityTimeout=0)
    before = call.world.store.lsn
    # The poison became visible behind the good one; both are looked at.
    assert sqs.bodies(url, 10) == ["good"]
    assert call.world.store.lsn == before + 1
    assert sqs.bodies(dead) == ["poison"]


def test_receives_in_the_source_do_not_count_for_the_dead_letter_queues_own_policy(sqs: Any) -> None:
    url, dead = pair(sqs, 1)
    sqs.queue("deader")
    policy = json.dumps({"deadLetterTargetArn": arn("deader"), "maxReceiveCount": 1})
    sqs("SetQueueAttributes", QueueUrl=dead, Attributes={"RedrivePolicy": policy})
    sqs.send(url)
    sqs.receive(url, VisibilityTimeout=0)
    sqs.receive(url)
    assert sqs.bodies(dead, VisibilityTimeout=0) == ["hello"]
    assert sqs.bodies(dead) == []
    (message,) = sqs.receive("/000000000000/deader")
    assert message["Attributes"]["ApproximateReceiveCount"] == "3"
    assert message["Attributes"]["DeadLetterQueueSourceArn"] == arn("dead")


def test_retention_counts_from_the_first_sending(sqs: Any, call: Any) -> None:
    url, dead = pair(sqs, 1)
    sqs("SetQueueAttributes", QueueUrl=dead, Attributes={"MessageRetentionPeriod": "100"})
    sqs.send(url)
    sqs.receive(url, VisibilityTimeout=90)
    sqs.clock.advance(seconds=90)
    sqs.receive(url)
    assert sqs.counts(dead) == (1, 0, 0)
    sqs.clock.advance(seconds=10)
    call.fire("sqs")
    assert sqs.counts(dead) == (0, 0, 0)


def test_fifo_keeps_order_groups_and_begins_retention_anew(sqs: Any) -> None:
    url, dead = pair(sqs, 1, ".fifo", ContentBasedDeduplication="true")
    sqs.send(dead, "earlier", MessageGroupId="g", MessageDeduplicationId="0")
    for number in range(3):
        sqs.send(url, str(number), MessageGroupId="g")
    sqs.receive(url, 2, VisibilityTimeout=10)
    sqs.clock.advance(seconds=10)
    assert sqs.bodies(url) == ["2"]
    messages = sqs.receive(dead, 10)
    assert [message["Body"] for message in messages] == ["earlier", "0", "1"]
    attributes = messages[1]["Attributes"]
    assert attributes["SentTimestamp"] == "1767225610000"
    assert attributes["MessageGroupId"] == "g"
    numbers = [message["Attributes"]["SequenceNumber"] for message in messages]
    assert numbers == sorted(numbers)


def test_a_target_that_is_gone_leaves_the_messages_where_they_are(sqs: Any) -> None:
    url, dead = pair(sqs, 1)
    sqs.send(url)
    sqs("DeleteQueue", QueueUrl=dead)
    for count in ("1", "2", "3"):
        (message,) = sqs.receive(url, VisibilityTimeout=0)
        assert message["Attributes"]["ApproximateReceiveCount"] == count


def test_a_policy_that_is_removed(sqs: Any) -> None:
    url, dead = pair(sqs, 1)
    sqs.send(url)
    sqs.receive(url, VisibilityTimeout=0)
    sqs("SetQueueAttributes", QueueUrl=url, Attributes={"RedrivePolicy": ""})
    assert sqs.bodies(url) == ["hello"]
    assert sqs.counts(dead) == (0, 0, 0)


def test_a_queue_that_is_its_own_dead_letter_queue(sqs: Any) -> None:
    url = sqs.queue()
    policy = json.dumps({"deadLetterTargetArn": arn("jobs"), "maxReceiveCount": 1})
    sqs("SetQueueAttributes", QueueUrl=url, Attributes={"RedrivePolicy": policy})
    sqs.send(url)
    sqs.receive(url, VisibilityTimeout=0)
    assert sqs.bodies(url) == []
    assert sqs.bodies(url) == ["hello"]


def test_records_stay_small(sqs: Any, call: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.sqs.limits.MESSAGES_PER_RECORD_MAX", 3)
    url, dead = pair(sqs, 1)
    for number in range(7):
        sqs.send(url, str(number))
    sqs.receive(url, 10, VisibilityTimeout=0)
    sqs.clock.advance(ms=1)
    sqs.send(url, "good")
    before = call.world.store.lsn
    assert sqs.bodies(url, 1) == ["good"]
    assert call.world.store.lsn == before + 3
    assert sqs.counts(dead) == (7, 0, 0)


def test_an_old_handle_of_a_moved_message(sqs: Any) -> None:
    url, dead = pair(sqs, 1)
    sqs.send(url)
    handle = sqs.receive(url, VisibilityTimeout=0)[0]["ReceiptHandle"]
    sqs.receive(url)
    sqs.delete(url, handle)
    assert sqs.counts(dead) == (1, 0, 0)
