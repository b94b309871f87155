"""The program from outside: its command line, its first log lines, its health, its stop."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import orjson
import pytest

from emu.testing import Emulator, EmulatorError


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """A command that ends by itself."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("KUMO_", "AWS_"))}
    return subprocess.run(
        [sys.executable, "-P", "-m", "emu", *arguments],
        env={**clean, **environment}, capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip


def ask(emulator: Emulator, method: str, path: str, **headers: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", emulator.port, timeout=10)
    try:
        connection.request(method, path, headers=headers)
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def test_version_and_help() -> None:
    assert run("--version").stdout.startswith("emu ")
    assert "--data-dir" in run("serve", "--help").stdout


@pytest.mark.parametrize(
    ("arguments", "environment", "words"),
    [
        (["--port", "http"], {}, ["--port", "'http'", "0 to 65535"]),
        ([], {"KUMO_LOG_LEVEL": "loud"}, ["KUMO_LOG_LEVEL", "'loud'", "debug, info, warn or error"]),
        (["serve", "--durability", "none"], {}, ["--durability", "'none'", "fsync or os"]),
    ],
)
def test_a_bad_setting_stops_the_start_with_one_sentence(
    arguments: list[str], environment: dict[str, str], words: list[str]
) -> None:
    ended = run(*arguments, **environment)
    assert ended.returncode != 0
    assert all(word in ended.stderr for word in words)
    assert len(ended.stderr.strip().splitlines()) == 1


def test_a_taken_port_stops_the_start_and_leaves_the_directory_alone(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        ended = run("--port", port, "--data-dir", str(tmp_path / "state"))
    assert ended.returncode != 0
    assert port in ended.stderr
    assert len(ended.stderr.strip().splitlines()) == 1
    assert not (tmp_path / "state").exists()


@pytest.mark.parametrize("make", ["file", "unwritable"])
def test_a_directory_that_cannot_be_used_stops_the_start(tmp_path: Path, make: str) -> None:
    path = tmp_path / "state"
    if make == "file":
        path.write_text("not a directory")
    else:
        path = Path("/proc/emu-state")
    ended = run("--port", "0", "--data-dir", str(path))
    assert ended.returncode != 0
    assert str(path) in ended.stderr
    assert "Traceback" not in ended.stderr


def test_the_first_lines_say_what_was_started(tmp_path: Path) -> None:
    with Emulator(tmp_path / "state") as emulator:
        recovered, first = emulator.log.splitlines()[:2]
        assert "found=fresh" in recovered
        assert f"address=http://127.0.0.1:{emulator.port}" in first
        for word in ("mode=durable", "durability=fsync", "namespaces=aws", str(tmp_path / "state"), "ms="):
            assert word in first
    with Emulator() as emulator:
        assert "mode=ephemeral" in emulator.log.splitlines()[0]


def test_an_unknown_variable_is_warned_of_once() -> None:
    with Emulator(environment={"KUMO_PROT": "1"}) as emulator:
        assert emulator.log.count("KUMO_PROT") == 1


def test_the_data_directory_may_come_from_the_environment(tmp_path: Path) -> None:
    with Emulator(environment={"KUMO_DATA_DIR": str(tmp_path / "state")}) as emulator:
        emulator.client("sqs").create_queue(QueueName="jobs")
    assert (tmp_path / "state" / "sqs.json").exists()


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "PATCH"])
def test_health_is_kumos_to_the_byte_for_any_method(emulator: Emulator, method: str) -> None:
    assert ask(emulator, method, "/health") == (200, b'{"status":"healthy"}')


def test_health_answers_head(emulator: Emulator) -> None:
    assert ask(emulator, "HEAD", "/health") == (200, b"")


def test_a_signed_call_to_a_control_path_is_a_bucket(emulator: Emulator, s3: Any) -> None:
    s3.create_bucket(Bucket="kumo")
    s3.put_object(Bucket="kumo", Key="state", Body=b"an object")
    assert s3.get_object(Bucket="kumo", Key="state")["Body"].read() == b"an object"
    status, body = ask(emulator, "GET", "/kumo/state")
    assert status == 200
    assert orjson.loads(body)["services"]["s3"]["buckets"] >= 1
    s3.delete_object(Bucket="kumo", Key="state")
    s3.delete_bucket(Bucket="kumo")


def test_an_unknown_control_path_is_a_clear_404(emulator: Emulator) -> None:
    status, body = ask(emulator, "GET", "/kumo/nothing")
    assert status == 404
    assert b"/kumo/nothing" in body


def test_init_scripts_prepare_the_world_before_it_is_ready(tmp_path: Path) -> None:
    (tmp_path / "10-bucket.sh").write_text(
        f"{sys.executable} -c 'import os, urllib.request as u; "
        'u.urlopen(u.Request(os.environ["AWS_ENDPOINT_URL"] + "/made-by-init", method="PUT"))\'\n'
    )
    with Emulator(arguments=["--init-dir", str(tmp_path)]) as emulator:
        assert [bucket["Name"] for bucket in emulator.client("s3").list_buckets()["Buckets"]] == ["made-by-init"]


def test_a_failing_init_script_keeps_it_from_being_ready(tmp_path: Path) -> None:
    (tmp_path / "10-fails.sh").write_text("exit 1\n")
    emulator = Emulator(arguments=["--init-dir", str(tmp_path)], timeout_s=3)
    with pytest.raises(EmulatorError, match="10-fails"):
        emulator.start()
    emulator.close()


def test_a_stop_ends_a_long_poll_at_once(tmp_path: Path) -> None:
    with Emulator() as emulator:
        sqs = emulator.client("sqs")
        url = sqs.create_queue(QueueName="jobs")["QueueUrl"]
        connection = http.client.HTTPConnection("127.0.0.1", emulator.port, timeout=10)
        body = orjson.dumps({"QueueUrl": url, "WaitTimeSeconds": 20})
        headers = {"X-Amz-Target": "AmazonSQS.ReceiveMessage", "Content-Type": "application/x-amz-json-1.0"}
        connection.request("POST", "/", body, headers)
        os.kill(emulator.pid, signal.SIGTERM)
        assert connection.getresponse().status == 503
        connection.close()
        emulator.stop()


def test_a_second_process_on_the_directory_is_refused_with_the_first_ones_pid(tmp_path: Path) -> None:
    with Emulator(tmp_path) as first:
        ended = run("--port", "0", "--data-dir", str(tmp_path))
        assert ended.returncode != 0
        assert str(first.pid) in ended.stderr
        assert socket.gethostname() in ended.stderr
        assert first.running
