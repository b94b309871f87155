"""Messages: sent, received, hidden, deleted; one by one and in batches.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/welcome.html
"""

from __future__ import annotations

import hashlib
import time
from typing import Any

import pytest

from tests.end_to_end.asking import refused


def receive(sqs: Any, queue_url: str, **options: Any) -> list[dict[str, Any]]:
    messages: list[dict[str, Any]] = sqs.receive_message(QueueUrl=queue_url, **options).get("Messages", [])
    return messages


def counts(sqs: Any, queue_url: str) -> tuple[int, int, int]:
    """Visible, in flight, delayed."""
    names = [f"ApproximateNumberOfMessages{kind}" for kind in ("", "NotVisible", "Delayed")]
    attributes = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=names)["Attributes"]
    visible, in_flight, delayed = (int(attributes[name]) for name in names)
    return visible, in_flight, delayed


def test_send_receive_delete(sqs: Any, queue_url: str) -> None:
    sent = sqs.send_message(QueueUrl=queue_url, MessageBody="hällo <&>")
    assert sent["MD5OfMessageBody"] == hashlib.md5("hällo <&>".encode(), usedforsecurity=False).hexdigest()
    (message,) = receive(sqs, queue_url)
    assert (message["MessageId"], message["Body"]) == (sent["MessageId"], "hällo <&>")
    assert counts(sqs, queue_url) == (0, 1, 0)
    sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
    assert counts(sqs, queue_url) == (0, 0, 0)
    sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])


def test_attributes_of_a_message(sqs: Any, queue_url: str) -> None:
    """boto3 verifies the digest of the attributes by itself."""
    attributes = {
        "text": {"DataType": "String", "StringValue": "ä"},
        "number": {"DataType": "Number.int", "StringValue": "12"},
        "raw": {"DataType": "Binary", "BinaryValue": b"\x00\xff"},
    }
    sent = sqs.send_message(QueueUrl=queue_url, MessageBody="x", MessageAttributes=attributes)
    before = int(time.time() * 1000)
    (message,) = receive(
        sqs, queue_url, MessageAttributeNames=["All"], MessageSystemAttributeNames=["All"], VisibilityTimeout=0
    )
    assert message["MessageAttributes"] == attributes
    assert message["MD5OfMessageAttributes"] == sent["MD5OfMessageAttributes"]
    assert message["Attributes"]["ApproximateReceiveCount"] == "1"
    assert message["Attributes"]["SenderId"]
    assert abs(int(message["Attributes"]["SentTimestamp"]) - before) < 60_000
    (message,) = receive(sqs, queue_url, MessageAttributeNames=["text"], VisibilityTimeout=0)
    assert list(message["MessageAttributes"]) == ["text"]
    assert "Attributes" not in message
    (message,) = receive(sqs, queue_url)
    assert "MessageAttributes" not in message


def test_batches(sqs: Any, queue_url: str) -> None:
    entries = [{"Id": str(number), "MessageBody": f"message {number}"} for number in range(10)]
    sent = sqs.send_message_batch(QueueUrl=queue_url, Entries=entries)
    assert [entry["Id"] for entry in sent["Successful"]] == [entry["Id"] for entry in entries]
    messages = receive(sqs, queue_url, MaxNumberOfMessages=10)
    assert {message["Body"] for message in messages} == {entry["MessageBody"] for entry in entries}
    handles = [{"Id": str(n), "ReceiptHandle": message["ReceiptHandle"]} for n, message in enumerate(messages)]
    changed = sqs.change_message_visibility_batch(
        QueueUrl=queue_url, Entries=[{**entry, "VisibilityTimeout": 60} for entry in handles]
    )
    assert len(changed["Successful"]) == 10
    deleted = sqs.delete_message_batch(QueueUrl=queue_url, Entries=[*handles[:9], {"Id": "bad", "ReceiptHandle": "x"}])
    assert len(deleted["Successful"]) == 9
    (failed,) = deleted["Failed"]
    assert (failed["Id"], failed["SenderFault"], failed["Code"]) == ("bad", True, "ReceiptHandleIsInvalid")
    assert counts(sqs, queue_url) == (0, 1, 0)


@pytest.mark.parametrize(
    ("entries", "code"),
    [
        ([], "EmptyBatchRequest"),
        ([{"Id": "a", "MessageBody": "x"}] * 2, "BatchEntryIdsNotDistinct"),
        ([{"Id": str(n), "MessageBody": "x"} for n in range(11)], "TooManyEntriesInBatchRequest"),
        ([{"Id": "a b", "MessageBody": "x"}], "InvalidBatchEntryId"),
        ([{"Id": str(n), "MessageBody": "x" * 600_000} for n in range(2)], "BatchRequestTooLong"),
    ],
)
def test_batches_that_cannot_be(sqs: Any, queue_url: str, entries: list[Any], code: str) -> None:
    with refused(f"AWS.SimpleQueueService.{code}", 400):
        sqs.send_message_batch(QueueUrl=queue_url, Entries=entries)
    assert counts(sqs, queue_url) == (0, 0, 0)


def test_a_batch_of_which_one_fails(sqs: Any, queue_url: str) -> None:
    entries = [{"Id": "good", "MessageBody": "x"}, {"Id": "bad", "MessageBody": "x", "DelaySeconds": 901}]
    answer = sqs.send_message_batch(QueueUrl=queue_url, Entries=entries)
    assert [entry["Id"] for entry in answer["Successful"]] == ["good"]
    assert [(entry["Id"], entry["SenderFault"]) for entry in answer["Failed"]] == [("bad", True)]


def test_a_message_in_flight_is_hidden_until_its_timeout(sqs: Any, queue_url: str) -> None:
    sqs.send_message(QueueUrl=queue_url, MessageBody="x")
    (first,) = receive(sqs, queue_url, VisibilityTimeout=1)
    assert receive(sqs, queue_url) == []
    (second,) = receive(sqs, queue_url, WaitTimeSeconds=3, AttributeNames=["ApproximateReceiveCount"])
    assert second["MessageId"] == first["MessageId"]
    assert second["ReceiptHandle"] != first["ReceiptHandle"]
    assert second["Attributes"]["ApproximateReceiveCount"] == "2"


def test_visibility_can_be_given_back(sqs: Any, queue_url: str) -> None:
    sqs.send_message(QueueUrl=queue_url, MessageBody="x")
    (message,) = receive(sqs, queue_url)
    named = {"QueueUrl": queue_url, "ReceiptHandle": message["ReceiptHandle"]}
    sqs.change_message_visibility(**named, VisibilityTimeout=0)
    assert counts(sqs, queue_url) == (1, 0, 0)
    sqs.change_message_visibility(**named, VisibilityTimeout=10)
    assert counts(sqs, queue_url) == (1, 0, 0)
    with refused("InvalidParameterValue", 400):
        sqs.change_message_visibility(**named, VisibilityTimeout=43_201)


def test_a_delay_of_the_message_and_of_the_queue(sqs: Any, queue_url: str) -> None:
    sqs.send_message(QueueUrl=queue_url, MessageBody="late", DelaySeconds=1)
    sqs.send_message(QueueUrl=queue_url, MessageBody="now")
    assert [message["Body"] for message in receive(sqs, queue_url, MaxNumberOfMessages=10)] == ["now"]
    assert counts(sqs, queue_url) == (0, 1, 1)
    assert [message["Body"] for message in receive(sqs, queue_url, WaitTimeSeconds=3)] == ["late"]
    sqs.set_queue_attributes(QueueUrl=queue_url, Attributes={"DelaySeconds": "900"})
    sqs.send_message(QueueUrl=queue_url, MessageBody="later")
    sqs.send_message(QueueUrl=queue_url, MessageBody="at once", DelaySeconds=0)
    assert [message["Body"] for message in receive(sqs, queue_url, MaxNumberOfMessages=10)] == ["at once"]


def test_what_a_message_cannot_be(sqs: Any, queue_url: str) -> None:
    with refused("MissingParameter", 400):
        sqs.send_message(QueueUrl=queue_url, MessageBody="")
    with refused("InvalidMessageContents", 400):
        sqs.send_message(QueueUrl=queue_url, MessageBody="\x00")
    with refused("InvalidParameterValue", 400):
        sqs.send_message(QueueUrl=queue_url, MessageBody="x" * (1024 * 1024 + 1))
    largest = "x" * (1024 * 1024)
    sqs.send_message(QueueUrl=queue_url, MessageBody=largest)
    assert receive(sqs, queue_url)[0]["Body"] == largest


def test_a_purge_empties_the_queue(sqs: Any, queue_url: str) -> None:
    for _ in range(3):
        sqs.send_message(QueueUrl=queue_url, MessageBody="x")
    receive(sqs, queue_url)
    sqs.purge_queue(QueueUrl=queue_url)
    assert counts(sqs, queue_url) == (0, 0, 0)
    with refused("AWS.SimpleQueueService.PurgeQueueInProgress", 403):
        sqs.purge_queue(QueueUrl=queue_url)
