"""The measure at its smallest size: that it runs and what it writes, not how fast anything is."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.client import Answer, Connection, Requests, record_answers, with_body
from benchmarks.servers import Spec, echo, emu, process_cpu_s, running

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads Linux's accounting of processes")


@pytest.mark.slow
def test_a_tiny_run_writes_all_figures(tmp_path: Path) -> None:
    written = tmp_path / "calls.json"
    options = ["--mode", "memory", "--rounds", "1", "--calls", "2", "--starts", "1", "--json", str(written)]
    command = [sys.executable, "-m", "benchmarks.calls", *options]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr

    result = json.loads(written.read_text())
    assert list(result["servers"]) == ["echo", "memory"]
    for server in result["servers"].values():
        assert len(server["cpu_us"]) == 8
        assert 0 < sum(server["cpu_us"].values()) < 8e6
        assert 0 < server["idle_mib"]["uss"] <= server["idle_mib"]["pss"] <= server["idle_mib"]["rss"]
        assert 0 < server["start_ms"] < 60_000
    assert all(call in done.stdout for call in result["servers"]["echo"]["cpu_us"])


def test_the_echo_gives_the_recorded_answers_in_turn() -> None:
    answers = [Answer(200, [("content-length", "2")], b"ab"), Answer(201, [("content-length", "1")], b"c")]
    with running(echo()) as server, Connection(server.port) as connection:
        connection.call(record_answers(server.port, answers))
        request = Requests(server.port).build("s3", "put_object", Bucket="b", Key="k", Body=b"x" * 1024)
        got = [connection.call(request) for _ in range(3)]
        assert [(answer.status, answer.body) for answer in got] == [(200, b"ab"), (201, b"c"), (200, b"ab")]
        assert server.cpu_s() > 0


def test_requests_are_what_boto3_signs() -> None:
    request = Requests(45678).build("sqs", "send_message", QueueUrl="http://127.0.0.1:45678/0/q", MessageBody="m")
    head, _, body = request.partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    assert lines[0] == b"POST / HTTP/1.1"
    assert b"Host: 127.0.0.1:45678" in {line.replace(b"host:", b"Host:") for line in lines}
    assert any(line.startswith(b"Authorization: AWS4-HMAC-SHA256 Credential=test/") for line in lines)
    assert f"Content-Length: {len(body)}".encode() in lines

    other = with_body(request, b"another body").partition(b"\r\n\r\n")
    assert other[2] == b"another body"
    assert other[0].count(b"Content-Length: ") == 1
    assert other[0].endswith(b"Content-Length: 12")


def test_a_peer_is_a_command_or_a_running_server() -> None:
    assert Spec.of("other=run --port {port}") == Spec("other", "run --port {port}")
    assert Spec.of("other=http://127.0.0.1:4566#12") == Spec("other", "", running=(4566, 12))


def test_only_the_durable_emu_has_a_directory() -> None:
    assert emu("durable", durable=True).command == emu("memory", durable=False).command + " --data-dir {dir}"


def test_cpu_time_is_that_of_another_process() -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", "sum(range(1_000_000)); print(flush=True); input()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        assert child.stdout is not None
        child.stdout.readline()
        assert 0.001 < process_cpu_s(child.pid) < 60
    finally:
        child.communicate(b"\n")
