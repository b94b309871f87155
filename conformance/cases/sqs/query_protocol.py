"""SQS in the Query protocol, which older SDKs and command lines speak."""

from urllib.parse import urlencode

import xmltodict

from conformance.case import operation
from conformance.lab import Lab

query = operation(
    "sqs.QueryProtocol",
    "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-making-api-requests-xml.html",
)


def ask(lab: Lab, step: str, path: str = "/", **parameters: str) -> dict[str, object]:
    """Post a form, observe the answer and return its document."""
    form = urlencode({"Version": "2012-11-05", **{name.replace("_", "."): value for name, value in parameters.items()}})
    headers = {"content-type": "application/x-www-form-urlencoded"}
    response = lab.http(step, "POST", path, headers=headers, body=form.encode(), sign="sqs")
    is_xml = "xml" in response.headers.get("content-type", "")
    document: dict[str, object] = xmltodict.parse(response.body) if is_xml else {}
    return document


@query.success
def send_and_receive(lab: Lab) -> None:
    """The queue may be named by a parameter or by the path."""
    url = lab.queue()
    path = "/" + url.split("/", 3)[3]
    ask(lab, "send", Action="SendMessage", QueueUrl=url, MessageBody="x")
    ask(lab, "receive", path, Action="ReceiveMessage", AttributeName_1="All", WaitTimeSeconds="1")


@query.success
def attributes(lab: Lab) -> None:
    """Maps are lists of names and values."""
    url = lab.queue()
    ask(lab, "get", Action="GetQueueAttributes", QueueUrl=url, AttributeName_1="DelaySeconds")


@query.error
def of_a_missing_queue(lab: Lab) -> None:
    """Errors are XML with type, code and message, and carry the Query protocol's codes."""
    ask(lab, "get", Action="GetQueueUrl", QueueName=lab.name("queue"))


@query.error
def unknown_action(lab: Lab) -> None:
    """An unknown action is refused."""
    ask(lab, "post", Action="MakeCoffee")
