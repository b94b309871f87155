"""https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html"""

from __future__ import annotations

from typing import Any

import pytest


def set_(sqs: Any, url: str, **attributes: str) -> None:
    assert sqs("SetQueueAttributes", QueueUrl=url, Attributes=attributes) == {}


def test_values_and_the_time_of_change(sqs: Any) -> None:
    url = sqs.queue()
    sqs.clock.advance(seconds=90)
    set_(sqs, url, VisibilityTimeout="7", DelaySeconds="3")
    told = sqs.attributes(url)
    assert (told["VisibilityTimeout"], told["DelaySeconds"]) == ("7", "3")
    assert int(told["LastModifiedTimestamp"]) - int(told["CreatedTimestamp"]) == 90


def test_all_or_nothing(sqs: Any) -> None:
    url = sqs.queue()
    attributes = {"VisibilityTimeout": "7", "DelaySeconds": "901"}
    error = sqs.refused("SetQueueAttributes", QueueUrl=url, Attributes=attributes)
    assert error.code == "InvalidAttributeValue"
    assert sqs.attributes(url, "VisibilityTimeout") == {"VisibilityTimeout": "30"}


@pytest.mark.parametrize("name", ["Policy", "RedriveAllowPolicy", "KmsMasterKeyId", "RedrivePolicy"])
def test_an_empty_value_removes(sqs: Any, name: str) -> None:
    sqs.queue("dead")
    value = {
        "Policy": "{}",
        "RedriveAllowPolicy": '{"redrivePermission":"denyAll"}',
        "KmsMasterKeyId": "key",
        "RedrivePolicy": '{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:dead","maxReceiveCount":2}',
    }[name]
    url = sqs.queue(**{name: value})
    assert sqs.attributes(url, name) == {name: value}
    set_(sqs, url, **{name: ""})
    assert sqs.attributes(url, name) == {}


def test_the_type_of_a_queue_stays(sqs: Any) -> None:
    url = sqs.queue("jobs.fifo")
    set_(sqs, url, FifoQueue="true")
    error = sqs.refused("SetQueueAttributes", QueueUrl=url, Attributes={"FifoQueue": "false"})
    assert error.message.endswith("Modifying queue type is not supported.")
    error = sqs.refused("SetQueueAttributes", QueueUrl=sqs.queue(), Attributes={"FifoQueue": "true"})
    assert error.code == "InvalidAttributeName"


def test_managed_encryption_takes_the_place_of_a_key(sqs: Any) -> None:
    url = sqs.queue(KmsMasterKeyId="key")
    set_(sqs, url, SqsManagedSseEnabled="true")
    told = sqs.attributes(url)
    assert told["SqsManagedSseEnabled"] == "true"
    assert "KmsMasterKeyId" not in told
    assert "KmsDataKeyReusePeriodSeconds" not in told


def test_a_new_visibility_timeout_counts_from_the_next_receive(sqs: Any) -> None:
    url = sqs.queue()
    sqs.send(url)
    sqs.receive(url)
    set_(sqs, url, VisibilityTimeout="100")
    sqs.clock.advance(seconds=30)
    assert sqs.bodies(url) == ["hello"]
    sqs.clock.advance(seconds=99)
    assert sqs.bodies(url) == []


def test_a_shorter_retention_holds_for_old_messages(sqs: Any) -> None:
    url = sqs.queue()
    sqs.send(url)
    sqs.clock.advance(seconds=100)
    set_(sqs, url, MessageRetentionPeriod="60")
    assert sqs.state.next_deadline_ms() <= sqs.clock.now_ms()
    assert sqs.bodies(url) == []


def test_the_scope_of_deduplication_changes_what_was_sent_before(sqs: Any) -> None:
    url = sqs.queue("jobs.fifo")
    for group in ("a", "b"):
        sqs.send(url, MessageGroupId=group, MessageDeduplicationId="1")
    assert sqs.counts(url) == (1, 0, 0)
    set_(sqs, url, DeduplicationScope="messageGroup")
    sqs.send(url, MessageGroupId="a", MessageDeduplicationId="1")
    assert sqs.counts(url) == (1, 0, 0)
    sqs.send(url, MessageGroupId="b", MessageDeduplicationId="1")
    assert sqs.counts(url) == (2, 0, 0)
    set_(sqs, url, DeduplicationScope="queue")
    sqs.send(url, MessageGroupId="c", MessageDeduplicationId="1")
    assert sqs.counts(url) == (2, 0, 0)


def test_attributes_are_required(sqs: Any) -> None:
    error = sqs.refused("SetQueueAttributes", QueueUrl=sqs.queue())
    assert error.message == "The request must contain the parameter Attributes."
