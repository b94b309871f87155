"""What FIFO queues promise beyond the single operations."""

from typing import Any

from conformance.case import operation
from conformance.lab import Lab

fifo = operation(
    "sqs.FifoQueues", "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-fifo-queues.html"
)


def send(lab: Lab, url: str, body: str, group: str = "g", **more: Any) -> dict[str, Any]:
    """Send to a group and return the answer."""
    answer: dict[str, Any] = lab.sqs.send_message(QueueUrl=url, MessageBody=body, MessageGroupId=group, **more)
    return answer


def bodies(lab: Lab, url: str, maximum: int = 10) -> list[str]:
    """The bodies of one receive, in the order they came."""
    answer = lab.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=maximum)
    return [message["Body"] for message in answer.get("Messages", [])]


@fifo.success
def answers_with_a_sequence_number(lab: Lab) -> None:
    """A sent message has a sequence number; a received one shows group, deduplication id and number."""
    url = lab.queue(fifo=True)
    request = {"QueueUrl": url, "MessageBody": "x", "MessageGroupId": "g", "MessageDeduplicationId": "d"}
    lab.call("send", lab.sqs.send_message, **request)
    lab.call("receive", lab.sqs.receive_message, QueueUrl=url, MessageSystemAttributeNames=["All"])


@fifo.success
def keeps_the_order_within_a_group(lab: Lab) -> None:
    """Messages of a group come in the order they were sent."""
    url = lab.queue(fifo=True, ContentBasedDeduplication="true")
    for body in ("1", "2", "3"):
        send(lab, url, body)
    lab.note("bodies", bodies(lab, url))


@fifo.success
def holds_a_group_back_while_one_is_in_flight(lab: Lab) -> None:
    """While a message of a group is in flight no other of the group is given; other groups go on."""
    url = lab.queue(fifo=True, ContentBasedDeduplication="true")
    send(lab, url, "a1", "a")
    send(lab, url, "a2", "a")
    send(lab, url, "b1", "b")
    lab.note("first", bodies(lab, url, 1))
    lab.note("second", bodies(lab, url, 1))
    lab.note("third", bodies(lab, url, 1))


@fifo.success
def drops_duplicates_by_id(lab: Lab) -> None:
    """The same deduplication id within five minutes is accepted, answered alike, and not delivered again."""
    url = lab.queue(fifo=True)
    first = send(lab, url, "one", MessageDeduplicationId="d")
    second = send(lab, url, "two", MessageDeduplicationId="d")
    lab.note("same id", first["MessageId"] == second["MessageId"])
    lab.note("same number", first["SequenceNumber"] == second["SequenceNumber"])
    lab.note("bodies", bodies(lab, url))


@fifo.success
def drops_duplicates_after_deletion(lab: Lab) -> None:
    """The interval holds also after the first message was received and deleted."""
    url = lab.queue(fifo=True)
    send(lab, url, "one", MessageDeduplicationId="d")
    message = lab.sqs.receive_message(QueueUrl=url)["Messages"][0]
    lab.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    send(lab, url, "one", MessageDeduplicationId="d")
    lab.note("bodies", bodies(lab, url))


@fifo.success
def drops_duplicates_by_content(lab: Lab) -> None:
    """With content-based deduplication the body's SHA-256 is the id."""
    url = lab.queue(fifo=True, ContentBasedDeduplication="true")
    send(lab, url, "one")
    send(lab, url, "one")
    send(lab, url, "two")
    lab.note("bodies", bodies(lab, url))


@fifo.error
def without_a_group(lab: Lab) -> None:
    """A message of a FIFO queue has a group."""
    url = lab.queue(fifo=True, ContentBasedDeduplication="true")
    lab.call("send", lab.sqs.send_message, QueueUrl=url, MessageBody="x")


@fifo.error
def without_a_deduplication_id(lab: Lab) -> None:
    """Without content-based deduplication a message has an id."""
    url = lab.queue(fifo=True)
    lab.call("send", lab.sqs.send_message, QueueUrl=url, MessageBody="x", MessageGroupId="g")


@fifo.error
def with_a_delay_of_its_own(lab: Lab) -> None:
    """Only the queue as a whole can delay."""
    url = lab.queue(fifo=True, ContentBasedDeduplication="true")
    message = {"MessageBody": "x", "MessageGroupId": "g"}
    lab.call("send", lab.sqs.send_message, QueueUrl=url, **message, DelaySeconds=5)


@fifo.error
def of_a_standard_queue(lab: Lab) -> None:
    """A queue stays what it was created as, and a standard queue takes no deduplication id."""
    url = lab.queue()
    lab.call("attribute", lab.sqs.set_queue_attributes, QueueUrl=url, Attributes={"FifoQueue": "true"})
    request = {"QueueUrl": url, "MessageBody": "x", "MessageDeduplicationId": "d"}
    lab.call("deduplication", lab.sqs.send_message, **request)
