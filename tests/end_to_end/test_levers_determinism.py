"""Two processes, the same 2,000 mixed requests: the same bytes, the same state."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from contextlib import closing
from hashlib import sha256
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from emu.testing import Emulator

NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"
VERSIONED = f'<VersioningConfiguration xmlns="{NAMESPACE}"><Status>Enabled</Status></VersioningConfiguration>'
NOTIFIED = (
    f'<NotificationConfiguration xmlns="{NAMESPACE}"><QueueConfiguration>'
    "<Queue>arn:aws:sqs:us-east-1:000000000000:jobs</Queue><Event>s3:ObjectCreated:*</Event>"
    "</QueueConfiguration></NotificationConfiguration>"
)
REQUESTS = 2000
START_SECONDS = 1_767_225_600


class Script:
    """Sends mixed requests, always the same, and keeps a digest of every byte of the answers."""

    def __init__(self, port: int, seed: int) -> None:
        self._connection: HTTPConnection | None = None
        self.connect(port)
        self._choices = random.Random(seed)
        self._digest = sha256()
        self._handles: list[tuple[str, str]] = []
        self._urls: list[str] = []

    def connect(self, port: int) -> None:
        self.close()
        self._connection = HTTPConnection("127.0.0.1", port, timeout=30)

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()

    def request(self, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[dict[str, str], bytes]:
        assert self._connection is not None
        self._connection.request(method, path, body, {"Host": "localhost:4566", **headers})
        response = self._connection.getresponse()
        content = response.read()
        self._digest.update(repr((response.status, response.getheaders(), content)).encode())
        return {name.lower(): value for name, value in response.getheaders()}, content

    def json(self, target: str, **request: Any) -> Any:
        headers = {"X-Amz-Target": target, "Content-Type": "application/x-amz-json-1.0"}
        return json.loads(self.request("POST", "/", json.dumps(request).encode(), **headers)[1] or b"{}")

    def sqs(self, operation: str, **request: Any) -> Any:
        return self.json(f"AmazonSQS.{operation}", **request)

    def dynamodb(self, operation: str, **request: Any) -> Any:
        return self.json(f"DynamoDB_20120810.{operation}", **request)

    def prepare(self) -> None:
        dead = json.dumps({"deadLetterTargetArn": "arn:aws:sqs:us-east-1:000000000000:dead", "maxReceiveCount": 2})
        for name, attributes in (
            ("dead", {}),
            ("jobs", {"VisibilityTimeout": "1", "RedrivePolicy": dead}),
            ("order.fifo", {"FifoQueue": "true", "ContentBasedDeduplication": "true", "VisibilityTimeout": "1"}),
        ):
            self._urls.append(self.sqs("CreateQueue", QueueName=name, Attributes=attributes)["QueueUrl"])
        self.dynamodb(
            "CreateTable",
            TableName="pages",
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
        )
        expiry = {"Enabled": True, "AttributeName": "until"}
        self.dynamodb("UpdateTimeToLive", TableName="pages", TimeToLiveSpecification=expiry)
        self.request("PUT", "/pages")
        self.request("PUT", "/pages?versioning", VERSIONED.encode())
        self.request("PUT", "/pages?notification", NOTIFIED.encode())

    def run(self, requests: int) -> str:
        """The digest of all answers so far."""
        actions = [self.send, self.receive, self.receive, self.delete, self.write, self.read, self.objects, self.upload]
        for number in range(requests):
            self._choices.choice(actions)(number)
        return self._digest.hexdigest()

    def key(self) -> str:
        return str(self._choices.randrange(40))

    def send(self, number: int) -> None:
        jobs, order = self._urls[1:]
        if number % 2:
            self.sqs("SendMessage", QueueUrl=jobs, MessageBody=str(number), DelaySeconds=self._choices.randrange(3))
        else:
            self.sqs("SendMessage", QueueUrl=order, MessageBody=str(number), MessageGroupId=self.key())

    def receive(self, number: int) -> None:
        url, count = self._choices.choice(self._urls), self._choices.randrange(1, 11)
        answer = self.sqs("ReceiveMessage", QueueUrl=url, MaxNumberOfMessages=count, AttributeNames=["All"])
        self._handles += [(url, message["ReceiptHandle"]) for message in answer.get("Messages", ())]

    def delete(self, number: int) -> None:
        if self._handles:
            url, handle = self._handles.pop(self._choices.randrange(len(self._handles)))
            self.sqs("DeleteMessage", QueueUrl=url, ReceiptHandle=handle)
        else:
            self.sqs("GetQueueAttributes", QueueUrl=self._urls[0], AttributeNames=["All"])

    def write(self, number: int) -> None:
        key = {"id": {"S": self.key()}}
        until = {"N": str(START_SECONDS + self._choices.randrange(600))}
        if number % 3 == 0:
            self.dynamodb("PutItem", TableName="pages", Item={**key, "until": until, "tags": {"SS": ["b", "a", "c"]}})
        elif number % 3 == 1:
            one = {":one": {"N": "1"}}
            self.dynamodb(
                "UpdateItem", TableName="pages", Key=key, UpdateExpression="ADD visits :one",
                ExpressionAttributeValues=one, ReturnValues="ALL_NEW",
            )  # fmt: skip
        else:
            put = {"Put": {"TableName": "pages", "Item": {**key, "until": until}}}
            self.dynamodb("TransactWriteItems", TransactItems=[put], ClientRequestToken=f"token-{number}")

    def read(self, number: int) -> None:
        if number % 3 == 0:
            self.dynamodb("Scan", TableName="pages", Limit=20)
        elif number % 3 == 1:
            self.dynamodb("GetItem", TableName="pages", Key={"id": {"S": self.key()}})
        else:
            by = {"milliseconds": self._choices.randrange(5000)}
            self.request("POST", "/kumo/clock", json.dumps({"advance": by}).encode())

    def objects(self, number: int) -> None:
        path = f"/pages/{self.key()}"
        if number % 4 == 0:
            self.request("PUT", path, b"body" * self._choices.randrange(100))
        elif number % 4 == 3:
            self.request("GET", "/pages?versions&max-keys=10")
        else:
            self.request("GET" if number % 4 == 1 else "DELETE", path)

    def upload(self, number: int) -> None:
        path = f"/pages/{self.key()}"
        upload = self.request("POST", f"{path}?uploads")[1].split(b"<UploadId>")[1].split(b"<")[0].decode()
        headers, _ = self.request("PUT", f"{path}?partNumber=1&uploadId={upload}", b"part" * 50)
        part = f"<Part><PartNumber>1</PartNumber><ETag>{headers['etag']}</ETag></Part>"
        body = f"<CompleteMultipartUpload>{part}</CompleteMultipartUpload>"
        self.request("POST", f"{path}?uploadId={upload}", body.encode())


def server(directory: Path | None, seed: str = "seed") -> Emulator:
    return Emulator(directory, arguments=["--deterministic", seed])


def control(emulator: Emulator, method: str, path: str, body: str = "") -> Any:
    with closing(HTTPConnection("127.0.0.1", emulator.port, timeout=30)) as connection:
        connection.request(method, path, body)
        return json.loads(connection.getresponse().read())


def state_hash(emulator: Emulator) -> str:
    return str(control(emulator, "GET", "/kumo/state/hash")["state_hash"])


@pytest.mark.parametrize("requests", [REQUESTS // 5, pytest.param(REQUESTS, marks=pytest.mark.slow)])
def test_two_processes_give_equal_bytes_and_an_equal_state(tmp_path: Path, requests: int) -> None:
    results = set()
    for directory in (tmp_path / "one", None):
        with server(directory) as emulator, closing(Script(emulator.port, 1)) as script:
            script.prepare()
            results.add((script.run(requests), state_hash(emulator)))
    assert len(results) == 1


@pytest.mark.slow
def test_another_seed_gives_other_bytes() -> None:
    digests = set()
    for seed in ("one", "two"):
        with server(None, seed) as emulator, closing(Script(emulator.port, 1)) as script:
            script.prepare()
            digests.add(script.run(5))
    assert len(digests) == 2


@pytest.mark.parametrize("ending", [pytest.param("stop", marks=pytest.mark.slow), "kill"])
def test_a_restart_goes_on_where_it_was(tmp_path: Path, ending: str) -> None:
    def digests() -> Iterator[str]:
        with server(tmp_path / next(names)) as emulator, closing(Script(emulator.port, 2)) as script:
            script.prepare()
            yield script.run(100)
            getattr(emulator, ending)()
            emulator.start()
            script.connect(emulator.port)
            yield script.run(100)
            yield state_hash(emulator)

    names = iter(("one", "two"))
    assert list(digests()) == list(digests())


def test_ids_are_not_given_out_again_after_a_restart(tmp_path: Path) -> None:
    with server(tmp_path / "state") as emulator:
        sqs = emulator.client("sqs")
        url = sqs.create_queue(QueueName="jobs")["QueueUrl"]
        answers = [sqs.send_message(QueueUrl=url, MessageBody="x")]
        emulator.kill()
        emulator.start()
        answers += [sqs.send_message(QueueUrl=url, MessageBody="x") for _ in range(3)]
    assert len({answer["MessageId"] for answer in answers}) == 4
    assert len({answer["ResponseMetadata"]["RequestId"] for answer in answers}) == 4


def test_empty_receives_change_no_id_of_what_is_kept() -> None:
    ids = set()
    for polls in (0, 3):
        with server(None) as emulator:
            sqs = emulator.client("sqs")
            url = sqs.create_queue(QueueName="jobs")["QueueUrl"]
            for _ in range(polls):
                sqs.receive_message(QueueUrl=url)
            ids.add(sqs.send_message(QueueUrl=url, MessageBody="x")["MessageId"])
    assert len(ids) == 1


def test_a_reset_brings_the_beginning_back() -> None:
    with server(None) as emulator:
        beginning = control(emulator, "GET", "/kumo/clock")
        assert (beginning["mode"], beginning["now"]) == ("frozen", "2026-01-01T00:00:00.000Z")
        control(emulator, "POST", "/kumo/clock", '{"advance": {"hours": 1}}')
        control(emulator, "POST", "/kumo/reset", "{}")
        assert control(emulator, "GET", "/kumo/clock") == beginning
