"""What a fault does to a connection and to the process, and the levers that need a real server."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing
from http.client import HTTPConnection, IncompleteRead, RemoteDisconnected
from pathlib import Path
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError

from emu.testing import Emulator

ONCE = Config(retries={"total_max_attempts": 1})
Control = Callable[..., Any]


def connected(server: Emulator) -> AbstractContextManager[HTTPConnection]:
    return closing(HTTPConnection("127.0.0.1", server.port, timeout=30))


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Emulator]:
    with Emulator(tmp_path / "state") as emulator:
        yield emulator
        assert "Traceback" not in emulator.log, emulator.log[-4000:]


@pytest.fixture
def control(server: Emulator) -> Control:
    def call(method: str, path: str, body: Any = None) -> Any:
        with connected(server) as connection:
            connection.request(method, path, None if body is None else json.dumps(body))
            answer = connection.getresponse()
            content = json.loads(answer.read())
        assert answer.status < 400, content
        return content

    return call


@pytest.fixture
def queue(server: Emulator) -> Iterator[Any]:
    sqs = server.client("sqs", config=ONCE)
    url = sqs.create_queue(QueueName="jobs")["QueueUrl"]

    class Queue:
        def send(self, body: str) -> Any:
            return sqs.send_message(QueueUrl=url, MessageBody=body)

        def receive(self, wait: int = 0) -> list[str]:
            answer = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=wait)
            return [message["Body"] for message in answer.get("Messages", [])]

        def count(self) -> int:
            names = ["ApproximateNumberOfMessages"]
            attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
            return int(attributes[names[0]])

    yield Queue()
    sqs.close()


@pytest.mark.parametrize(("kind", "left"), [("reset-before-commit", 0), ("lost-acknowledgement", 1)])
def test_the_connection_is_reset(server: Emulator, control: Control, queue: Any, kind: str, left: int) -> None:
    control("POST", "/kumo/faults", {"kind": kind, "service": "sqs", "operation": "SendMessage", "nth": 2})
    queue.send("first")
    with pytest.raises(BotoCoreError):
        queue.send("second")
    assert queue.count() == 1 + left
    server.kill()
    server.start()
    assert queue.count() == 1 + left


def test_a_reset_is_a_reset(server: Emulator, control: Control) -> None:
    control("POST", "/kumo/faults", {"kind": "lost-acknowledgement", "service": "s3"})
    with connected(server) as connection:
        connection.request("GET", "/")
        with pytest.raises(ConnectionResetError) as caught:
            connection.getresponse()
    assert not isinstance(caught.value, RemoteDisconnected)


@pytest.mark.parametrize(("kind", "left"), [("reset-before-commit", 0), ("lost-acknowledgement", 1)])
def test_a_reset_may_come_late(server: Emulator, control: Control, queue: Any, kind: str, left: int) -> None:
    control("POST", "/kumo/faults", {"kind": kind, "service": "sqs", "operation": "SendMessage", "latency_ms": 300})
    started = time.monotonic()
    with pytest.raises(BotoCoreError):
        queue.send("x")
    assert time.monotonic() - started >= 0.29
    assert queue.count() == left


@pytest.mark.parametrize("size", [1, 2, 1000, 3_000_000])
def test_a_body_that_ends_half_way(server: Emulator, control: Control, size: int) -> None:
    s3 = server.client("s3")
    s3.create_bucket(Bucket="pages")
    s3.put_object(Bucket="pages", Key="a", Body=b"x" * size)
    control("POST", "/kumo/faults", {"kind": "truncated-body", "service": "s3", "operation": "GetObject", "count": 1})
    with connected(server) as connection:
        connection.request("GET", "/pages/a")
        answer = connection.getresponse()
        assert (answer.status, answer.getheader("content-length")) == (200, str(size))
        with pytest.raises(IncompleteRead) as caught:
            answer.read()
    assert len(caught.value.partial) == size // 2
    assert s3.get_object(Bucket="pages", Key="a")["Body"].read() == b"x" * size


@pytest.mark.parametrize("method", ["HEAD", "PUT"])
def test_an_answer_without_a_body_is_cut_before_it(server: Emulator, control: Control, method: str) -> None:
    s3 = server.client("s3")
    s3.create_bucket(Bucket="pages")
    s3.put_object(Bucket="pages", Key="a", Body=b"x")
    control("POST", "/kumo/faults", {"kind": "truncated-body", "service": "s3", "count": 1})
    with connected(server) as connection:
        connection.request(method, "/pages/a", b"y" if method == "PUT" else None)
        with pytest.raises(ConnectionResetError):
            connection.getresponse()


def recovery(server: Emulator) -> dict[str, Any]:
    (entry,) = (
        entry for entry in server.control.lines("/kumo/events", what="lifecycle") if entry["name"] == "recovery"
    )
    return entry


@pytest.mark.parametrize(("when", "left"), [("before-flush", 1), ("after-flush", 2)])
def test_a_crash_at_a_commit(server: Emulator, control: Control, queue: Any, when: str, left: int) -> None:
    control("POST", "/kumo/faults", {"kind": "crash", "commits": 2, "when": when})
    queue.send("first")
    with pytest.raises(BotoCoreError):
        queue.send("second")
    server._process.wait(10)  # type: ignore[union-attr]
    assert not server.running
    assert "a fault kills the server" in server.log
    server.start()
    assert queue.count() == left
    assert control("GET", "/kumo/faults") == {"faults": []}
    # The run's events went with it; the next one's say what ended it, and the one after that has nothing to say.
    ended_by = {"fault": "crash", "rule": "fault-1", "lsn": 3, "when": when}
    assert recovery(server)["ended_by"] == ended_by
    server.kill()
    server.start()
    assert "ended_by" not in recovery(server)


def test_a_long_poll_ends_under_a_clock_that_stands_still(server: Emulator, control: Control, queue: Any) -> None:
    control("POST", "/kumo/clock", {"freeze": True})
    started = time.monotonic()
    assert queue.receive(wait=1) == []
    assert 0.9 < time.monotonic() - started < 5


def test_a_clock_that_runs_fast(control: Control, queue: Any) -> None:
    control("POST", "/kumo/clock", {"run": 60})
    queue.send("x")
    assert queue.receive() == ["x"]
    started = time.monotonic()
    assert queue.receive(wait=20) == []  # 20 s of that clock
    assert queue.receive(wait=20) == ["x"]  # its visibility timeout of 30 s has ended
    assert time.monotonic() - started < 5


def test_the_clock_survives_a_stop_and_a_kill(server: Emulator, control: Control, queue: Any) -> None:
    control("POST", "/kumo/clock", {"freeze": "2026-01-01T00:00:00Z"})
    frozen = control("GET", "/kumo/clock")
    for end in (server.stop, server.kill):
        end()
        server.start()
        assert control("GET", "/kumo/clock") == frozen
    assert queue.send("x")["ResponseMetadata"]["HTTPHeaders"]["date"] == "Thu, 01 Jan 2026 00:00:00 GMT"


def test_every_mutation_says_its_record_and_the_barrier_waits_for_it(control: Control, queue: Any) -> None:
    lsn = int(queue.send("x")["ResponseMetadata"]["HTTPHeaders"]["x-emu-lsn"])
    assert control("GET", f"/kumo/durable?lsn={lsn}") == {"lsn": lsn, "durable": True}
    assert control("POST", "/kumo/wait", {"until": [{"durable": lsn}]})["met"]


def test_following_the_events_ends_with_the_server(server: Emulator, control: Control, queue: Any) -> None:
    with connected(server) as connection:
        connection.request("GET", "/kumo/events?follow=true&what=mark")
        answer = connection.getresponse()
        lines: list[bytes] = []
        reader = threading.Thread(target=lambda: lines.extend(answer))
        control("POST", "/kumo/events", {"name": "one"})
        reader.start()
        control("POST", "/kumo/events", {"name": "two"})
        started = time.monotonic()
        server.stop()
        reader.join(10)
    assert time.monotonic() - started < 2.5
    assert [json.loads(line)["name"] for line in lines] == ["one", "two"]


def test_reads_are_recorded_on_request() -> None:
    with Emulator(arguments=["--record", "reads"]) as emulator:
        emulator.client("s3").list_buckets()
        dynamodb = emulator.client("dynamodb")
        dynamodb.list_tables()
        with connected(emulator) as connection:
            connection.request("GET", "/kumo/events?what=read")
            answer = connection.getresponse().read()
        read = [json.loads(line)["operation"] for line in answer.splitlines()]
    assert read == ["ListBuckets", "ListTables"]


@pytest.mark.parametrize("when", ["before-flush", "after-flush"])
def test_a_crash_at_a_reset(server: Emulator, control: Control, queue: Any, when: str) -> None:
    queue.send("first")
    control("POST", "/kumo/faults", {"kind": "crash", "commits": 1, "when": when})
    with pytest.raises((ConnectionResetError, RemoteDisconnected)):
        control("POST", "/kumo/reset")
    assert server.has_ended(10)
    server.start()
    left = server.client("sqs").list_queues().get("QueueUrls", [])
    assert bool(left) is (when == "before-flush")
