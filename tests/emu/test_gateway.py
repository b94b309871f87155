"""What a client sees, above all when something fails. The gateway is called through ASGI, without a socket."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from typing import Any

import orjson
import pytest

from emu.app import build_app
from emu.body import WHOLE_BYTES_MAX
from emu.init_scripts import InitScripts
from emu.world import World
from storage.errors import StorageUnavailable
from tests.asgi import DISCONNECT, Answer, Message, ask, piece

JSON = {"content-type": "application/x-amz-json-1.0"}


def calling(operation: str) -> dict[str, str]:
    """The headers of a call to SQS."""
    return JSON | {"x-amz-target": f"AmazonSQS.{operation}"}


class Client:
    """Speaks ASGI to the whole application around a world in memory."""

    def __init__(self) -> None:
        self.world = World()
        self._app = build_app(self.world, InitScripts(None), hostnames=["emu.test"])

    def __call__(self, method: str, path: str, body: bytes = b"", **more: Any) -> Answer:
        """See :func:`tests.asgi.ask`."""
        return asyncio.run(asyncio.wait_for(ask(self._app, method, path, body, **more), 10))

    def sqs(self, operation: str, **request: Any) -> Answer:
        return self("POST", "/", orjson.dumps(request), headers=calling(operation))


@pytest.fixture
def client() -> Iterator[Client]:
    client = Client()
    yield client
    asyncio.run(client.world.stop())


def test_a_request_goes_all_the_way(client: Client) -> None:
    answer = client.sqs("CreateQueue", QueueName="jobs")
    assert answer.status == 200
    assert answer.json() == {"QueueUrl": "http://localhost:4566/000000000000/jobs"}
    assert answer.headers["content-length"] == str(len(answer.body))


def test_a_queue_url_has_the_host_that_the_client_used(client: Client) -> None:
    answer = client("POST", "/", b'{"QueueName":"jobs"}', headers=calling("CreateQueue") | {"host": "emu:99"})
    assert answer.json() == {"QueueUrl": "http://emu:99/000000000000/jobs"}


def test_an_operation_that_is_not_in_the_table_answers_501_in_its_protocol(client: Client) -> None:
    json = client.sqs("AddPermission", QueueUrl="x")
    assert json.status == 501
    assert json.json()["__type"].endswith("NotImplemented")
    assert "AddPermission" in json.json()["message"]
    xml = client("GET", "/bucket?website")
    assert xml.status == 501
    assert b"<Code>NotImplemented</Code>" in xml.body
    assert b"GetBucketWebsite" in xml.body


@pytest.mark.parametrize(
    "headers",
    [
        {"authorization": "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/sns/aws4_request, Signature=0"},
        {"x-amz-target": "Kinesis_20131202.PutRecord", **JSON},
    ],
)
def test_a_service_that_is_not_served_is_told_what_is(client: Client, headers: dict[str, str]) -> None:
    answer = client("POST", "/", b"{}", headers=headers)
    assert answer.status == 501
    for service in (b"Amazon S3", b"Amazon SQS", b"Amazon DynamoDB", b"AWS STS"):
        assert service in answer.body


def test_a_virtual_host_names_the_bucket(client: Client) -> None:
    assert client("PUT", "/", headers={"host": "logs.emu.test"}).status == 200
    assert (
        client("PUT", "/a%20key", b"body", headers={"host": "logs.localhost:4566", "content-length": "4"}).status == 200
    )
    assert client("GET", "/logs/a%20key").body == b"body"


def test_a_crash_is_an_internal_error_with_its_traceback_in_the_log(
    client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def crash(*_: Any, **__: Any) -> Any:
        raise ZeroDivisionError("planted")

    monkeypatch.setattr(client.world, "context", crash)
    with caplog.at_level(logging.ERROR, "emu"):
        answer = client.sqs("ListQueues")
    assert answer.status == 500
    assert answer.json()["__type"].endswith("InternalError")
    assert "planted" not in answer.body.decode()
    assert any(record.exc_info for record in caplog.records)


def test_a_store_that_cannot_write_is_service_unavailable(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> int:
        raise StorageUnavailable("the disk is gone")

    monkeypatch.setattr(client.world.store, "commit", refuse)
    answer = client.sqs("CreateQueue", QueueName="jobs")
    assert answer.status == 503
    assert "the disk is gone" in answer.json()["message"]


def test_an_answer_whose_record_is_lost_does_not_leave(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    async def lose(lsn: int) -> None:
        raise StorageUnavailable("outcome unknown")

    monkeypatch.setattr(client.world.store, "is_durable", lambda lsn: False)
    monkeypatch.setattr(client.world.store, "durable", lose)
    for operation, request in (("CreateQueue", {"QueueName": "jobs"}), ("GetQueueUrl", {"QueueName": "none"})):
        answer = client.sqs(operation, **request)
        assert (answer.status, "outcome unknown" in answer.json()["message"]) == (503, True)


def test_health_turns_unhealthy_with_the_reason(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    assert client("GET", "/health").body == b'{"status":"healthy"}'
    monkeypatch.setattr(client.world.store, "unhealthy", lambda: "the disk is gone")
    answer = client("GET", "/health")
    assert answer.status == 503
    assert answer.json() == {"status": "unhealthy", "reason": "the disk is gone"}
    assert client("GET", "/kumo/ready").status == 503


def test_an_upload_that_breaks_off_leaves_nothing(client: Client) -> None:
    client("PUT", "/bucket")
    half = [piece(b"half", more=True), DISCONNECT]
    answer = client("PUT", "/bucket/key", messages=half, headers={"content-length": "8"})
    assert answer.status == 0
    assert client("GET", "/bucket/key").status == 404


def test_a_long_poll_ends_with_its_client_and_takes_no_message(client: Client) -> None:
    url = client.sqs("CreateQueue", QueueName="jobs").json()["QueueUrl"]
    request = piece(orjson.dumps({"QueueUrl": url, "WaitTimeSeconds": 20}))
    gone = client("POST", "/", messages=[request, DISCONNECT], headers=calling("ReceiveMessage"))
    assert gone.status == 0
    client.sqs("SendMessage", QueueUrl=url, MessageBody="for the next one")
    assert client.sqs("ReceiveMessage", QueueUrl=url).json()["Messages"][0]["Body"] == "for the next one"


NOTHING = [piece(b"", more=True)]
"""A client that has more to send, and doesn't."""


def too_large() -> list[Message]:
    return [piece(bytes(WHOLE_BYTES_MAX // 2 + 1), more=True)] * 3


def test_a_body_that_is_too_large_to_be_collected_is_refused(client: Client) -> None:
    answer = client("POST", "/", messages=too_large(), headers=calling("ListQueues"))
    assert (answer.status, answer.json()["__type"]) == (413, "com.amazon.coral.service#RequestEntityTooLargeException")


SIX_GIB = str(6 * 1024**3)


@pytest.mark.parametrize("path", ["/bucket/key", "/bucket/key?partNumber=1&uploadId={upload}"])
@pytest.mark.parametrize(
    "headers",
    [
        {"content-length": SIX_GIB},
        {"content-length": "1", "content-encoding": "aws-chunked", "x-amz-decoded-content-length": SIX_GIB},
    ],
)
def test_an_upload_that_is_announced_too_large_is_not_read(client: Client, path: str, headers: dict[str, str]) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html: EntityTooLarge"""
    client("PUT", "/bucket")
    begun = client("POST", "/bucket/key?uploads").body.decode()
    path = path.format(upload=begun.partition("<UploadId>")[2].partition("</")[0])
    answer = client("PUT", path, messages=NOTHING, headers=headers)
    assert answer.status == 400
    assert "<Code>EntityTooLarge</Code>" in answer.body.decode()
    assert f"<ProposedSize>{SIX_GIB}</ProposedSize>" in answer.body.decode()


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("POST", "/", calling("ListQueues"), 413),
        ("PUT", "/bucket?versioning", {}, 400),
    ],
)
def test_a_document_that_is_announced_too_large_is_not_read(
    client: Client, method: str, path: str, headers: dict[str, str], status: int
) -> None:
    client("PUT", "/bucket")
    announced = {**headers, "content-length": str(WHOLE_BYTES_MAX + 1)}
    assert client(method, path, messages=NOTHING, headers=announced).status == status


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/missing/key", {}, 404),
        ("/bucket/key?partNumber=1&uploadId=none", {}, 404),
        ("/bucket/key?partNumber=0&uploadId=none", {}, 400),
        ("/bucket/key", {"if-none-match": "*"}, 412),
        ("/bucket/key", {"x-amz-storage-class": "NONE"}, 400),
        ("/bucket/" + "k" * 1025, {}, 400),
        ("/bucket/key?tagging", {}, 501),
        ("/bucket/key?X-Amz-Algorithm=AWS4-HMAC-SHA256", {}, 400),
    ],
)
def test_what_is_refused_before_its_body_ends_the_connection(
    client: Client, path: str, headers: dict[str, str], status: int
) -> None:
    """The client keeps a body that it wasn't asked for, and the next request isn't to be taken for it.

    https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPUT.html
    """
    client("PUT", "/bucket")
    client("PUT", "/bucket/key", b"x", headers={"content-length": "1"})
    waiting = {"content-length": "5", "expect": "100-continue", **headers}
    answer = client("PUT", path, messages=NOTHING, headers=waiting)
    assert (answer.status, answer.headers["connection"]) == (status, "close")


def test_a_body_that_was_asked_for_leaves_the_connection_open(client: Client) -> None:
    client("PUT", "/bucket")
    answer = client("PUT", "/bucket/key", b"hello", headers={"content-length": "5", "expect": "100-continue"})
    assert answer.status == 200
    assert "connection" not in answer.headers


def test_a_fault_counts_what_would_be_refused_before_its_body(client: Client) -> None:
    client(
        "POST", "/kumo/faults", orjson.dumps({"kind": "error", "service": "s3", "code": "InternalError", "count": 1})
    )
    answers = [client("PUT", "/missing/key", b"x", headers={"content-length": "1"}).status for _ in range(2)]
    assert answers == [500, 404]


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/bucket?delete", {"content-type": "application/xml"}),
        # Nobody can tell whose it is: an unsigned form names its action inside.
        ("/", {"content-type": "application/x-www-form-urlencoded"}),
    ],
)
def test_a_document_that_is_too_large_is_refused_by_s3(client: Client, path: str, headers: dict[str, str]) -> None:
    client("PUT", "/bucket")
    answer = client("POST", path, messages=too_large(), headers=headers)
    assert answer.status == 400
    assert b"<Code>MaxMessageLengthExceeded</Code>" in answer.body


def test_a_form_whose_chunks_cannot_be_read_is_refused(client: Client) -> None:
    headers = {
        "content-type": "application/x-www-form-urlencoded",
        "content-encoding": "aws-chunked",
        "x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
        "x-amz-decoded-content-length": "4",
    }
    answer = client("POST", "/", b"no chunk", headers=headers)
    assert answer.status == 400
    assert b"<Error>" in answer.body
