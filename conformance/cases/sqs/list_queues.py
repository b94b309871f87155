"""ListQueues."""

from conformance.case import operation
from conformance.lab import Lab

list_queues = operation(
    "sqs.ListQueues", "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ListQueues.html"
)


@list_queues.success
def by_prefix(lab: Lab) -> None:
    """`QueueNamePrefix` limits the answer to names that begin with it."""
    prefix = lab.queue().rsplit("/", 1)[1]
    lab.queue()
    lab.call("list", lab.sqs.list_queues, QueueNamePrefix=prefix)


@list_queues.success
def none(lab: Lab) -> None:
    """Without a match the answer holds no URLs."""
    lab.call("list", lab.sqs.list_queues, QueueNamePrefix=lab.name("queue"))


@list_queues.success
def in_pages(lab: Lab) -> None:
    """`MaxResults` cuts the answer and gives a token; the token leads on."""
    prefix = lab.queue().rsplit("/", 1)[1]
    lab.queue()
    first = lab.sqs.list_queues(QueueNamePrefix=prefix, MaxResults=1)
    lab.note("first", {"count": len(first["QueueUrls"]), "token": "NextToken" in first})
    second = lab.sqs.list_queues(QueueNamePrefix=prefix, MaxResults=1, NextToken=first["NextToken"])
    lab.note("second", {"count": len(second["QueueUrls"]), "repeated": first["QueueUrls"] == second["QueueUrls"]})


@list_queues.error
def with_too_many_results(lab: Lab) -> None:
    """`MaxResults` is 1 to 1000."""
    lab.call("list", lab.sqs.list_queues, QueueNamePrefix=lab.name("queue"), MaxResults=1001)


@list_queues.error
def with_a_token_that_never_was(lab: Lab) -> None:
    """A token that SQS didn't give is refused."""
    prefix = lab.name("queue")
    lab.call("list", lab.sqs.list_queues, QueueNamePrefix=prefix, MaxResults=1, NextToken="nonsense")
