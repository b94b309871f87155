"""ReceiveMessage."""

import time

from conformance.case import operation
from conformance.lab import Lab

receive_message = operation(
    "sqs.ReceiveMessage",
    "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html",
)


@receive_message.success
def with_system_attributes(lab: Lab) -> None:
    """System attributes come when they are asked for."""
    url = lab.queue()
    lab.sqs.send_message(QueueUrl=url, MessageBody="x")
    lab.call("receive", lab.sqs.receive_message, QueueUrl=url, MessageSystemAttributeNames=["All"], WaitTimeSeconds=1)


@receive_message.success
def without_names_no_attributes(lab: Lab) -> None:
    """Neither kind of attribute comes unasked."""
    url = lab.queue()
    attributes = {"a": {"DataType": "String", "StringValue": "1"}}
    lab.sqs.send_message(QueueUrl=url, MessageBody="x", MessageAttributes=attributes)
    lab.call("receive", lab.sqs.receive_message, QueueUrl=url, WaitTimeSeconds=1)


@receive_message.success
def attributes_by_name_and_prefix(lab: Lab) -> None:
    """Message attributes are chosen by name or by `prefix.*`."""
    url = lab.queue()
    names = ("a", "app.one", "app.two", "b")
    attributes = {name: {"DataType": "String", "StringValue": name} for name in names}
    lab.sqs.send_message(QueueUrl=url, MessageBody="x", MessageAttributes=attributes)
    wanted = ["a", "app.*"]
    answer = lab.sqs.receive_message(QueueUrl=url, MessageAttributeNames=wanted, WaitTimeSeconds=1)
    lab.note("names", sorted(answer["Messages"][0].get("MessageAttributes", {})))


@receive_message.success
def hides_what_it_gave(lab: Lab) -> None:
    """A received message is invisible to the next receive."""
    url = lab.queue()
    lab.sqs.send_message(QueueUrl=url, MessageBody="x")
    lab.sqs.receive_message(QueueUrl=url, WaitTimeSeconds=1)
    lab.call("again", lab.sqs.receive_message, QueueUrl=url)


@receive_message.success
def comes_back_after_its_visibility_timeout(lab: Lab) -> None:
    """A message that wasn't deleted is received again, its count raised."""
    url = lab.queue()
    lab.sqs.send_message(QueueUrl=url, MessageBody="x")
    lab.sqs.receive_message(QueueUrl=url, VisibilityTimeout=1, WaitTimeSeconds=1)
    names = ["ApproximateReceiveCount"]
    answer = lab.sqs.receive_message(QueueUrl=url, AttributeNames=names, WaitTimeSeconds=5)
    lab.note("counts", [message["Attributes"][names[0]] for message in answer.get("Messages", [])])


@receive_message.success
def up_to_ten(lab: Lab) -> None:
    """`MaxNumberOfMessages` limits an answer; ten is the most."""
    url = lab.queue()
    for _ in range(12):
        lab.sqs.send_message(QueueUrl=url, MessageBody="x")
    answer = lab.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=1)
    lab.note("first", len(answer.get("Messages", [])))
    lab.note("default", len(lab.sqs.receive_message(QueueUrl=url, WaitTimeSeconds=1).get("Messages", [])))


@receive_message.success
def waits_as_the_queue_says(lab: Lab) -> None:
    """Without WaitTimeSeconds the queue's own wait time counts."""
    url = lab.queue(ReceiveMessageWaitTimeSeconds="2")
    began = time.monotonic()
    lab.call("receive", lab.sqs.receive_message, QueueUrl=url)
    lab.note("waited", time.monotonic() - began > 1.5)


@receive_message.error
def out_of_range(lab: Lab) -> None:
    """1 to 10 messages, 0 to 20 seconds of waiting, 0 to 43200 of invisibility."""
    url = lab.queue()
    lab.call("eleven messages", lab.sqs.receive_message, QueueUrl=url, MaxNumberOfMessages=11)
    lab.call("no message", lab.sqs.receive_message, QueueUrl=url, MaxNumberOfMessages=0)
    lab.call("negative wait", lab.sqs.receive_message, QueueUrl=url, WaitTimeSeconds=-1)
    lab.call("long timeout", lab.sqs.receive_message, QueueUrl=url, VisibilityTimeout=43201)


@receive_message.error
def from_a_missing_queue(lab: Lab) -> None:
    """The queue must exist."""
    url = f"{lab.target.endpoint}/000000000000/{lab.name('queue')}"
    lab.call("receive", lab.sqs.receive_message, QueueUrl=url)
