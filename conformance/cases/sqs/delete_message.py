"""DeleteMessage."""

from conformance.case import operation
from conformance.lab import Lab

delete_message = operation(
    "sqs.DeleteMessage", "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteMessage.html"
)


@delete_message.success
def removes_it(lab: Lab) -> None:
    """A deleted message doesn't come back."""
    url = lab.queue()
    lab.sqs.send_message(QueueUrl=url, MessageBody="x")
    answer = lab.sqs.receive_message(QueueUrl=url, VisibilityTimeout=1, WaitTimeSeconds=1)
    handle = answer["Messages"][0]["ReceiptHandle"]
    lab.call("delete", lab.sqs.delete_message, QueueUrl=url, ReceiptHandle=handle)
    lab.call("receive", lab.sqs.receive_message, QueueUrl=url, WaitTimeSeconds=2)


@delete_message.success
def twice(lab: Lab) -> None:
    """Deleting a message again succeeds."""
    url = lab.queue()
    lab.sqs.send_message(QueueUrl=url, MessageBody="x")
    handle = lab.sqs.receive_message(QueueUrl=url, WaitTimeSeconds=1)["Messages"][0]["ReceiptHandle"]
    lab.sqs.delete_message(QueueUrl=url, ReceiptHandle=handle)
    lab.call("again", lab.sqs.delete_message, QueueUrl=url, ReceiptHandle=handle)


@delete_message.error
def with_a_handle_that_never_was(lab: Lab) -> None:
    """A receipt handle that SQS didn't give is refused."""
    lab.call("delete", lab.sqs.delete_message, QueueUrl=lab.queue(), ReceiptHandle="nonsense")


@delete_message.error
def in_a_missing_queue(lab: Lab) -> None:
    """The queue must exist."""
    url = f"{lab.target.endpoint}/000000000000/{lab.name('queue')}"
    lab.call("delete", lab.sqs.delete_message, QueueUrl=url, ReceiptHandle="nonsense")
