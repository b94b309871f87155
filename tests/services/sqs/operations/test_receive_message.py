"""https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html"""

from __future__ import annotations

from typing import Any

import pytest

ATTRIBUTES = {
    "city": {"DataType": "String", "StringValue": "Ulm"},
    "city.zip": {"DataType": "Number", "StringValue": "89073"},
    "photo": {"DataType": "Binary.png", "BinaryValue": b"\x89PNG"},
}


def test_nothing_there(sqs: Any) -> None:
    assert sqs("ReceiveMessage", QueueUrl=sqs.queue()) == {}


def test_a_message(sqs: Any) -> None:
    url = sqs.queue()
    sent = sqs.send(url, "hello")
    sqs.clock.advance(ms=250)
    (message,) = sqs("ReceiveMessage", QueueUrl=url)["Messages"]
    assert set(message) == {"MessageId", "ReceiptHandle", "MD5OfBody", "Body"}
    assert (message["MessageId"], message["Body"]) == (sent["MessageId"], "hello")
    assert message["MD5OfBody"] == sent["MD5OfMessageBody"]


def test_system_attributes(sqs: Any) -> None:
    url = sqs.queue()
    trace = {"AWSTraceHeader": {"DataType": "String", "StringValue": "Root=1"}}
    sqs.send(url, MessageSystemAttributes=trace)
    sqs.clock.advance(ms=250)
    sqs.receive(url, VisibilityTimeout=0)
    sqs.clock.advance(ms=250)
    (message,) = sqs.receive(url)
    assert message["Attributes"] == {
        "AWSTraceHeader": "Root=1",
        "ApproximateFirstReceiveTimestamp": "1767225600250",
        "ApproximateReceiveCount": "2",
        "SenderId": "000000000000",
        "SentTimestamp": "1767225600000",
    }


def test_fifo_system_attributes(sqs: Any) -> None:
    url = sqs.queue("jobs.fifo")
    sent = sqs.send(url, MessageGroupId="g", MessageDeduplicationId="d")
    attributes = sqs.receive(url)[0]["Attributes"]
    assert attributes["MessageGroupId"] == "g"
    assert attributes["MessageDeduplicationId"] == "d"
    assert attributes["SequenceNumber"] == sent["SequenceNumber"]


@pytest.mark.parametrize("parameter", ["AttributeNames", "MessageSystemAttributeNames"])
def test_filter_of_system_attributes(sqs: Any, parameter: str) -> None:
    url = sqs.queue()
    sqs.send(url)
    names = ["SentTimestamp", "SequenceNumber", "VisibilityTimeout"]
    (message,) = sqs("ReceiveMessage", QueueUrl=url, **{parameter: names})["Messages"]
    assert message["Attributes"] == {"SentTimestamp": "1767225600000"}
    error = sqs.refused("ReceiveMessage", QueueUrl=url, **{parameter: ["Colour"]})
    assert (error.code, error.message) == ("InvalidAttributeName", "Unknown Attribute Colour.")


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ([], set()),
        (["All"], {"city", "city.zip", "photo"}),
        ([".*"], {"city", "city.zip", "photo"}),
        (["city"], {"city"}),
        (["city.*"], {"city", "city.zip"}),
        (["ph.*", "city.zip"], {"city.zip", "photo"}),
        (["none", "Photo"], set()),
    ],
)
def test_filter_of_message_attributes(sqs: Any, names: list[str], expected: set[str]) -> None:
    url = sqs.queue()
    whole = sqs.send(url, MessageAttributes=ATTRIBUTES)["MD5OfMessageAttributes"]
    (message,) = sqs("ReceiveMessage", QueueUrl=url, MessageAttributeNames=names)["Messages"]
    assert message.get("MessageAttributes", {}) == {name: ATTRIBUTES[name] for name in expected}
    if not expected:
        assert "MD5OfMessageAttributes" not in message
    else:
        # Clients compute the digest of what they get.
        shown = {name: ATTRIBUTES[name] for name in expected}
        assert message["MD5OfMessageAttributes"] == sqs.send(url, MessageAttributes=shown)["MD5OfMessageAttributes"]
        assert (message["MD5OfMessageAttributes"] == whole) == (len(expected) == 3)


def test_the_longest_visible_first(sqs: Any) -> None:
    url = sqs.queue()
    for body in "abc":
        sqs.send(url, body)
        sqs.clock.advance(ms=1)
    assert sqs.bodies(url, 1, VisibilityTimeout=10) == ["a"]
    assert sqs.bodies(url, 1, VisibilityTimeout=5) == ["b"]
    sqs.clock.advance(seconds=20)
    assert sqs.bodies(url, 10) == ["c", "b", "a"]


@pytest.mark.parametrize("number", [0, 11, -1])
def test_number_of_messages(sqs: Any, number: int) -> None:
    error = sqs.refused("ReceiveMessage", QueueUrl=sqs.queue(), MaxNumberOfMessages=number)
    assert error.refusal.query_code == "InvalidParameterValue"
    assert error.message == (
        f"Value {number} for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if provided."
    )


def test_at_most_as_many_as_asked_for(sqs: Any) -> None:
    url = sqs.queue()
    for number in range(12):
        sqs.send(url, str(number))
    assert len(sqs("ReceiveMessage", QueueUrl=url)["Messages"]) == 1
    assert len(sqs.receive(url, 3)) == 3
    assert len(sqs.receive(url, 10)) == 8


@pytest.mark.parametrize("seconds", [-1, 21])
def test_wait_range(sqs: Any, seconds: int) -> None:
    error = sqs.refused("ReceiveMessage", QueueUrl=sqs.queue(), WaitTimeSeconds=seconds)
    assert error.message == (
        f"Value {seconds} for parameter WaitTimeSeconds is invalid. Reason: Must be >= 0 and <= 20, if provided."
    )


@pytest.mark.parametrize("seconds", [-1, 43_201])
def test_visibility_range(sqs: Any, seconds: int) -> None:
    error = sqs.refused("ReceiveMessage", QueueUrl=sqs.queue(), VisibilityTimeout=seconds)
    assert error.message == (
        f"Value {seconds} for parameter VisibilityTimeout is invalid. Reason: Must be between 0 and 43200, if provided."
    )


def test_visibility_timeout_of_the_call_before_that_of_the_queue(sqs: Any) -> None:
    url = sqs.queue(VisibilityTimeout="5")
    sqs.send(url)
    assert sqs.bodies(url, VisibilityTimeout=100)
    sqs.clock.advance(ms=99_999)
    assert not sqs.bodies(url)
    sqs.clock.advance(ms=1)
    assert sqs.bodies(url)
    sqs.clock.advance(ms=4_999)
    assert not sqs.bodies(url)
    sqs.clock.advance(ms=1)
    assert sqs.bodies(url, VisibilityTimeout=0)
    assert sqs.bodies(url)


def test_each_receive_has_a_handle_of_its_own(sqs: Any) -> None:
    url = sqs.queue()
    sqs.send(url)
    handles = {sqs.receive(url, VisibilityTimeout=0)[0]["ReceiptHandle"] for _ in range(5)}
    assert len(handles) == 5


def test_too_many_in_flight(sqs: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.sqs.limits.IN_FLIGHT_MAX", 2)
    url, fifo = sqs.queue(), sqs.queue("jobs.fifo")
    for number in range(3):
        sqs.send(url)
        sqs.send(fifo, MessageGroupId=str(number), MessageDeduplicationId=str(number))
    handle = sqs.receive(url, 2)[0]["ReceiptHandle"]
    error = sqs.refused("ReceiveMessage", QueueUrl=url)
    assert (error.code, error.status) == ("OverLimit", 403)
    sqs.delete(url, handle)
    assert sqs.receive(url)
    # https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-quotas.html: no error on FIFO.
    sqs.receive(fifo, 2)
    assert sqs.receive(fifo) == []


def test_an_attempt_id_is_for_fifo_queues(sqs: Any) -> None:
    error = sqs.refused("ReceiveMessage", QueueUrl=sqs.queue(), ReceiveRequestAttemptId="1")
    assert error.message.endswith("The request include parameter that is not valid for this queue type.")
    error = sqs.refused("ReceiveMessage", QueueUrl=sqs.queue("a.fifo"), ReceiveRequestAttemptId="a b")
    assert "ReceiveRequestAttemptId can only include" in error.message


class TestAttempts:
    """The same ReceiveRequestAttemptId gives the same messages, as long as none of them was changed."""

    @pytest.fixture
    def url(self, sqs: Any) -> str:
        url: str = sqs.queue("jobs.fifo", ContentBasedDeduplication="true")
        for number in range(4):
            sqs.send(url, str(number), MessageGroupId="g")
        return url

    def receive(self, sqs: Any, url: str) -> list[tuple[str, str]]:
        messages = sqs.receive(url, 2, ReceiveRequestAttemptId="attempt")
        return [(message["Body"], message["ReceiptHandle"]) for message in messages]

    def test_repeated(self, sqs: Any, url: str) -> None:
        first = self.receive(sqs, url)
        sqs.clock.advance(seconds=20)
        assert self.receive(sqs, url) == first
        # The repetition began the visibility timeout anew, and didn't count as a receive.
        sqs.clock.advance(seconds=20)
        assert sqs.receive(url, 10) == []
        sqs.clock.advance(seconds=10)
        assert sqs.receive(url, 1)[0]["Attributes"]["ApproximateReceiveCount"] == "2"

    def test_another_attempt_gets_nothing(self, sqs: Any, url: str) -> None:
        self.receive(sqs, url)
        assert sqs.receive(url, 2, ReceiveRequestAttemptId="other") == []

    def test_not_after_a_change_of_visibility(self, sqs: Any, url: str) -> None:
        first = self.receive(sqs, url)
        sqs.hide(url, first[0][1], 100)
        assert self.receive(sqs, url) == []

    def test_not_after_a_delete(self, sqs: Any, url: str) -> None:
        first = self.receive(sqs, url)
        sqs.delete(url, first[0][1])
        assert self.receive(sqs, url) == []

    def test_after_the_visibility_timeout_it_is_a_new_receive(self, sqs: Any, url: str) -> None:
        first = self.receive(sqs, url)
        sqs.clock.advance(seconds=30)
        again = self.receive(sqs, url)
        assert [body for body, _ in again] == [body for body, _ in first]
        assert {handle for _, handle in again}.isdisjoint({handle for _, handle in first})

    def test_for_five_minutes(self, sqs: Any, url: str) -> None:
        sqs.receive(url, 2, ReceiveRequestAttemptId="attempt", VisibilityTimeout=600)
        sqs.clock.advance(ms=299_999)
        assert sqs.receive(url, 2, ReceiveRequestAttemptId="attempt", VisibilityTimeout=600)
        sqs.clock.advance(ms=300_000)
        assert self.receive(sqs, url) == []
