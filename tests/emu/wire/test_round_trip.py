"""botocore writes, we read; we write, botocore reads: with values made from the shapes of every operation served."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.model import Shape
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emu.wire.codecs import Codec
from emu.wire.message import Request

SERVED = {
    ("s3", "rest-xml"): """
        CreateBucket HeadBucket DeleteBucket ListBuckets GetBucketLocation PutObject GetObject HeadObject DeleteObject
        DeleteObjects CopyObject ListObjects ListObjectsV2 CreateMultipartUpload UploadPart UploadPartCopy
        CompleteMultipartUpload AbortMultipartUpload ListParts ListMultipartUploads PutBucketVersioning
        GetBucketVersioning ListObjectVersions PutBucketNotificationConfiguration GetBucketNotificationConfiguration
        PutBucketAcl GetBucketAcl PutBucketLifecycleConfiguration GetBucketLifecycleConfiguration PutBucketCors
        PutObjectTagging GetObjectTagging GetObjectAttributes PutBucketEncryption GetBucketEncryption
    """,
    ("sqs", "json"): """
        CreateQueue DeleteQueue ListQueues GetQueueUrl GetQueueAttributes SetQueueAttributes PurgeQueue SendMessage
        ReceiveMessage DeleteMessage ChangeMessageVisibility SendMessageBatch DeleteMessageBatch
        ChangeMessageVisibilityBatch ListDeadLetterSourceQueues TagQueue UntagQueue ListQueueTags ListMessageMoveTasks
    """,
    ("dynamodb", "json"): """
        CreateTable DescribeTable ListTables DeleteTable UpdateTable PutItem GetItem UpdateItem DeleteItem Query Scan
        BatchGetItem BatchWriteItem TransactWriteItems TransactGetItems UpdateTimeToLive DescribeTimeToLive
    """,
    ("sts", "query"): "GetCallerIdentity AssumeRole GetSessionToken",
}
SERVED["sqs", "query"] = SERVED["sqs", "json"]
CASES = [(*key, name) for key, names in SERVED.items() for name in names.split()]

QUICK = settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)

# No control characters: XML has no place for most of them. No surrogates: nor has UTF-8.
TEXT = st.text(
    st.characters(exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff"), min_size=1, max_size=12
)
WORD = st.from_regex(r"[A-Za-z0-9_./\"=-]{1,12}", fullmatch=True)
MOMENT = st.integers(0, 4_102_444_800).map(lambda seconds: seconds * 1000)
ATTRIBUTE_VALUE = st.one_of(
    st.fixed_dictionaries({"S": TEXT}),
    st.fixed_dictionaries({"N": st.integers().map(str)}),
    st.fixed_dictionaries({"L": st.lists(st.fixed_dictionaries({"BOOL": st.booleans()}), max_size=2)}),
)
DEPTH_MAX = 5
GET = Request("GET", "/", "", {})
ALWAYS = {"Metadata", "CopyObjectResult", "CopyPartResult", "ServerSideEncryptionConfiguration"}


def values(shape: Shape, depth: int = 0, *, header: bool = False) -> st.SearchStrategy[Any]:
    """Values of a shape as our side has them."""
    if shape.name == "AttributeValue":
        return ATTRIBUTE_VALUE
    match shape.type_name:
        case "structure":
            # Parameters have no way to say that there is an empty structure.
            return structures(shape, depth).filter(bool) if shape.members else st.just({})
        case "list":
            # botocore would put quotes around a header's list element that has some.
            element = st.from_regex(r"[A-Za-z]+", fullmatch=True) if header else values(shape.member, depth + 1)
            return st.lists(element, min_size=1, max_size=2)
        case "map":
            keys = WORD.map(str.lower) if header else TEXT
            return st.dictionaries(keys, values(shape.value, depth + 1, header=header), min_size=1, max_size=2)
        case "string":
            return WORD if header else TEXT
        case "integer":
            return st.integers(-(2**31), 2**31 - 1)
        case "long":
            return st.integers(-(2**53), 2**53)
        case "double" | "float":
            return st.floats(-1e9, 1e9)
        case "boolean":
            return st.booleans()
        case "blob":
            return st.binary(max_size=8)
        case "timestamp":
            return MOMENT
    raise AssertionError(shape.type_name)


def structures(shape: Any, depth: int = 0) -> st.SearchStrategy[dict[str, Any]]:
    members: dict[str, st.SearchStrategy[Any]] = {}
    for name, member in shape.members.items():
        if member.serialization.get("streaming") or name == "Expires" or depth > DEPTH_MAX:
            continue
        header = member.serialization.get("location") in ("header", "headers")
        members[name] = values(member, depth + 1, header=header)
    located = {name for name in members if shape.members[name].serialization.get("location") == "uri"}
    always = {name: members[name] for name in members if name in located or name in shape.required_members}
    return st.fixed_dictionaries(always, optional={name: members[name] for name in members if name not in always})


def moments(value: Any, shape: Shape) -> Any:
    """As botocore takes values: moments are datetimes."""
    match shape.type_name:
        case "timestamp":
            return datetime.fromtimestamp(value / 1000, UTC)
        case "structure":
            if shape.name == "AttributeValue":
                return value
            return {name: moments(item, shape.members[name]) for name, item in value.items()}
        case "list":
            return [moments(item, shape.member) for item in value]
        case "map":
            return {key: moments(item, shape.value) for key, item in value.items()}
    return value


@pytest.mark.parametrize(("service", "protocol", "name"), CASES)
def test_a_request_of_botocore_is_read_back(
    service: str, protocol: Any, name: str, wire: Callable[..., Codec], oracle: Callable[..., Any]
) -> None:
    aws, ours = oracle(service, protocol), wire(service, protocol)
    shape = aws.operation(name).input_shape

    @QUICK
    @given(structures(shape))
    def check(members: dict[str, Any]) -> None:
        request = aws.request(name, moments(members, shape))
        assert ours.operation(request) == name
        if protocol == "rest-xml" and ours.streamed(name):
            # What botocore adds only when it sends the request.
            request.headers.setdefault("content-length", "0")
            members.setdefault("ContentLength", 0)
        assert ours.decode(name, request) == members

    check()


# botocore reads this one outside its parser: see test_rest_codec.
ANSWERS = [case for case in CASES if case[2] != "GetBucketLocation"]


@pytest.mark.parametrize(("service", "protocol", "name"), ANSWERS)
def test_an_answer_is_read_by_botocore(
    service: str, protocol: Any, name: str, wire: Callable[..., Codec], oracle: Callable[..., Any]
) -> None:
    aws, ours = oracle(service, protocol), wire(service, protocol)
    shape = aws.operation(name).output_shape
    if shape is None:
        response = ours.encode(name, {}, "id", None, {})
        assert aws.parsed(name, response)["ResponseMetadata"]["HTTPStatusCode"] in (200, 204)
        return

    @QUICK
    @given(structures(shape))
    def check(result: dict[str, Any]) -> None:
        response = ours.encode(name, result, "request-id", None, {})
        got = aws.parsed(name, response)
        assert got.pop("ResponseMetadata")["RequestId"] == "request-id"
        got.pop("Body", None)
        # botocore's parsers add these where an answer has nothing of the kind.
        assert {**{key: {} for key in ALWAYS & got.keys()}, **result} == got

    check()
