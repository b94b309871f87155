"""SQS in the Query protocol: forms in, XML out, as SDKs from before 2023 speak it.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-making-api-requests-xml.html
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
import xmltodict

from emu.testing import Emulator
from tests.end_to_end.asking import Answer, ask, signed_for

FORM = "application/x-www-form-urlencoded; charset=utf-8"


def post(emulator: Emulator, path: str, parameters: Mapping[str, Any], **headers: str) -> Answer:
    form = urlencode({**parameters, "Version": "2012-11-05"}).encode()
    return ask(emulator, "POST", path, form, {"Content-Type": FORM, **headers})


def result(answer: Answer, action: str) -> Any:
    assert answer.status == 200, answer.body
    assert answer.headers["content-type"].startswith("text/xml")
    document = xmltodict.parse(answer.body)[f"{action}Response"]
    assert document["@xmlns"] == "http://queue.amazonaws.com/doc/2012-11-05/"
    assert document["ResponseMetadata"]["RequestId"] == answer.headers["x-amzn-requestid"]
    return document.get(f"{action}Result")


@pytest.mark.parametrize("where", ["parameter", "path", "query string"])
@pytest.mark.parametrize("signed", [True, False], ids=["signed", "unsigned"])
def test_send_receive_delete(emulator: Emulator, sqs: Any, queue_url: str, where: str, signed: bool) -> None:
    headers = signed_for("sqs") if signed else {}
    path = urlsplit(queue_url).path if where == "path" else "/"

    def call(action: str, parameters: Mapping[str, Any]) -> Any:
        if where == "query string":
            query = urlencode({"Action": action, "QueueUrl": queue_url, "Version": "2012-11-05", **parameters})
            return result(ask(emulator, "GET", f"/?{query}", headers=headers), action)
        named = {"QueueUrl": queue_url} if where == "parameter" else {}
        return result(post(emulator, path, {"Action": action, **named, **parameters}, **headers), action)

    attribute = {"Name": "a", "Value.DataType": "String", "Value.StringValue": "ä"}
    sent = call(
        "SendMessage",
        {"MessageBody": "hällo <&>", **{f"MessageAttribute.1.{key}": value for key, value in attribute.items()}},
    )
    assert sent["MD5OfMessageBody"] == hashlib.md5("hällo <&>".encode(), usedforsecurity=False).hexdigest()
    received = call(
        "ReceiveMessage",
        {"AttributeName.1": "All", "MessageAttributeName.1": "All", "MaxNumberOfMessages": 10, "WaitTimeSeconds": 1},
    )["Message"]
    assert (received["MessageId"], received["Body"]) == (sent["MessageId"], "hällo <&>")
    assert received["MessageAttribute"] == {"Name": "a", "Value": {"DataType": "String", "StringValue": "ä"}}
    counts = {entry["Name"]: entry["Value"] for entry in received["Attribute"]}
    assert counts["ApproximateReceiveCount"] == "1"
    call("DeleteMessage", {"ReceiptHandle": received["ReceiptHandle"]})
    assert "Messages" not in sqs.receive_message(QueueUrl=queue_url, VisibilityTimeout=0)


def test_queues_and_their_attributes(emulator: Emulator, name: str) -> None:
    created = post(
        emulator,
        "/",
        {"Action": "CreateQueue", "QueueName": name, "Attribute.1.Name": "DelaySeconds", "Attribute.1.Value": "7"},
    )
    url = result(created, "CreateQueue")["QueueUrl"]
    assert url == f"{emulator.endpoint_url}/000000000000/{name}"
    found = result(
        post(emulator, "/", {"Action": "GetQueueAttributes", "QueueUrl": url, "AttributeName.1": "DelaySeconds"}),
        "GetQueueAttributes",
    )
    assert found["Attribute"] == {"Name": "DelaySeconds", "Value": "7"}
    listed = result(post(emulator, "/", {"Action": "ListQueues", "QueueNamePrefix": name}), "ListQueues")
    assert listed["QueueUrl"] == url


def test_a_batch(emulator: Emulator, queue_url: str) -> None:
    parameters: dict[str, Any] = {"Action": "SendMessageBatch"}
    for number in (1, 2):
        prefix = f"SendMessageBatchRequestEntry.{number}"
        parameters |= {f"{prefix}.Id": f"e{number}", f"{prefix}.MessageBody": f"body {number}"}
    parameters["SendMessageBatchRequestEntry.2.DelaySeconds"] = 901
    sent = result(post(emulator, urlsplit(queue_url).path, parameters), "SendMessageBatch")
    assert sent["SendMessageBatchResultEntry"]["Id"] == "e1"
    failed = sent["BatchResultErrorEntry"]
    assert (failed["Id"], failed["SenderFault"], failed["Code"]) == ("e2", "true", "InvalidParameterValue")


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"Action": "GetQueueUrl", "QueueName": "missing"}, "AWS.SimpleQueueService.NonExistentQueue"),
        ({"Action": "MakeCoffee"}, "InvalidAction"),
        ({"Action": "SendMessage"}, "MissingParameter"),
        ({"Action": "GetQueueUrl"}, "MissingParameter"),
    ],
)
def test_errors_are_xml(emulator: Emulator, parameters: dict[str, str], code: str) -> None:
    answer = post(emulator, "/", parameters, **signed_for("sqs"))
    assert answer.status == 400
    document = xmltodict.parse(answer.body)["ErrorResponse"]
    assert (document["Error"]["Type"], document["Error"]["Code"]) == ("Sender", code)
    assert document["Error"]["Message"]
    assert document["RequestId"] == answer.headers["x-amzn-requestid"]


def test_an_operation_that_is_not_implemented(emulator: Emulator, queue_url: str) -> None:
    answer = post(emulator, urlsplit(queue_url).path, {"Action": "TagQueue", "Tag.1.Key": "a", "Tag.1.Value": "b"})
    assert answer.status == 501
    assert xmltodict.parse(answer.body)["ErrorResponse"]["Error"]["Code"] == "NotImplemented"


def test_json_at_the_queues_own_url(emulator: Emulator, queue_url: str) -> None:
    """Some SDKs post JSON to the queue's URL instead of the endpoint."""
    headers = {"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": "AmazonSQS.SendMessage"}
    body = f'{{"QueueUrl": "{queue_url}", "MessageBody": "x"}}'.encode()
    answer = ask(emulator, "POST", urlsplit(queue_url).path, body, headers)
    assert (answer.status, b"MessageId" in answer.body) == (200, True)


def test_a_missing_queue_in_the_words_of_the_protocol(emulator: Emulator) -> None:
    answer = post(emulator, "/", {"Action": "GetQueueUrl", "QueueName": "missing"}, **signed_for("sqs"))
    error = xmltodict.parse(answer.body)["ErrorResponse"]["Error"]
    assert error["Message"] == "The specified queue does not exist for this wsdl version."
