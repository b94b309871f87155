"""Queues: made, found, configured, listed, removed, and dead letters.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-queue-types.html
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from emu.testing import Emulator
from tests.end_to_end.asking import refused

MISSING = "AWS.SimpleQueueService.NonExistentQueue"


def attributes(sqs: Any, url: str) -> dict[str, str]:
    found: dict[str, str] = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    return found


def test_a_queue_is_found_by_its_name(emulator: Emulator, sqs: Any, name: str, queue_url: str) -> None:
    assert queue_url == f"{emulator.endpoint_url}/000000000000/{name}"
    assert sqs.get_queue_url(QueueName=name)["QueueUrl"] == queue_url
    assert sqs.create_queue(QueueName=name)["QueueUrl"] == queue_url


def test_a_queue_url_counts_by_its_path_alone(sqs: Any, name: str, queue_url: str) -> None:
    """Clients keep URLs that were made for another host, such as a container's."""
    for base in ("http://localhost:4566", "http://emu:1", "https://sqs.us-east-1.amazonaws.com", "https://queue/x"):
        sqs.send_message(QueueUrl=f"{base}/000000000000/{name}", MessageBody="x")
    assert attributes(sqs, queue_url)["ApproximateNumberOfMessages"] == "4"


def test_attributes_have_awss_defaults(sqs: Any, name: str, queue_url: str) -> None:
    """https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html"""
    found = attributes(sqs, queue_url)
    expected = {
        "QueueArn": f"arn:aws:sqs:us-east-1:000000000000:{name}",
        "DelaySeconds": "0",
        "MaximumMessageSize": "1048576",
        "MessageRetentionPeriod": "345600",
        "ReceiveMessageWaitTimeSeconds": "0",
        "VisibilityTimeout": "30",
        "ApproximateNumberOfMessages": "0",
    }
    assert {key: found[key] for key in expected} == expected
    assert "FifoQueue" not in found
    assert found["CreatedTimestamp"].isdigit()


def test_attributes_change(sqs: Any, queue_url: str) -> None:
    sqs.set_queue_attributes(QueueUrl=queue_url, Attributes={"VisibilityTimeout": "5", "DelaySeconds": "1"})
    found = attributes(sqs, queue_url)
    assert (found["VisibilityTimeout"], found["DelaySeconds"]) == ("5", "1")
    for wrong in ({"VisibilityTimeout": "43201"}, {"DelaySeconds": "soon"}, {"MaximumMessageSize": "1"}):
        with refused("InvalidAttributeValue", 400):
            sqs.set_queue_attributes(QueueUrl=queue_url, Attributes=wrong)
    with refused("InvalidAttributeName", 400):
        sqs.set_queue_attributes(QueueUrl=queue_url, Attributes={"Colour": "red"})
    assert attributes(sqs, queue_url)["VisibilityTimeout"] == "5"


def test_a_queue_with_other_attributes_is_another_queue(sqs: Any, name: str, queue_url: str) -> None:
    with refused("QueueAlreadyExists", 400):
        sqs.create_queue(QueueName=name, Attributes={"VisibilityTimeout": "5"})


@pytest.mark.parametrize("wrong", ["a b", "x" * 81, "no.fifo.here"])
def test_names_that_a_queue_cannot_have(sqs: Any, wrong: str) -> None:
    with refused("InvalidParameterValue", 400):
        sqs.create_queue(QueueName=wrong)


def test_a_queue_that_is_not_there(sqs: Any, name: str, queue_url: str) -> None:
    sqs.delete_queue(QueueUrl=queue_url)
    with refused(MISSING, 400) as error:
        sqs.get_queue_url(QueueName=name)
    assert error["Error"]["QueryErrorCode"] == "QueueDoesNotExist"
    with refused(MISSING, 400):
        sqs.send_message(QueueUrl=queue_url, MessageBody="x")
    with pytest.raises(sqs.exceptions.QueueDoesNotExist):
        sqs.receive_message(QueueUrl=queue_url)


def test_queues_are_listed_page_by_page(sqs: Any, name: str) -> None:
    urls = [sqs.create_queue(QueueName=f"{name}-{number}")["QueueUrl"] for number in range(5)]
    assert sqs.list_queues(QueueNamePrefix=name)["QueueUrls"] == urls
    pages = list(sqs.get_paginator("list_queues").paginate(QueueNamePrefix=name, PaginationConfig={"PageSize": 2}))
    assert [page["QueueUrls"] for page in pages] == [urls[:2], urls[2:4], urls[4:]]
    assert "QueueUrls" not in sqs.list_queues(QueueNamePrefix=f"{name}-none")


def test_dead_letters(sqs: Any, name: str, queue_url: str) -> None:
    """https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html"""
    arn = attributes(sqs, queue_url)["QueueArn"]
    policy = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 2})
    source = sqs.create_queue(QueueName=f"{name}-source", Attributes={"RedrivePolicy": policy})["QueueUrl"]
    assert json.loads(attributes(sqs, source)["RedrivePolicy"]) == {"deadLetterTargetArn": arn, "maxReceiveCount": 2}
    sent = sqs.send_message(QueueUrl=source, MessageBody="poison")
    for _ in range(2):
        assert "Messages" in sqs.receive_message(QueueUrl=source, VisibilityTimeout=0)
    assert "Messages" not in sqs.receive_message(QueueUrl=source)
    (dead,) = sqs.receive_message(QueueUrl=queue_url, MessageSystemAttributeNames=["All"])["Messages"]
    assert (dead["MessageId"], dead["Body"]) == (sent["MessageId"], "poison")
    assert dead["Attributes"]["DeadLetterQueueSourceArn"] == f"{arn}-source"
    assert attributes(sqs, source)["ApproximateNumberOfMessages"] == "0"


def test_tags_given_at_creation_are_taken(sqs: Any, name: str) -> None:
    assert sqs.create_queue(QueueName=name, tags={"team": "a"})["QueueUrl"].endswith(name)
