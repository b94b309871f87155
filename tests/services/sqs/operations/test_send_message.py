"""https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html"""

from __future__ import annotations

import hashlib
from typing import Any

import pytest


def text(value: str, data_type: str = "String") -> dict[str, Any]:
    return {"DataType": data_type, "StringValue": value}


def test_the_answer(sqs: Any) -> None:
    answer = sqs.send(sqs.queue(), "hello")
    assert set(answer) == {"MessageId", "MD5OfMessageBody"}
    assert answer["MD5OfMessageBody"] == "5d41402abc4b2a76b9719d911017c592"
    assert len(answer["MessageId"]) == 36


def test_digests_of_attributes_and_of_system_attributes(sqs: Any) -> None:
    answer = sqs.send(
        sqs.queue(),
        MessageAttributes={"number": text("42", "Number"), "blob": {"DataType": "Binary", "BinaryValue": b"\0\xff"}},
        MessageSystemAttributes={"AWSTraceHeader": text("Root=1-5759e988-bd862e3fe1be46a994272793")},
    )
    # https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html
    encoded = (
        b"\0\0\0\4blob\0\0\0\6Binary\2\0\0\0\2\0\xff"  # by name, with lengths; 2 for binary values
        b"\0\0\0\6number\0\0\0\6Number\1\0\0\0\x0242"  # and 1 for text
    )
    assert answer["MD5OfMessageAttributes"] == hashlib.md5(encoded, usedforsecurity=False).hexdigest()
    encoded = b"\0\0\0\x0eAWSTraceHeader\0\0\0\6String\1\0\0\0\x28Root=1-5759e988-bd862e3fe1be46a994272793"
    assert answer["MD5OfMessageSystemAttributes"] == hashlib.md5(encoded, usedforsecurity=False).hexdigest()


def test_an_empty_map_of_attributes_has_no_digest(sqs: Any) -> None:
    assert "MD5OfMessageAttributes" not in sqs.send(sqs.queue(), MessageAttributes={})


@pytest.mark.parametrize("body", ["", None])
def test_a_body_is_required(sqs: Any, body: str | None) -> None:
    request = {} if body is None else {"MessageBody": body}
    error = sqs.refused("SendMessage", QueueUrl=sqs.queue(), **request)
    assert error.refusal.query_code == "MissingParameter"
    assert error.message == "The request must contain the parameter MessageBody."


@pytest.mark.parametrize("body", ["\t\n\r x", "\ud7ff\ue000\ufffd", "\U00010000\U0010ffff", "<&\x7f\x85"])
def test_characters_that_xml_holds(sqs: Any, body: str) -> None:
    url = sqs.queue()
    sqs.send(url, body)
    assert sqs.bodies(url) == [body]


@pytest.mark.parametrize("character", ["\0", "\x08", "\x0b", "\x0c", "\x1f", "\ufffe", "\uffff"])
def test_characters_that_it_does_not(sqs: Any, character: str) -> None:
    url = sqs.queue()
    error = sqs.refused("SendMessage", QueueUrl=url, MessageBody="a" + character)
    assert error.code == "InvalidMessageContents"
    attributes = {"a": text(character)}
    error = sqs.refused("SendMessage", QueueUrl=url, MessageBody="a", MessageAttributes=attributes)
    assert error.code == "InvalidMessageContents"


def test_size_counts_bytes_with_attributes(sqs: Any) -> None:
    url = sqs.queue(MaximumMessageSize="1024")
    sqs.send(url, "ü" * 512)
    error = sqs.refused("SendMessage", QueueUrl=url, MessageBody="ü" * 512 + "x")
    assert error.refusal.query_code == "InvalidParameterValue"
    assert error.message == "One or more parameters are invalid. Reason: Message must be shorter than 1024 bytes."
    # 3 bytes of name, 6 of type, 2 of value.
    attributes = {"abc": {"DataType": "Binary", "BinaryValue": b"\0\0"}}
    sqs.send(url, "x" * 1013, MessageAttributes=attributes)
    sqs.refused("SendMessage", QueueUrl=url, MessageBody="x" * 1014, MessageAttributes=attributes)
    # System attributes don't count.
    sqs.send(url, "x" * 1024, MessageSystemAttributes={"AWSTraceHeader": text("Root=1")})


def test_a_mebibyte_fits(sqs: Any) -> None:
    url = sqs.queue()
    sqs.send(url, "x" * 1_048_576)
    sqs.refused("SendMessage", QueueUrl=url, MessageBody="x" * 1_048_577)


@pytest.mark.parametrize("name", ["a", "A.b-c_9", "x" * 256, "awsome", "AWSx.y"])
def test_attribute_names(sqs: Any, name: str) -> None:
    sqs.send(sqs.queue(), MessageAttributes={name: text("x")})


@pytest.mark.parametrize("name", ["", "a b", ".a", "a.", "a..b", "x" * 257, "AWS.a", "aws.a", "Amazon.x", "ä"])
def test_bad_attribute_names(sqs: Any, name: str) -> None:
    attributes = {name: text("x")}
    error = sqs.refused("SendMessage", QueueUrl=sqs.queue(), MessageBody="m", MessageAttributes=attributes)
    assert error.refusal.query_code == "InvalidParameterValue"


@pytest.mark.parametrize("data_type", ["String", "String.uuid", "Number.int", "Number", "String.a.b"])
def test_attribute_types(sqs: Any, data_type: str) -> None:
    sqs.send(sqs.queue(), MessageAttributes={"a": text("1", data_type)})


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (
            text("x", "Text"),
            "The message attribute 'a' has an invalid message attribute type, the set of supported type prefixes is "
            "Binary, Number, and String.",
        ),
        (text("x", ""), "The message attribute 'a' must contain non-empty message attribute type."),
        ({"StringValue": "x"}, "The message attribute 'a' must contain non-empty message attribute type."),
        (text(""), "Message (user) attribute 'a' must contain a non-empty value of type 'String'."),
        (
            {"DataType": "String", "BinaryValue": b"x"},
            "Message (user) attribute 'a' must contain a non-empty value of type 'String'.",
        ),
        (
            {"DataType": "Binary.png", "StringValue": "x"},
            "Message (user) attribute 'a' must contain a non-empty value of type 'Binary'.",
        ),
        (text("four", "Number"), "Can't cast the value of message (user) attribute 'a' to a number."),
        (text("NaN", "Number"), "Can't cast the value of message (user) attribute 'a' to a number."),
        *(
            (text(number, "Number"), "Can't cast the value of message (user) attribute 'a' to a number.")
            for number in (" 1", "1_0", "\u0661", ".", "1e", "1e127", "1e-129", "1" * 39)
        ),
        (
            {"DataType": "String", "StringValue": "x", "StringListValues": ["x"]},
            "Message attribute list values in SendMessage operation are not supported.",
        ),
    ],
)
def test_bad_attribute_values(sqs: Any, value: dict[str, Any], message: str) -> None:
    error = sqs.refused("SendMessage", QueueUrl=sqs.queue(), MessageBody="m", MessageAttributes={"a": value})
    assert error.refusal.query_code == "InvalidParameterValue"
    assert error.message == message


def test_ten_attributes(sqs: Any) -> None:
    url = sqs.queue()
    attributes = {f"a{number}": text("x") for number in range(10)}
    sqs.send(url, MessageAttributes=attributes)
    attributes["b"] = text("x")
    error = sqs.refused("SendMessage", QueueUrl=url, MessageBody="m", MessageAttributes=attributes)
    assert error.message == "Number of message attributes [11] exceeds the allowed maximum [10]."


@pytest.mark.parametrize(
    "system", [{"SenderId": text("x")}, {"AWSTraceHeader": text("1", "Number")}, {"AWSTraceHeader": text("")}]
)
def test_bad_system_attributes(sqs: Any, system: dict[str, Any]) -> None:
    error = sqs.refused("SendMessage", QueueUrl=sqs.queue(), MessageBody="m", MessageSystemAttributes=system)
    assert error.refusal.query_code == "InvalidParameterValue"


def test_delay_of_the_message_before_that_of_the_queue(sqs: Any) -> None:
    url = sqs.queue(DelaySeconds="10")
    sqs.send(url, "by the queue")
    sqs.send(url, "by itself", DelaySeconds=5)
    sqs.send(url, "at once", DelaySeconds=0)
    assert sqs.bodies(url) == ["at once"]
    sqs.clock.advance(ms=4_999)
    assert sqs.bodies(url) == []
    sqs.clock.advance(ms=1)
    assert sqs.bodies(url) == ["by itself"]
    sqs.clock.advance(seconds=5)
    assert sqs.bodies(url) == ["by the queue"]


@pytest.mark.parametrize("seconds", [-1, 901])
def test_delay_range(sqs: Any, seconds: int) -> None:
    error = sqs.refused("SendMessage", QueueUrl=sqs.queue(), MessageBody="m", DelaySeconds=seconds)
    assert error.message == (
        f"Value {seconds} for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= 900."
    )


def test_a_standard_queue_takes_a_group_but_no_deduplication_id(sqs: Any) -> None:
    url = sqs.queue()
    sqs.send(url, MessageGroupId="tenant")
    assert sqs.receive(url)[0]["Attributes"]["MessageGroupId"] == "tenant"
    error = sqs.refused("SendMessage", QueueUrl=url, MessageBody="m", MessageDeduplicationId="1")
    assert error.message.endswith("The request include parameter that is not valid for this queue type.")


def test_fifo_needs_group_and_deduplication_id(sqs: Any) -> None:
    url = sqs.queue("jobs.fifo")
    error = sqs.refused("SendMessage", QueueUrl=url, MessageBody="m", MessageDeduplicationId="1")
    assert error.refusal.query_code == "MissingParameter"
    assert error.message == "The request must contain the parameter MessageGroupId."
    error = sqs.refused("SendMessage", QueueUrl=url, MessageBody="m", MessageGroupId="g")
    assert error.refusal.query_code == "InvalidParameterValue"
    assert error.message == (
        "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly"
    )


def test_fifo_has_no_delay_of_its_own_messages(sqs: Any) -> None:
    url = sqs.queue("jobs.fifo", ContentBasedDeduplication="true", DelaySeconds="5")
    error = sqs.refused("SendMessage", QueueUrl=url, MessageBody="m", MessageGroupId="g", DelaySeconds=1)
    assert error.message.startswith("Value 1 for parameter DelaySeconds is invalid.")
    sqs.send(url, "m", MessageGroupId="g", DelaySeconds=0)
    assert sqs.counts(url) == (0, 0, 1)


@pytest.mark.parametrize("parameter", ["MessageGroupId", "MessageDeduplicationId"])
@pytest.mark.parametrize("value", ["", "x" * 129, "a b", "ü"])
def test_characters_of_tokens(sqs: Any, parameter: str, value: str) -> None:
    url = sqs.queue("jobs.fifo")
    tokens = {"MessageGroupId": "g", "MessageDeduplicationId": "d", parameter: value}
    error = sqs.refused("SendMessage", QueueUrl=url, MessageBody="m", **tokens)
    assert f"{parameter} can only include alphanumeric and punctuation characters." in error.message


def test_sequence_numbers_have_20_digits_and_grow(sqs: Any) -> None:
    url = sqs.queue("jobs.fifo", ContentBasedDeduplication="true")
    numbers = [sqs.send(url, str(n), MessageGroupId=str(n % 3))["SequenceNumber"] for n in range(12)]
    assert numbers == sorted(numbers)
    assert {len(number) for number in numbers} == {20}


def test_a_duplicate_is_answered_as_the_first_one_and_not_delivered(sqs: Any) -> None:
    url = sqs.queue("jobs.fifo", ContentBasedDeduplication="true")
    first = sqs.send(url, "same", MessageGroupId="a")
    assert sqs.send(url, "same", MessageGroupId="b") == first
    message = sqs.receive(url)[0]
    sqs.delete(url, message["ReceiptHandle"])
    sqs.clock.advance(ms=299_999)
    assert sqs.send(url, "same", MessageGroupId="a") == first
    assert sqs.counts(url) == (0, 0, 0)
    sqs.clock.advance(ms=1)
    assert sqs.send(url, "same", MessageGroupId="a")["MessageId"] != first["MessageId"]
    assert sqs.counts(url) == (1, 0, 0)


def test_the_window_does_not_grow_with_duplicates(sqs: Any) -> None:
    url = sqs.queue("jobs.fifo")
    for _ in range(4):
        sqs.send(url, MessageGroupId="g", MessageDeduplicationId="1")
        sqs.clock.advance(seconds=100)
    assert sqs.counts(url) == (2, 0, 0)


def test_an_explicit_deduplication_id_comes_first(sqs: Any) -> None:
    url = sqs.queue("jobs.fifo", ContentBasedDeduplication="true")
    sqs.send(url, "same", MessageGroupId="g", MessageDeduplicationId="1")
    sqs.send(url, "same", MessageGroupId="g", MessageDeduplicationId="2")
    sqs.send(url, "same", MessageGroupId="g")
    # What the body gives is a deduplication id like any other.
    digest = hashlib.sha256(b"same").hexdigest()
    sqs.send(url, "different", MessageGroupId="g", MessageDeduplicationId=digest)
    assert sqs.bodies(url) == ["same", "same", "same"]


def test_deduplication_in_the_group(sqs: Any) -> None:
    url = sqs.queue("jobs.fifo", DeduplicationScope="messageGroup")
    for group in ("a", "b", "a"):
        sqs.send(url, group, MessageGroupId=group, MessageDeduplicationId="1")
    assert sqs.bodies(url) == ["a", "b"]


@pytest.mark.parametrize("number", ["0", "-.5", "+1.", "1E+126", "9.5e-128", "1" * 38 + "000", "0.0" + "7" * 38])
def test_numbers_that_are_taken(sqs: Any, number: str) -> None:
    assert "MessageId" in sqs.send(sqs.queue(), MessageAttributes={"a": text(number, "Number")})


@pytest.mark.parametrize(
    "more",
    [
        {"MessageAttributes": {"a": text("x", "String.\x01")}},
        {"MessageSystemAttributes": {"AWSTraceHeader": text("Root=\x01")}},
    ],
)
def test_characters_of_types_and_of_the_trace_header(sqs: Any, more: dict[str, Any]) -> None:
    error = sqs.refused("SendMessage", QueueUrl=sqs.queue(), MessageBody="x", **more)
    assert error.code == "InvalidMessageContents"
