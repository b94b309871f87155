"""GetQueueAttributes."""

from conformance.case import operation
from conformance.lab import Lab

get_queue_attributes = operation(
    "sqs.GetQueueAttributes",
    "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_GetQueueAttributes.html",
)


@get_queue_attributes.success
def of_a_new_queue(lab: Lab) -> None:
    """The documented defaults."""
    lab.call("get", lab.sqs.get_queue_attributes, QueueUrl=lab.queue(), AttributeNames=["All"])


@get_queue_attributes.success
def by_name(lab: Lab) -> None:
    """Only what is named is answered."""
    names = ["QueueArn", "VisibilityTimeout"]
    lab.call("get", lab.sqs.get_queue_attributes, QueueUrl=lab.queue(), AttributeNames=names)


@get_queue_attributes.success
def without_names(lab: Lab) -> None:
    """Nothing named, nothing answered."""
    lab.call("get", lab.sqs.get_queue_attributes, QueueUrl=lab.queue())


@get_queue_attributes.success
def of_a_fifo_queue(lab: Lab) -> None:
    """A FIFO queue has attributes of its own."""
    url = lab.queue(fifo=True, ContentBasedDeduplication="true")
    lab.call("get", lab.sqs.get_queue_attributes, QueueUrl=url, AttributeNames=["All"])


@get_queue_attributes.success
def counts_messages(lab: Lab) -> None:
    """Waiting, delayed and in-flight messages are counted apart."""
    url = lab.queue()
    for _ in range(3):
        lab.sqs.send_message(QueueUrl=url, MessageBody="x")
    lab.sqs.send_message(QueueUrl=url, MessageBody="later", DelaySeconds=60)
    lab.sqs.receive_message(QueueUrl=url)
    names = [
        "ApproximateNumberOfMessages",
        "ApproximateNumberOfMessagesDelayed",
        "ApproximateNumberOfMessagesNotVisible",
    ]
    lab.call("get", lab.sqs.get_queue_attributes, QueueUrl=url, AttributeNames=names)


@get_queue_attributes.error
def of_a_missing_queue(lab: Lab) -> None:
    """The queue must exist."""
    url = f"{lab.target.endpoint}/000000000000/{lab.name('queue')}"
    lab.call("get", lab.sqs.get_queue_attributes, QueueUrl=url, AttributeNames=["All"])


@get_queue_attributes.error
def with_an_unknown_name(lab: Lab) -> None:
    """A name that SQS doesn't know is refused."""
    lab.call("get", lab.sqs.get_queue_attributes, QueueUrl=lab.queue(), AttributeNames=["Colour"])
