"""https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_PurgeQueue.html"""

from __future__ import annotations

from typing import Any

import pytest


@pytest.mark.parametrize("name", ["jobs", "jobs.fifo"])
def test_everything_is_gone(sqs: Any, name: str) -> None:
    url = sqs.queue(name)
    group = {"MessageGroupId": "g"} if name.endswith(".fifo") else {}
    for number in range(3):
        token = {"MessageDeduplicationId": str(number)} if group else {}
        sqs.send(url, **group, **token)
    (message,) = sqs.receive(url)
    sqs("PurgeQueue", QueueUrl=url)
    assert sqs.counts(url) == (0, 0, 0)
    sqs.delete(url, message["ReceiptHandle"])
    sqs.clock.advance(seconds=31)
    assert sqs.bodies(url) == []
    token = {"MessageDeduplicationId": "new"} if group else {}
    sqs.send(url, "after", **group, **token)
    assert sqs.bodies(url) == ["after"]


def test_once_a_minute(sqs: Any) -> None:
    url = sqs.queue()
    sqs("PurgeQueue", QueueUrl=url)
    sqs.clock.advance(ms=59_999)
    error = sqs.refused("PurgeQueue", QueueUrl=url)
    assert error.refusal.query_code == "AWS.SimpleQueueService.PurgeQueueInProgress"
    assert error.message == "Only one PurgeQueue operation on jobs is allowed every 60 seconds."
    sqs.clock.advance(ms=1)
    sqs("PurgeQueue", QueueUrl=url)
