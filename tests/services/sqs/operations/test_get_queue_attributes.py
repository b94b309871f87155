"""https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_GetQueueAttributes.html"""

from __future__ import annotations

from typing import Any


def test_only_what_was_asked_for(sqs: Any) -> None:
    url = sqs.queue()
    assert sqs.attributes(url, "DelaySeconds", "VisibilityTimeout") == {"DelaySeconds": "0", "VisibilityTimeout": "30"}


def test_without_names_there_is_nothing(sqs: Any) -> None:
    assert sqs("GetQueueAttributes", QueueUrl=sqs.queue()) == {}


def test_attributes_that_the_queue_does_not_have(sqs: Any) -> None:
    assert sqs.attributes(sqs.queue(), "Policy", "FifoQueue", "RedrivePolicy") == {}


def test_unknown_names(sqs: Any) -> None:
    error = sqs.refused("GetQueueAttributes", QueueUrl=sqs.queue(), AttributeNames=["All", "Colour"])
    assert (error.code, error.message) == ("InvalidAttributeName", "Unknown Attribute Colour.")


def test_counts_follow_the_messages(sqs: Any) -> None:
    url = sqs.queue()
    for number in range(5):
        sqs.send(url, str(number))
    sqs.send(url, "later", DelaySeconds=60)
    assert sqs.counts(url) == (5, 0, 1)
    handle = sqs.receive(url, 2)[0]["ReceiptHandle"]
    assert sqs.counts(url) == (3, 2, 1)
    sqs.delete(url, handle)
    assert sqs.counts(url) == (3, 1, 1)
    sqs.clock.advance(seconds=30)
    assert sqs.counts(url) == (4, 0, 1)
    sqs.clock.advance(seconds=30)
    assert sqs.counts(url) == (5, 0, 0)
