"""DeleteQueue."""

from conformance.case import operation
from conformance.lab import Lab

delete_queue = operation(
    "sqs.DeleteQueue", "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteQueue.html"
)


@delete_queue.success
def removes_the_queue(lab: Lab) -> None:
    """The queue and its messages are gone."""
    url = lab.queue()
    lab.sqs.send_message(QueueUrl=url, MessageBody="x")
    lab.call("delete", lab.sqs.delete_queue, QueueUrl=url)
    lab.call("get", lab.sqs.get_queue_attributes, QueueUrl=url, AttributeNames=["QueueArn"])


@delete_queue.error
def of_a_missing_queue(lab: Lab) -> None:
    """The queue must exist."""
    url = f"{lab.target.endpoint}/000000000000/{lab.name('queue')}"
    lab.call("delete", lab.sqs.delete_queue, QueueUrl=url)
