"""The Query protocol: parameters as SDKs and the pages of SQS and STS write them, answers and errors in XML."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from typing import Any

import pytest

from emu.wire.codecs import Codec
from emu.wire.message import Request
from services.errors import Refusal, ServiceError

NAMESPACE = "http://queue.amazonaws.com/doc/2012-11-05/"


@pytest.fixture
def sqs(wire: Callable[..., Codec]) -> Codec:
    return wire("sqs", "query")


def form(text: str, path: str = "/", query: str = "") -> Request:
    return Request("POST", path, query, {"content-type": "application/x-www-form-urlencoded"}, text.encode())


def decoded(codec: Codec, text: str, path: str = "/") -> dict[str, Any]:
    request = form(text, path)
    return codec.decode(codec.operation(request), request)


def code_of(codec: Codec, request: Request) -> str:
    with pytest.raises(ServiceError) as caught:
        codec.decode(codec.operation(request), request)
    return caught.value.code


def answer(codec: Codec, name: str, result: dict[str, Any]) -> str:
    body = codec.encode(name, result, "req-1", None, {}).body
    assert isinstance(body, bytes)
    return body.decode()


@pytest.mark.parametrize(
    ("text", "members"),
    [
        (
            "Action=CreateQueue&QueueName=q&Attribute.1.Name=DelaySeconds&Attribute.1.Value=5&Attribute.2.Name=Policy"
            "&Attribute.2.Value=&Tag.1.Key=a&Tag.1.Value=b",
            {"QueueName": "q", "Attributes": {"DelaySeconds": "5", "Policy": ""}, "tags": {"a": "b"}},
        ),
        # The page of SetQueueAttributes leaves the number out where there is one attribute.
        (
            "Action=SetQueueAttributes&Attribute.Name=DelaySeconds&Attribute.Value=45&QueueUrl=u",
            {"QueueUrl": "u", "Attributes": {"DelaySeconds": "45"}},
        ),
        ("Action=GetQueueAttributes&AttributeName.1=All&QueueUrl=u", {"QueueUrl": "u", "AttributeNames": ["All"]}),
        ("Action=GetQueueAttributes&AttributeName=All&QueueUrl=u", {"QueueUrl": "u", "AttributeNames": ["All"]}),
        (
            "Action=ReceiveMessage&QueueUrl=u&MaxNumberOfMessages=5&AttributeName.2=b&AttributeName.10=c&AttributeName.1=a"
            "&MessageAttributeName.1=All&MessageSystemAttributeName.1=SenderId",
            {
                "QueueUrl": "u",
                "MaxNumberOfMessages": 5,
                "AttributeNames": ["a", "b", "c"],
                "MessageAttributeNames": ["All"],
                "MessageSystemAttributeNames": ["SenderId"],
            },
        ),
        (
            "Action=SendMessage&QueueUrl=u&MessageBody=a+b%2Bc&MessageAttribute.1.Name=n"
            "&MessageAttribute.1.Value.BinaryValue=AAH%2F&MessageAttribute.1.Value.DataType=Binary"
            "&MessageSystemAttribute.1.Name=AWSTraceHeader&MessageSystemAttribute.1.Value.StringValue=t"
            "&MessageSystemAttribute.1.Value.DataType=String",
            {
                "QueueUrl": "u",
                "MessageBody": "a b+c",
                "MessageAttributes": {"n": {"BinaryValue": b"\x00\x01\xff", "DataType": "Binary"}},
                "MessageSystemAttributes": {"AWSTraceHeader": {"StringValue": "t", "DataType": "String"}},
            },
        ),
        (
            "Action=SendMessageBatch&QueueUrl=u&SendMessageBatchRequestEntry.1.Id=1"
            "&SendMessageBatchRequestEntry.1.MessageBody=m&SendMessageBatchRequestEntry.2.Id=2"
            "&SendMessageBatchRequestEntry.2.MessageAttribute.1.Name=n"
            "&SendMessageBatchRequestEntry.2.MessageAttribute.1.Value.StringValue=v",
            {
                "QueueUrl": "u",
                "Entries": [
                    {"Id": "1", "MessageBody": "m"},
                    {"Id": "2", "MessageAttributes": {"n": {"StringValue": "v"}}},
                ],
            },
        ),
        (
            "Action=DeleteMessageBatch&QueueUrl=u&DeleteMessageBatchRequestEntry.1.Id=1"
            "&DeleteMessageBatchRequestEntry.1.ReceiptHandle=h",
            {"QueueUrl": "u", "Entries": [{"Id": "1", "ReceiptHandle": "h"}]},
        ),
        (
            "Action=ChangeMessageVisibilityBatch&QueueUrl=u&ChangeMessageVisibilityBatchRequestEntry.1.Id=1"
            "&ChangeMessageVisibilityBatchRequestEntry.1.VisibilityTimeout=45",
            {"QueueUrl": "u", "Entries": [{"Id": "1", "VisibilityTimeout": 45}]},
        ),
        (
            "Action=AddPermission&QueueUrl=u&Label=l&AWSAccountId.1=1&ActionName.1=SendMessage",
            {"QueueUrl": "u", "Label": "l", "AWSAccountIds": ["1"], "Actions": ["SendMessage"]},
        ),
        ("Action=UntagQueue&QueueUrl=u&TagKey.1=k", {"QueueUrl": "u", "TagKeys": ["k"]}),
        ("Action=ListQueues&Version=2012-11-05&Expires=2020-12-20T22%3A52%3A43PST", {}),
    ],
)
def test_parameters_become_members(text: str, members: dict[str, Any], sqs: Codec) -> None:
    assert decoded(sqs, text) == members


def test_a_queues_own_url_stands_for_the_parameter(sqs: Codec) -> None:
    path = "/000000000000/jobs"
    assert decoded(sqs, "Action=PurgeQueue", path) == {"QueueUrl": path}
    assert decoded(sqs, "Action=PurgeQueue&QueueUrl=u", path) == {"QueueUrl": "u"}
    assert decoded(sqs, "Action=ListQueues", path) == {}


def test_parameters_may_stand_in_the_url(sqs: Codec) -> None:
    request = Request("GET", "/", "Action=GetQueueUrl&QueueName=a%20b", {})
    assert sqs.operation(request) == "GetQueueUrl"
    assert sqs.decode("GetQueueUrl", request) == {"QueueName": "a b"}


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (form(""), "MissingAction"),
        (form("QueueName=q"), "MissingAction"),
        (form("Action=Fly"), "InvalidAction"),
        (form("Action="), "InvalidAction"),
        (form("Action=ReceiveMessage&MaxNumberOfMessages=many"), "InvalidParameterValue"),
        (form("Action=ReceiveMessage&MaxNumberOfMessages=" + "9" * 5000), "InvalidParameterValue"),
        (form("Action=ReceiveMessage&MaxNumberOfMessages.1=1"), "MalformedInput"),
        (form("Action=ReceiveMessage&AttributeName.x=1"), "MalformedInput"),
        (form("Action=CreateQueue&Attribute=1&Attribute.1.Name=n"), "MalformedInput"),
        (form("Action=CreateQueue&Attribute.1.Name=n&Attribute.1=1"), "MalformedInput"),
        (form("Action=CreateQueue&Attribute.1.Value=n"), "MalformedInput"),
        (form("Action=CreateQueue&QueueName=%FF"), "MalformedInput"),
        (form("Action=SendMessage&MessageAttribute.1.Name=n&MessageAttribute.1.Value=v"), "MalformedInput"),
        (
            form("Action=SendMessage&MessageAttribute.1.Name=n&MessageAttribute.1.Value.BinaryValue=*"),
            "InvalidParameterValue",
        ),
    ],
)
def test_what_cannot_be_read_is_refused(request_: Request, code: str, sqs: Codec) -> None:
    assert code_of(sqs, request_) == code


def test_a_compressed_form_is_refused_by_name(sqs: Codec) -> None:
    request = Request("POST", "/", "", {"content-encoding": "gzip"}, gzip.compress(b"Action=ListQueues"))
    with pytest.raises(ServiceError, match="Content-Encoding gzip") as caught:
        sqs.operation(request)
    assert caught.value.code == "MalformedInput"


def test_an_answer_with_a_result(sqs: Codec) -> None:
    assert answer(sqs, "GetQueueUrl", {"QueueUrl": "http://h/0/q?a&b"}) == (
        f'<?xml version="1.0"?><GetQueueUrlResponse xmlns="{NAMESPACE}"><GetQueueUrlResult>'
        "<QueueUrl>http://h/0/q?a&amp;b</QueueUrl></GetQueueUrlResult>"
        "<ResponseMetadata><RequestId>req-1</RequestId></ResponseMetadata></GetQueueUrlResponse>"
    )


def test_an_answer_without_one(sqs: Codec) -> None:
    assert answer(sqs, "DeleteQueue", {}) == (
        f'<?xml version="1.0"?><DeleteQueueResponse xmlns="{NAMESPACE}">'
        "<ResponseMetadata><RequestId>req-1</RequestId></ResponseMetadata></DeleteQueueResponse>"
    )


def test_lists_and_maps_are_flat_in_answers(sqs: Codec) -> None:
    message = {
        "MessageId": "1",
        "Body": "a\r\n<b>",
        "Attributes": {"SenderId": "me"},
        "MessageAttributes": {"n": {"DataType": "Binary", "BinaryValue": b"\x00\x01\xff"}},
    }
    assert (
        "<ReceiveMessageResult><Message><MessageId>1</MessageId><Body>a&#13;\n&lt;b&gt;</Body>"
        "<Attribute><Name>SenderId</Name><Value>me</Value></Attribute>"
        "<MessageAttribute><Name>n</Name><Value><DataType>Binary</DataType><BinaryValue>AAH/</BinaryValue></Value>"
        "</MessageAttribute></Message></ReceiveMessageResult>"
    ) in answer(sqs, "ReceiveMessage", {"Messages": [message]})
    assert "<ListQueuesResult><QueueUrl>a</QueueUrl><QueueUrl>b</QueueUrl></ListQueuesResult>" in answer(
        sqs, "ListQueues", {"QueueUrls": ["a", "b"]}
    )
    assert "<ReceiveMessageResult></ReceiveMessageResult>" in answer(sqs, "ReceiveMessage", {"Messages": []})
    assert (
        "<SendMessageBatchResultEntry><Id>1</Id></SendMessageBatchResultEntry>"
        "<BatchResultErrorEntry><Id>2</Id><SenderFault>true</SenderFault></BatchResultErrorEntry>"
    ) in answer(sqs, "SendMessageBatch", {"Successful": [{"Id": "1"}], "Failed": [{"Id": "2", "SenderFault": True}]})
    assert "<Tag><Key>k</Key><Value>v</Value></Tag>" in answer(sqs, "ListQueueTags", {"Tags": {"k": "v"}})


def test_an_error_names_the_query_code(sqs: Codec) -> None:
    refusal = Refusal("r", "QueueDoesNotExist", 400, "<gone>", query_code="AWS.SimpleQueueService.NonExistentQueue")
    response = sqs.error(refusal(), form(""), "req-1")
    assert response.status == 400
    assert response.headers == {"x-amzn-requestid": "req-1", "content-type": "text/xml"}
    assert (
        response.body
        == (
            f'<?xml version="1.0"?><ErrorResponse xmlns="{NAMESPACE}"><Error><Type>Sender</Type>'
            "<Code>AWS.SimpleQueueService.NonExistentQueue</Code><Message>&lt;gone&gt;</Message><Detail/></Error>"
            "<RequestId>req-1</RequestId></ErrorResponse>"
        ).encode()
    )
    server = sqs.error(Refusal("r", "InternalError", 500, "m")(), form(""), "req-1")
    assert isinstance(server.body, bytes)
    assert b"<Type>Receiver</Type>" in server.body


def test_botocore_reads_the_errors(sqs: Codec, oracle: Callable[..., Any]) -> None:
    refusal = Refusal("r", "QueueDoesNotExist", 400, "gone", query_code="AWS.SimpleQueueService.NonExistentQueue")
    got = oracle("sqs", "query").parsed("SendMessage", sqs.error(refusal(), form(""), "req-1"))
    assert got["Error"]["Code"] == "AWS.SimpleQueueService.NonExistentQueue"
    assert got["Error"]["Message"] == "gone"
    assert got["ResponseMetadata"]["RequestId"] == "req-1"


def test_sts_has_its_own_namespace_and_members(wire: Callable[..., Codec]) -> None:
    sts = wire("sts", "query")
    assert decoded(
        sts, "Action=AssumeRole&RoleArn=r&PolicyArns.member.1.arn=p&Tags.member.1.Key=k&Tags.member.1.Value=v"
    ) == {"RoleArn": "r", "PolicyArns": [{"arn": "p"}], "Tags": [{"Key": "k", "Value": "v"}]}
    assert answer(sts, "GetCallerIdentity", {"UserId": "u", "Account": "000000000000", "Arn": "a"}) == (
        '<?xml version="1.0"?><GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">'
        "<GetCallerIdentityResult><UserId>u</UserId><Account>000000000000</Account><Arn>a</Arn></GetCallerIdentityResult>"
        "<ResponseMetadata><RequestId>req-1</RequestId></ResponseMetadata></GetCallerIdentityResponse>"
    )
    assert "<Expiration>2026-01-01T00:00:00.000Z</Expiration>" in answer(
        sts, "GetSessionToken", {"Credentials": {"Expiration": 1_767_225_600_000}}
    )
