"""What a client sees when something is refused, in each protocol's own form.

https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/CommonErrors.html
"""

from __future__ import annotations

import gzip
import hashlib
import http.client
import json
import re
from base64 import b64encode
from typing import Any

import pytest
import xmltodict
from botocore.config import Config

from emu.testing import Emulator
from tests.end_to_end.asking import Answer, ask, refused, signed_for

JSON = "application/x-amz-json-1.0"
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def call_json(emulator: Emulator, target: str, body: bytes = b"{}", **headers: str) -> Answer:
    return ask(emulator, "POST", "/", body, {"Content-Type": JSON, "X-Amz-Target": target, **headers})


def error_of(answer: Answer) -> dict[str, Any]:
    """S3's error document."""
    assert answer.headers["content-type"] == "application/xml"
    error: dict[str, Any] = xmltodict.parse(answer.body)["Error"]
    return error


def test_s3_names_what_was_not_there(emulator: Emulator, bucket: str) -> None:
    answer = ask(emulator, "GET", f"/{bucket}/a%20b")
    assert answer.status == 404
    error = error_of(answer)
    assert (error["Code"], error["Key"]) == ("NoSuchKey", "a b")
    assert error["Message"] == "The specified key does not exist."
    assert error["RequestId"] == answer.headers["x-amz-request-id"]
    assert error["HostId"] == answer.headers["x-amz-id-2"]


def test_s3_identifies_every_answer(emulator: Emulator, bucket: str) -> None:
    answers = [ask(emulator, "GET", path) for path in ("/", f"/{bucket}", f"/{bucket}/missing")]
    ids = {answer.headers["x-amz-request-id"] for answer in answers}
    assert len(ids) == 3
    assert all(re.fullmatch("[0-9A-F]{16}", request_id) for request_id in ids)
    assert all(answer.headers["x-amz-id-2"] for answer in answers)


def test_a_head_has_no_body(emulator: Emulator, bucket: str) -> None:
    for path, status in (
        (f"/{bucket}/missing", 404),
        (f"/{bucket}-missing", 404),
        (f"/{bucket}/missing?versionId=x", 400),
        (f"/{bucket}/missing?X-Amz-Algorithm=AWS4-HMAC-SHA256", 400),
        ("/", 405),
    ):
        answer = ask(emulator, "HEAD", path)
        assert (answer.status, answer.body) == (status, b"")
        assert answer.headers["x-amz-request-id"]


def test_text_in_an_error_is_escaped(emulator: Emulator, s3: Any, bucket: str) -> None:
    key = '<a>&"b"\'\r\n'
    with refused("NoSuchKey", 404) as error:
        s3.get_object(Bucket=bucket, Key=key)
    assert error["Error"]["Key"] == key


@pytest.mark.parametrize(
    ("body", "code"), [(b"<Delete>", "MalformedXML"), (b"not xml", "MalformedXML"), (b"<Other/>", "MalformedXML")]
)
def test_xml_that_cannot_be_read(emulator: Emulator, bucket: str, body: bytes, code: str) -> None:
    md5 = b64encode(hashlib.md5(body).digest()).decode()
    answer = ask(emulator, "POST", f"/{bucket}?delete", body, {"Content-MD5": md5})
    assert (answer.status, error_of(answer)["Code"]) == (400, code)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "?policy"),
        ("PUT", "?acl"),
        ("DELETE", "?lifecycle"),
        ("PUT", "?ownershipControls"),
        ("DELETE", "?website"),
        ("PUT", "/key?retention"),
        ("GET", "/key?tagging"),
        ("DELETE", "/key?tagging"),
        ("GET", "/key?attributes"),
    ],
)
def test_s3_operations_that_are_not_implemented_touch_nothing(
    emulator: Emulator, s3: Any, bucket: str, method: str, path: str
) -> None:
    s3.put_object(Bucket=bucket, Key="key", Body=b"content")
    headers = {"x-amz-object-attributes": "ETag"} if "attributes" in path else {}
    answer = ask(emulator, method, f"/{bucket}{path}", b"<X/>" if method == "PUT" else b"", headers)
    assert (answer.status, error_of(answer)["Code"]) == (501, "NotImplemented")
    assert s3.get_object(Bucket=bucket, Key="key")["Body"].read() == b"content"


def test_boto3_sees_what_is_not_implemented(emulator: Emulator, s3: Any, sqs: Any, dynamodb: Any, bucket: str) -> None:
    with refused("NotImplemented", 501) as error:
        s3.get_bucket_policy(Bucket=bucket)
    assert "GetBucketPolicy of Amazon S3" in error["Error"]["Message"]
    with refused("NotImplemented", 501) as error:
        sqs.list_queue_tags(QueueUrl=f"{emulator.endpoint_url}/000000000000/none")
    assert "ListQueueTags of Amazon SQS" in error["Error"]["Message"]
    with refused("NotImplemented", 501) as error:
        dynamodb.list_backups()
    assert "ListBackups of Amazon DynamoDB" in error["Error"]["Message"]


@pytest.mark.parametrize("service", ["lambda", "sns", "kinesis", "ec2", "route53"])
def test_a_service_that_is_not_served_says_which_are(emulator: Emulator, service: str) -> None:
    calls = {
        "lambda": "list_functions",
        "sns": "list_topics",
        "kinesis": "list_streams",
        "ec2": "describe_regions",
        "route53": "list_hosted_zones",
    }
    client = emulator.client(service, config=Config(retries={"total_max_attempts": 1}))
    with refused("UnknownService", 501) as error:
        getattr(client, calls[service])()
    for word in (service, "Amazon S3", "Amazon SQS", "Amazon DynamoDB", "AWS STS"):
        assert word in error["Error"]["Message"]


def test_dynamodb_errors(emulator: Emulator) -> None:
    answer = call_json(emulator, "DynamoDB_20120810.DescribeTable", b'{"TableName": "missing"}')
    assert answer.status == 400
    assert answer.headers["content-type"] == JSON
    document = json.loads(answer.body)
    assert document["__type"] == "com.amazonaws.dynamodb.v20120810#ResourceNotFoundException"
    assert "missing" in document["message"]
    assert UUID.fullmatch(answer.headers["x-amzn-requestid"])


def test_sqs_errors_carry_the_query_protocols_code(emulator: Emulator) -> None:
    """https://smithy.io/2.0/aws/protocols/aws-query-protocol.html#awsquerycompatible-trait"""
    answer = call_json(emulator, "AmazonSQS.GetQueueUrl", b'{"QueueName": "missing"}')
    assert answer.status == 400
    assert json.loads(answer.body)["__type"] == "com.amazonaws.sqs#QueueDoesNotExist"
    assert answer.headers["x-amzn-query-error"] == "AWS.SimpleQueueService.NonExistentQueue;Sender"
    assert UUID.fullmatch(answer.headers["x-amzn-requestid"])


@pytest.mark.parametrize("prefix", ["DynamoDB_20120810", "AmazonSQS"])
def test_json_that_cannot_be_read(emulator: Emulator, prefix: str) -> None:
    operation = "ListTables" if prefix.startswith("Dynamo") else "ListQueues"
    for body in (b"{", b"[]", b"\xff", b""):
        answer = call_json(emulator, f"{prefix}.{operation}", body)
        assert (answer.status, json.loads(answer.body)["__type"].partition("#")[2]) == (400, "SerializationException")
    wrong = b'{"Limit": "many"}' if operation == "ListTables" else b'{"MaxResults": "many"}'
    answer = call_json(emulator, f"{prefix}.{operation}", wrong)
    assert (answer.status, json.loads(answer.body)["__type"].partition("#")[2]) == (400, "SerializationException")


@pytest.mark.parametrize("target", ["DynamoDB_20120810.MakeCoffee", "AmazonSQS.MakeCoffee", "AmazonSQS"])
def test_an_operation_that_nobody_knows(emulator: Emulator, target: str) -> None:
    answer = call_json(emulator, target)
    assert (answer.status, json.loads(answer.body)["__type"]) == (
        400,
        "com.amazon.coral.service#UnknownOperationException",
    )


@pytest.mark.parametrize(
    ("action", "status", "code"), [("TagQueue", 501, "NotImplemented"), ("Fly", 400, "InvalidAction")]
)
@pytest.mark.parametrize("path", ["/", "/000000000000/queue"])
def test_an_unsigned_query_call_that_nobody_answers(
    emulator: Emulator, path: str, action: str, status: int, code: str
) -> None:
    """The refusal is SQS's, whether the action stands in the form or in the URL."""
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    for answer in (
        ask(emulator, "POST", path, f"Action={action}".encode(), form),
        ask(emulator, "GET", f"{path}?Action={action}"),
    ):
        document = xmltodict.parse(answer.body)["ErrorResponse"]
        assert (answer.status, document["Error"]["Code"]) == (status, code)
        assert document["@xmlns"] == "http://queue.amazonaws.com/doc/2012-11-05/"


def test_a_compressed_request(emulator: Emulator) -> None:
    """https://docs.aws.amazon.com/sdkref/latest/guide/feature-compression.html: for services that take it."""
    for target in ("DynamoDB_20120810.ListTables", "AmazonSQS.ListQueues"):
        answer = call_json(emulator, target, gzip.compress(b"{}"), **{"Content-Encoding": "gzip"})
        document = json.loads(answer.body)
        assert (answer.status, document["__type"].partition("#")[2]) == (400, "SerializationException")
        assert "Content-Encoding gzip" in document["Message"]


def test_methods_that_s3_does_not_have(emulator: Emulator, bucket: str) -> None:
    for method, path in (("PATCH", f"/{bucket}/key"), ("POST", f"/{bucket}/key"), ("DELETE", "/")):
        answer = ask(emulator, method, path)
        assert (answer.status, error_of(answer)["Code"]) == (405, "MethodNotAllowed")


def test_a_connection_serves_many_requests_and_refusals(emulator: Emulator, bucket: str) -> None:
    """Keep-alive, with bodies that were refused before they were read."""
    connection = http.client.HTTPConnection("127.0.0.1", emulator.port, timeout=10)
    for number in range(3):
        connection.request("PUT", f"/{bucket}-missing/key", b"x" * 100_000)
        response = connection.getresponse()
        assert (response.status, b"NoSuchBucket" in response.read()) == (404, True)
        connection.request("PUT", f"/{bucket}/key", str(number).encode())
        response = connection.getresponse()
        assert (response.status, response.read()) == (200, b"")
    connection.request("GET", f"/{bucket}/key")
    assert connection.getresponse().read() == b"2"
    connection.close()


def test_a_call_signed_for_a_control_path_is_s3s(emulator: Emulator) -> None:
    answer = ask(emulator, "GET", "/kumo/state", headers=signed_for("s3"))
    assert (answer.status, error_of(answer)["Code"]) == (404, "NoSuchBucket")
