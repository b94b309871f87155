"""FIFO queues: order within a group, and each message once.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-fifo-queues.html
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.end_to_end.asking import refused


@pytest.fixture
def fifo(sqs: Any, name: str) -> str:
    attributes = {"FifoQueue": "true", "ContentBasedDeduplication": "true"}
    url: str = sqs.create_queue(QueueName=f"{name}.fifo", Attributes=attributes)["QueueUrl"]
    return url


def send(sqs: Any, url: str, body: str, group: str = "g", **options: Any) -> dict[str, Any]:
    sent: dict[str, Any] = sqs.send_message(QueueUrl=url, MessageBody=body, MessageGroupId=group, **options)
    return sent


def receive(sqs: Any, url: str, **options: Any) -> list[dict[str, Any]]:
    answer = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, **options)
    messages: list[dict[str, Any]] = answer.get("Messages", [])
    return messages


def bodies(messages: list[dict[str, Any]]) -> list[str]:
    return [message["Body"] for message in messages]


def test_messages_of_a_group_come_in_order(sqs: Any, fifo: str) -> None:
    sent = [send(sqs, fifo, str(number)) for number in range(12)]
    numbers = [int(answer["SequenceNumber"]) for answer in sent]
    assert numbers == sorted(numbers)
    first = receive(sqs, fifo, MessageSystemAttributeNames=["All"])
    assert bodies(first) == [str(number) for number in range(10)]
    assert [message["Attributes"]["SequenceNumber"] for message in first] == [str(number) for number in numbers[:10]]
    assert {message["Attributes"]["MessageGroupId"] for message in first} == {"g"}


def test_a_group_waits_for_its_messages_in_flight(sqs: Any, fifo: str) -> None:
    for body, group in (("a1", "a"), ("a2", "a"), ("b1", "b")):
        send(sqs, fifo, body, group)
    (first,) = sqs.receive_message(QueueUrl=fifo)["Messages"]
    assert first["Body"] == "a1"
    assert bodies(receive(sqs, fifo)) == ["b1"]
    assert receive(sqs, fifo) == []
    sqs.delete_message(QueueUrl=fifo, ReceiptHandle=first["ReceiptHandle"])
    assert bodies(receive(sqs, fifo)) == ["a2"]


def test_a_message_given_back_is_the_next_again(sqs: Any, fifo: str) -> None:
    for body in ("1", "2", "3"):
        send(sqs, fifo, body)
    (first,) = sqs.receive_message(QueueUrl=fifo)["Messages"]
    sqs.change_message_visibility(QueueUrl=fifo, ReceiptHandle=first["ReceiptHandle"], VisibilityTimeout=0)
    assert bodies(receive(sqs, fifo)) == ["1", "2", "3"]


def test_the_same_content_is_delivered_once(sqs: Any, fifo: str) -> None:
    one, again = send(sqs, fifo, "x"), send(sqs, fifo, "x")
    assert (again["MessageId"], again["SequenceNumber"]) == (one["MessageId"], one["SequenceNumber"])
    (message,) = receive(sqs, fifo)
    sqs.delete_message(QueueUrl=fifo, ReceiptHandle=message["ReceiptHandle"])
    send(sqs, fifo, "x")
    assert receive(sqs, fifo) == []


def test_the_same_deduplication_id_is_delivered_once(sqs: Any, fifo: str) -> None:
    send(sqs, fifo, "one", MessageDeduplicationId="d")
    send(sqs, fifo, "two", MessageDeduplicationId="d")
    send(sqs, fifo, "one", MessageDeduplicationId="e")
    assert bodies(receive(sqs, fifo)) == ["one", "one"]


def test_an_attempt_repeated_gets_the_same_messages(sqs: Any, fifo: str) -> None:
    """https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/using-receiverequestattemptid-request-parameter.html"""
    send(sqs, fifo, "x")
    first = receive(sqs, fifo, ReceiveRequestAttemptId="attempt")
    again = receive(sqs, fifo, ReceiveRequestAttemptId="attempt")
    assert [message["ReceiptHandle"] for message in again] == [message["ReceiptHandle"] for message in first]


def test_what_a_fifo_queue_asks_for(sqs: Any, name: str, fifo: str) -> None:
    with refused("MissingParameter", 400):
        sqs.send_message(QueueUrl=fifo, MessageBody="x")
    with refused("InvalidParameterValue", 400):
        send(sqs, fifo, "x", DelaySeconds=1)
    with refused("InvalidParameterValue", 400):
        sqs.create_queue(QueueName=f"{name}-plain", Attributes={"FifoQueue": "true"})
    plain = sqs.create_queue(QueueName=f"{name}-ids.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
    with refused("InvalidParameterValue", 400):
        send(sqs, plain, "x")


def test_a_batch_keeps_its_order(sqs: Any, fifo: str) -> None:
    entries = [{"Id": f"i{n}", "MessageBody": str(n), "MessageGroupId": f"g{n % 2}"} for n in range(6)]
    sent = sqs.send_message_batch(QueueUrl=fifo, Entries=entries)["Successful"]
    assert [entry["SequenceNumber"] for entry in sent] == sorted(entry["SequenceNumber"] for entry in sent)
    found = bodies(receive(sqs, fifo))
    assert [body for body in found if int(body) % 2 == 0] == ["0", "2", "4"]
    assert [body for body in found if int(body) % 2 == 1] == ["1", "3", "5"]
