"""SendMessage."""

from conformance.case import operation
from conformance.lab import Lab

send_message = operation(
    "sqs.SendMessage", "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html"
)

ATTRIBUTES = {
    "text": {"DataType": "String", "StringValue": "grün"},
    "number": {"DataType": "Number", "StringValue": "12.50"},
    "bytes": {"DataType": "Binary.png", "BinaryValue": b"\x89PNG"},
}


@send_message.success
def arrives(lab: Lab) -> None:
    """The answer holds the body's MD5; the message is received with the same id."""
    url = lab.queue()
    lab.call("send", lab.sqs.send_message, QueueUrl=url, MessageBody="Grüße <&>")
    lab.call("receive", lab.sqs.receive_message, QueueUrl=url, WaitTimeSeconds=1)


@send_message.success
def with_attributes(lab: Lab) -> None:
    """Message attributes have an MD5 of their own and come back when asked for."""
    url = lab.queue()
    lab.call("send", lab.sqs.send_message, QueueUrl=url, MessageBody="x", MessageAttributes=ATTRIBUTES)
    lab.call("receive", lab.sqs.receive_message, QueueUrl=url, MessageAttributeNames=["All"], WaitTimeSeconds=1)


@send_message.success
def with_a_trace_header(lab: Lab) -> None:
    """The system attribute AWSTraceHeader has an MD5 of its own and comes back when asked for."""
    url = lab.queue()
    trace = {"AWSTraceHeader": {"DataType": "String", "StringValue": "Root=1-2-3"}}
    lab.call("send", lab.sqs.send_message, QueueUrl=url, MessageBody="x", MessageSystemAttributes=trace)
    names = ["AWSTraceHeader"]
    lab.call(
        "receive",
        lab.sqs.receive_message,
        QueueUrl=url,
        MessageSystemAttributeNames=names,
        WaitTimeSeconds=1,
    )


@send_message.success
def delayed(lab: Lab) -> None:
    """A delayed message is invisible until its delay is over."""
    url = lab.queue()
    lab.sqs.send_message(QueueUrl=url, MessageBody="later", DelaySeconds=3)
    lab.call("at once", lab.sqs.receive_message, QueueUrl=url)
    answer = lab.sqs.receive_message(QueueUrl=url, WaitTimeSeconds=5)
    lab.note("then", [message["Body"] for message in answer.get("Messages", [])])


@send_message.success
def with_numbers(lab: Lab) -> None:
    """An attribute of type Number keeps its text."""
    url = lab.queue()
    numbers = {"a": "-.5", "b": "1E+126", "c": "1" * 38, "d": "007.0"}
    attributes = {name: {"DataType": "Number", "StringValue": text} for name, text in numbers.items()}
    lab.call("send", lab.sqs.send_message, QueueUrl=url, MessageBody="x", MessageAttributes=attributes)
    answer = lab.sqs.receive_message(QueueUrl=url, MessageAttributeNames=["All"], WaitTimeSeconds=1)
    received = answer["Messages"][0]["MessageAttributes"]
    lab.note("received", {name: received[name]["StringValue"] for name in sorted(received)})


@send_message.error
def to_a_missing_queue(lab: Lab) -> None:
    """The queue must exist."""
    url = f"{lab.target.endpoint}/000000000000/{lab.name('queue')}"
    lab.call("send", lab.sqs.send_message, QueueUrl=url, MessageBody="x")


@send_message.error
def without_a_body(lab: Lab) -> None:
    """A message has at least one character."""
    url = lab.queue()
    lab.call("empty", lab.sqs.send_message, QueueUrl=url, MessageBody="")
    lab.call("missing", lab.sqs.send_message, QueueUrl=url)


@send_message.error
def too_large(lab: Lab) -> None:
    """Body and attributes together are no larger than the queue's maximum."""
    url = lab.queue(MaximumMessageSize="1024")
    lab.call("send", lab.sqs.send_message, QueueUrl=url, MessageBody="x" * 1025)


@send_message.error
def with_a_character_outside_of_xml(lab: Lab) -> None:
    """Only XML's characters are allowed."""
    lab.call("send", lab.sqs.send_message, QueueUrl=lab.queue(), MessageBody="a\x00b")


@send_message.error
def with_a_delay_out_of_range(lab: Lab) -> None:
    """The delay is 0 to 900 seconds."""
    lab.call("send", lab.sqs.send_message, QueueUrl=lab.queue(), MessageBody="x", DelaySeconds=901)


@send_message.error
def with_a_bad_attribute(lab: Lab) -> None:
    """A message attribute has a known type and a value."""
    url = lab.queue()
    unknown = {"a": {"DataType": "Colour", "StringValue": "x"}}
    lab.call("unknown type", lab.sqs.send_message, QueueUrl=url, MessageBody="x", MessageAttributes=unknown)
    empty = {"a": {"DataType": "String", "StringValue": ""}}
    lab.call("empty value", lab.sqs.send_message, QueueUrl=url, MessageBody="x", MessageAttributes=empty)


@send_message.error
def with_too_many_attributes(lab: Lab) -> None:
    """A message has at most ten attributes."""
    attributes = {f"a{number}": {"DataType": "String", "StringValue": "x"} for number in range(11)}
    lab.call("send", lab.sqs.send_message, QueueUrl=lab.queue(), MessageBody="x", MessageAttributes=attributes)


@send_message.error
def with_a_number_that_is_none(lab: Lab) -> None:
    """A number has up to 38 digits and lies between 1E-128 and 1E+126."""
    url = lab.queue()
    for step, text in (("no number", "one"), ("too many digits", "1" * 39), ("too large", "1E127")):
        attributes = {"a": {"DataType": "Number", "StringValue": text}}
        lab.call(step, lab.sqs.send_message, QueueUrl=url, MessageBody="x", MessageAttributes=attributes)


@send_message.error
def with_a_bad_attribute_name(lab: Lab) -> None:
    """Names don't begin with `AWS.`, nor begin or end with a period."""
    url = lab.queue()
    for name in ("AWS.a", ".a", "a..b"):
        attributes = {name: {"DataType": "String", "StringValue": "x"}}
        lab.call(name, lab.sqs.send_message, QueueUrl=url, MessageBody="x", MessageAttributes=attributes)


@send_message.error
def with_attributes_that_make_it_too_large(lab: Lab) -> None:
    """Attributes count: their names, types and values."""
    url = lab.queue(MaximumMessageSize="1024")
    attributes = {"a": {"DataType": "String", "StringValue": "x" * 1018}}
    lab.call("send", lab.sqs.send_message, QueueUrl=url, MessageBody="x", MessageAttributes=attributes)
