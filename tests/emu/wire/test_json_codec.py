"""JSON 1.0: DynamoDB's and SQS's requests, answers and errors."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from typing import Any
from zlib import crc32

import orjson
import pytest

from emu.wire.codecs import Codec
from emu.wire.message import Request
from services.errors import Refusal, ServiceError

CAST = (
    "class sun.reflect.generics.reflectiveObjects.ParameterizedTypeImpl cannot be cast to class java.lang.Class "
    "(sun.reflect.generics.reflectiveObjects.ParameterizedTypeImpl and java.lang.Class are in module java.base of "
    "loader 'bootstrap')"
)
NOT_FOUND = Refusal("dynamodb.no-table", "ResourceNotFoundException", 400, "Requested resource not found")
INVALID = Refusal("dynamodb.invalid", "ValidationException", 400, "{text}")
NO_QUEUE = Refusal(
    "sqs.no-queue",
    "QueueDoesNotExist",
    400,
    "The specified queue does not exist.",
    query_code="AWS.SimpleQueueService.NonExistentQueue",
)


@pytest.fixture
def dynamodb(wire: Callable[..., Codec]) -> Codec:
    return wire("dynamodb", "json")


@pytest.fixture
def sqs(wire: Callable[..., Codec]) -> Codec:
    return wire("sqs", "json")


def post(target: str, document: Any) -> Request:
    body = document if isinstance(document, bytes) else orjson.dumps(document)
    return Request("POST", "/", "", {"x-amz-target": target}, body)


def refusal(codec: Codec, name: str, document: Any) -> ServiceError:
    with pytest.raises(ServiceError) as caught:
        codec.decode(name, post("", document))
    return caught.value


def test_the_target_names_the_operation(dynamodb: Codec, sqs: Codec) -> None:
    assert dynamodb.operation(post("DynamoDB_20120810.PutItem", {})) == "PutItem"
    assert dynamodb.operation(post("DynamoDB_20120810.CreateBackup", {})) == "CreateBackup"
    assert sqs.operation(post("AmazonSQS.SendMessage", {})) == "SendMessage"


@pytest.mark.parametrize(
    "target", ["", "DynamoDB_20120810", "DynamoDB_20120810.", "DynamoDB_20111205.PutItem", "PutItem"]
)
def test_an_unknown_target(target: str, dynamodb: Codec) -> None:
    with pytest.raises(ServiceError) as caught:
        dynamodb.operation(post(target, {}))
    response = dynamodb.error(caught.value, post(target, {}), "id")
    assert response.status == 400
    assert response.body == b'{"__type":"com.amazon.coral.service#UnknownOperationException"}'


def test_attribute_values_pass_through_unchecked(dynamodb: Codec) -> None:
    odd = {"TableName": "t", "Item": {"a": {"S": 1}, "b": {"Q": None}}, "ExpressionAttributeValues": "text"}
    assert dynamodb.decode("PutItem", post("", odd)) == odd


def test_lists_and_maps_of_attribute_values_pass_through_wherever_they_stand(dynamodb: Codec) -> None:
    request = {
        "RequestItems": {
            "t": [{"PutRequest": {"Item": {"a": {"B": "?"}}}}, {"DeleteRequest": {"Key": 7}}, {"PutRequest": None}]
        }
    }
    expected = {"t": [{"PutRequest": {"Item": {"a": {"B": "?"}}}}, {"DeleteRequest": {"Key": 7}}, {}]}
    assert dynamodb.decode("BatchWriteItem", post("", request)) == {"RequestItems": expected}


def test_unknown_members_and_nulls_are_absent(dynamodb: Codec) -> None:
    document: Any = {"TableName": None, "Limit": 1, "Nonsense": [], "ExpressionAttributeNames": {"#a": "b", "#c": None}}
    assert dynamodb.decode("Scan", post("", document)) == {"Limit": 1, "ExpressionAttributeNames": {"#a": "b"}}


@pytest.mark.parametrize(
    ("document", "text"),
    [
        ({"TableName": 23}, "NUMBER_VALUE cannot be converted to String"),
        ({"TableName": 34.56}, "DECIMAL_VALUE cannot be converted to String"),
        ({"TableName": True}, "TRUE_VALUE cannot be converted to String"),
        ({"TableName": False}, "FALSE_VALUE cannot be converted to String"),
        ({"TableName": []}, "Unrecognized collection type class java.lang.String"),
        ({"TableName": {}}, "Start of structure or map found where not expected"),
        ({"Limit": "23"}, "STRING_VALUE cannot be converted to Integer"),
        ({"Limit": True}, "TRUE_VALUE cannot be converted to Integer"),
        ({"Limit": []}, "Unrecognized collection type class java.lang.Integer"),
        ({"ConsistentRead": "true"}, "Unexpected token received from parser"),
        ({"ConsistentRead": 1}, "NUMBER_VALUE cannot be converted to Boolean"),
        ({"ConsistentRead": 1.5}, "DECIMAL_VALUE cannot be converted to Boolean"),
        ({"AttributesToGet": "a"}, "Unexpected field type"),
        ({"AttributesToGet": {}}, "Start of structure or map found where not expected"),
        ({"AttributesToGet": [1]}, "NUMBER_VALUE cannot be converted to String"),
        ({"ExpressionAttributeNames": 1}, "Unexpected field type"),
        (
            {"ExpressionAttributeNames": []},
            "Unrecognized collection type java.util.Map<java.lang.String, java.lang.String>",
        ),
        (
            {"ScanFilter": []},
            "Unrecognized collection type java.util.Map<java.lang.String, com.amazonaws.dynamodb.v20120810.Condition>",
        ),
        ({"ScanFilter": {"a": 1}}, "Unexpected value type in payload"),
        ({"ScanFilter": {"a": []}}, "Unrecognized collection type class com.amazonaws.dynamodb.v20120810.Condition"),
        ([], "Start of list found where not expected"),
    ],
)
def test_a_wrong_type_is_refused_in_awss_words(document: Any, text: str, dynamodb: Codec) -> None:
    error = refusal(dynamodb, "Scan", document)
    assert (error.code, error.status, error.message) == ("SerializationException", 400, text)
    response = dynamodb.error(error, post("", {}), "id")
    assert isinstance(response.body, bytes)
    assert orjson.loads(response.body) == {"__type": "com.amazon.coral.service#SerializationException", "Message": text}


def test_moments_are_read_as_seconds(dynamodb: Codec) -> None:
    request = {"TimeRangeLowerBound": 1_421_866_952.062, "TimeRangeUpperBound": 1_421_866_953}
    expected = {"TimeRangeLowerBound": 1_421_866_952_062, "TimeRangeUpperBound": 1_421_866_953_000}
    assert dynamodb.decode("ListBackups", post("", request)) == expected
    for value, token in [("now", "STRING_VALUE"), (True, "TRUE_VALUE"), (1e308, "DECIMAL_VALUE")]:
        error = refusal(dynamodb, "ListBackups", {"TimeRangeLowerBound": value})
        assert error.message == f"{token} cannot be converted to Date"


def test_a_structure_is_expected_as_a_member(dynamodb: Codec) -> None:
    assert refusal(dynamodb, "CreateTable", {"ProvisionedThroughput": "1"}).message == "Unexpected field type"
    assert refusal(dynamodb, "BatchWriteItem", {"RequestItems": 1}).message == CAST


def test_fractions_are_cut_to_whole_numbers(dynamodb: Codec) -> None:
    assert dynamodb.decode("Scan", post("", {"Limit": 34.56})) == {"Limit": 34}


@pytest.mark.parametrize(
    "body", [b"", b"{", b"nonsense", b'{"a":1}x', b'"text"', b"7", b"\xff\xfe", b"[" * 3000, b"null"]
)
def test_what_is_no_json_object_is_refused(body: bytes, dynamodb: Codec) -> None:
    error = refusal(dynamodb, "Scan", body)
    assert (error.code, error.message) == ("SerializationException", "")
    response = dynamodb.error(error, post("", {}), "id")
    assert response.body == b'{"__type":"com.amazon.coral.service#SerializationException"}'


@pytest.mark.parametrize("encoding", ["gzip", "br"])
def test_a_compressed_body_is_refused_by_name(encoding: str, dynamodb: Codec, sqs: Codec) -> None:
    """https://docs.aws.amazon.com/sdkref/latest/guide/feature-compression.html"""
    for codec, name in ((dynamodb, "Scan"), (sqs, "ListQueues")):
        request = Request("POST", "/", "", {"content-encoding": encoding}, gzip.compress(b"{}"))
        with pytest.raises(ServiceError) as caught:
            codec.decode(name, request)
        assert caught.value.code == "SerializationException"
        assert f"Content-Encoding {encoding}" in caught.value.message


def test_an_answer_carries_its_checksum_and_request_id(dynamodb: Codec) -> None:
    response = dynamodb.encode("ListTables", {"TableNames": ["t"]}, "id", None, {})
    assert response.status == 200
    assert response.body == b'{"TableNames":["t"]}'
    assert response.headers == {
        "content-type": "application/x-amz-json-1.0",
        "x-amzn-requestid": "id",
        "x-amz-crc32": str(crc32(response.body)),
    }


def test_encoded_json_is_put_in_as_it_is(dynamodb: Codec) -> None:
    items = [b'{"a":{"N":"1.0"}}', {"a": {"S": "x"}}]
    response = dynamodb.encode("Scan", {"Items": items, "Count": 2}, "id", None, {})
    assert response.body == b'{"Items":[{"a":{"N":"1.0"}},{"a":{"S":"x"}}],"Count":2}'


def test_moments_are_seconds(dynamodb: Codec) -> None:
    table = {"TableName": "t", "CreationDateTime": 1_421_866_952_062}
    response = dynamodb.encode("DescribeTable", {"Table": table}, "id", None, {})
    assert response.body == b'{"Table":{"TableName":"t","CreationDateTime":1421866952.062}}'
    assert table["CreationDateTime"] == 1_421_866_952_062


def test_blobs_are_base64(sqs: Codec) -> None:
    attributes = {"a": {"DataType": "Binary", "BinaryValue": "AAH/"}}
    decoded = sqs.decode("SendMessage", post("", {"MessageBody": "b", "MessageAttributes": attributes}))
    assert decoded["MessageAttributes"]["a"]["BinaryValue"] == b"\x00\x01\xff"
    result = {"Messages": [{"Body": "b", "MessageAttributes": decoded["MessageAttributes"]}, {"Body": "c"}]}
    response = sqs.encode("ReceiveMessage", result, "id", None, {})
    assert isinstance(response.body, bytes)
    assert orjson.loads(response.body) == {"Messages": [{"Body": "b", "MessageAttributes": attributes}, {"Body": "c"}]}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1, "only base-64-encoded strings are convertible to bytes"),
        ([], "Unrecognized collection type class java.nio.ByteBuffer"),
        ("23456", "Base64 encoded length is expected a multiple of 4 bytes but found: 5"),
        ("=+/=", "Invalid last non-pad Base64 character dectected"),
        ("????", "Invalid last non-pad Base64 character dectected"),
    ],
)
def test_what_is_no_base64_is_refused(value: Any, text: str, sqs: Codec) -> None:
    document = {"MessageAttributes": {"a": {"DataType": "Binary", "BinaryValue": value}}}
    assert refusal(sqs, "SendMessage", document).message == text


def test_an_operation_without_output_answers_with_nothing(sqs: Codec) -> None:
    assert sqs.encode("DeleteMessage", {}, "id", None, {}).body == b""


def test_modelled_errors_are_in_the_services_namespace(dynamodb: Codec) -> None:
    response = dynamodb.error(NOT_FOUND(), post("", {}), "id")
    assert response.body == (
        b'{"__type":"com.amazonaws.dynamodb.v20120810#ResourceNotFoundException",'
        b'"message":"Requested resource not found"}'
    )
    assert isinstance(response.body, bytes)
    assert response.headers["x-amz-crc32"] == str(crc32(response.body))
    assert "x-amzn-query-error" not in response.headers


def test_validation_has_a_namespace_of_its_own(dynamodb: Codec) -> None:
    response = dynamodb.error(INVALID(text="no"), post("", {}), "id")
    assert response.body == b'{"__type":"com.amazon.coral.validate#ValidationException","message":"no"}'


def test_cancelled_transactions_have_a_capital_message_and_reasons(dynamodb: Codec) -> None:
    refusal = Refusal(
        "dynamodb.cancelled",
        "TransactionCanceledException",
        400,
        "Transaction cancelled",
        members={"CancellationReasons": "reasons"},
    )
    reasons = [{"Code": "None"}, {"Code": "ConditionalCheckFailed", "Item": b'{"a":{"S":"x"}}'}]
    response = dynamodb.error(refusal(reasons=reasons), post("", {}), "id")
    assert isinstance(response.body, bytes)
    assert orjson.loads(response.body) == {
        "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
        "Message": "Transaction cancelled",
        "CancellationReasons": [{"Code": "None"}, {"Code": "ConditionalCheckFailed", "Item": {"a": {"S": "x"}}}],
    }


@pytest.mark.parametrize(
    ("error", "kind", "query_error"),
    [
        (NO_QUEUE(), "com.amazonaws.sqs#QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue;Sender"),
        (
            Refusal("r", "InvalidParameterValueException", 400, "m", query_code="InvalidParameterValue")(),
            "com.amazon.coral.service#InvalidParameterValueException",
            "InvalidParameterValue;Sender",
        ),
        (Refusal("r", "InternalError", 500, "m")(), "com.amazon.coral.service#InternalError", "InternalError;Receiver"),
    ],
)
def test_sqs_tells_the_query_code_too(error: ServiceError, kind: str, query_error: str, sqs: Codec) -> None:
    response = sqs.error(error, post("", {}), "id")
    assert isinstance(response.body, bytes)
    assert orjson.loads(response.body) == {"__type": kind, "message": error.message}
    assert response.headers["x-amzn-query-error"] == query_error
    assert response.headers["x-amzn-requestid"] == "id"
    assert "x-amz-crc32" not in response.headers


def test_botocore_reads_the_errors(sqs: Codec, oracle: Callable[..., Any]) -> None:
    got = oracle("sqs", "json").parsed("SendMessage", sqs.error(NO_QUEUE(), post("", {}), "id"))
    assert got["Error"]["Code"] == "AWS.SimpleQueueService.NonExistentQueue"
    assert got["Error"]["QueryErrorCode"] == "QueueDoesNotExist"
    assert got["Error"]["Message"] == "The specified queue does not exist."
    assert got["ResponseMetadata"]["RequestId"] == "id"
