"""ChangeMessageVisibility."""

from conformance.case import operation
from conformance.lab import Lab

change_visibility = operation(
    "sqs.ChangeMessageVisibility",
    "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ChangeMessageVisibility.html",
)


@change_visibility.success
def to_zero_brings_it_back(lab: Lab) -> None:
    """A timeout of 0 makes the message visible at once."""
    url = lab.queue()
    lab.sqs.send_message(QueueUrl=url, MessageBody="x")
    handle = lab.sqs.receive_message(QueueUrl=url, WaitTimeSeconds=1)["Messages"][0]["ReceiptHandle"]
    lab.call("change", lab.sqs.change_message_visibility, QueueUrl=url, ReceiptHandle=handle, VisibilityTimeout=0)
    answer = lab.sqs.receive_message(QueueUrl=url, WaitTimeSeconds=1)
    lab.note("bodies", [message["Body"] for message in answer.get("Messages", [])])


@change_visibility.error
def with_a_handle_that_never_was(lab: Lab) -> None:
    """A receipt handle that SQS didn't give is refused."""
    request = {"QueueUrl": lab.queue(), "ReceiptHandle": "nonsense"}
    lab.call("change", lab.sqs.change_message_visibility, **request, VisibilityTimeout=1)


@change_visibility.error
def out_of_range(lab: Lab) -> None:
    """The timeout is 0 to 43200 seconds."""
    url = lab.queue()
    lab.sqs.send_message(QueueUrl=url, MessageBody="x")
    handle = lab.sqs.receive_message(QueueUrl=url, WaitTimeSeconds=1)["Messages"][0]["ReceiptHandle"]
    request = {"QueueUrl": url, "ReceiptHandle": handle, "VisibilityTimeout": 43201}
    lab.call("change", lab.sqs.change_message_visibility, **request)


@change_visibility.success
def of_a_message_that_is_visible_again(lab: Lab) -> None:
    """Only a message in flight has a visibility timeout to change; a standard queue doesn't refuse it all the same."""
    url = lab.queue()
    lab.sqs.send_message(QueueUrl=url, MessageBody="x")
    handle = lab.sqs.receive_message(QueueUrl=url, WaitTimeSeconds=1)["Messages"][0]["ReceiptHandle"]
    lab.sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=handle, VisibilityTimeout=0)
    request = {"QueueUrl": url, "ReceiptHandle": handle, "VisibilityTimeout": 5}
    lab.call("change", lab.sqs.change_message_visibility, **request)
