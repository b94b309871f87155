"""GetQueueUrl."""

from conformance.case import operation
from conformance.lab import Lab

get_queue_url = operation(
    "sqs.GetQueueUrl", "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_GetQueueUrl.html"
)


@get_queue_url.success
def by_name(lab: Lab) -> None:
    """The answer is the URL that CreateQueue gave."""
    url = lab.queue()
    answer = lab.call("get", lab.sqs.get_queue_url, QueueName=url.rsplit("/", 1)[1])
    lab.note("same", answer["QueueUrl"] == url)


@get_queue_url.success
def of_an_account(lab: Lab) -> None:
    """The owner's account may be named."""
    name = lab.queue().rsplit("/", 1)[1]
    lab.call("get", lab.sqs.get_queue_url, QueueName=name, QueueOwnerAWSAccountId="000000000000")


@get_queue_url.success
def uses_the_host_that_was_called(lab: Lab) -> None:
    """The URL begins with the endpoint that the client spoke to, so that the client can use it."""
    name = lab.queue().rsplit("/", 1)[1]
    headers = {
        "host": "emulator.example:9324",
        "content-type": "application/x-amz-json-1.0",
        "x-amz-target": "AmazonSQS.GetQueueUrl",
    }
    lab.http("get", "POST", "/", headers=headers, body=b'{"QueueName":"%s"}' % name.encode())


@get_queue_url.error
def of_a_missing_queue(lab: Lab) -> None:
    """The queue must exist."""
    lab.call("get", lab.sqs.get_queue_url, QueueName=lab.name("queue"))


@get_queue_url.error
def error_on_the_wire(lab: Lab) -> None:
    """The type is the model's shape; the Query protocol's code travels in a header."""
    headers = {"content-type": "application/x-amz-json-1.0", "x-amz-target": "AmazonSQS.GetQueueUrl"}
    body = b'{"QueueName":"%s"}' % lab.name("queue").encode()
    shown = ("content-type", "x-amzn-query-error")
    lab.http("get", "POST", "/", headers=headers, body=body, sign="sqs", show=shown)
