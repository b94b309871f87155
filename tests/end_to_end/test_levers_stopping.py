"""``--stop-with-stdin``: a server that ends with whoever started it, however he ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

_TIMEOUT_S = 30


def _environment(**more: str) -> dict[str, str]:
    return {key: value for key, value in os.environ.items() if not key.startswith(("KUMO_", "AWS_"))} | more


def _command(*arguments: str) -> list[str]:
    return [sys.executable, "-P", "-m", "emu", "serve", "--port", "0", *arguments]


@contextmanager
def server(arguments: Sequence[str], **environment: str) -> Iterator[subprocess.Popen[str]]:
    """A process whose standard input is a pipe, once it serves."""
    process = subprocess.Popen(
        _command(*arguments), env=_environment(**environment), text=True,
        stdin=subprocess.PIPE, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        assert process.stderr is not None
        for line in process.stderr:
            if "ready to serve" in line:
                break
        yield process
    finally:
        process.kill()
        process.wait(_TIMEOUT_S)
        for stream in (process.stdin, process.stderr):
            assert stream is not None
            stream.close()


def _rest_of_the_log(process: subprocess.Popen[str]) -> str:
    assert process.stderr is not None
    log = process.stderr.read()
    process.wait(_TIMEOUT_S)
    return log


def test_the_end_of_standard_input_is_a_clean_stop(tmp_path: Path) -> None:
    with server(["--stop-with-stdin", "--data-dir", str(tmp_path / "state")]) as process:
        assert process.stdin is not None
        process.stdin.write("what is written is nobody's\n")
        process.stdin.flush()
        assert process.poll() is None
        process.stdin.close()
        log = _rest_of_the_log(process)
    assert process.returncode == 0
    assert "since the standard input has ended" in log
    assert "result=clean" in log
    assert (tmp_path / "state" / "sqs.json").exists()


def test_the_variable_does_the_same_and_the_working_directory_is_kept(tmp_path: Path) -> None:
    with server(["--run-dir", str(tmp_path)], KUMO_STOP_WITH_STDIN="1") as process:
        assert process.stdin is not None
        process.stdin.close()
        log = _rest_of_the_log(process)
    assert process.returncode == 0
    (directory,) = tmp_path.iterdir()
    assert f"path={directory}" in log
    assert "is kept" in log


def test_a_signal_is_still_a_clean_stop_that_removes_the_working_directory(tmp_path: Path) -> None:
    with server(["--stop-with-stdin", "--run-dir", str(tmp_path)]) as process:
        process.send_signal(signal.SIGTERM)
        log = _rest_of_the_log(process)
    assert process.returncode == 0
    assert "standard input" not in log
    assert list(tmp_path.iterdir()) == []


def test_without_it_the_end_of_standard_input_means_nothing() -> None:
    with server([]) as process:
        assert process.stdin is not None
        process.stdin.close()
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.7)


_RUNNER = """
import subprocess, sys, time
server = subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
while "ready to serve" not in server.stderr.readline(): pass
print(server.pid, flush=True)
time.sleep(60)
"""


def test_a_killed_runner_leaves_no_server_behind(tmp_path: Path) -> None:
    """The runner dies of SIGKILL: no handler, no exit hook, no finally runs in it."""
    runner = subprocess.Popen(
        [sys.executable, "-c", _RUNNER, *_command("--stop-with-stdin", "--data-dir", str(tmp_path / "state"))],
        env=_environment(), stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert runner.stdout is not None
    pid = int(runner.stdout.readline())
    watched = os.pidfd_open(pid)
    try:
        runner.kill()
        runner.communicate(timeout=_TIMEOUT_S)
        assert _ends(watched)
    finally:
        os.close(watched)
    assert (tmp_path / "state" / "sqs.json").exists()


def _ends(pidfd: int) -> bool:
    """Whether a process that isn't our child comes to its end."""
    import select

    return bool(select.select([pidfd], [], [], _TIMEOUT_S)[0])


@pytest.mark.parametrize("how", ["null", "file", "closed"])
def test_a_standard_input_that_says_nothing_is_refused_with_one_sentence(tmp_path: Path, how: str) -> None:
    file = tmp_path / "file"
    file.touch()
    command: list[str] = _command("--stop-with-stdin", "--data-dir", str(tmp_path / "state"))
    options: dict[str, Any] = {"stdin": subprocess.DEVNULL}
    if how == "closed":
        command = ["/bin/sh", "-c", 'exec "$@" <&-', "sh", *command]
    with file.open() as opened:
        if how == "file":
            options["stdin"] = opened
        ended = subprocess.run(
            command, env=_environment(), capture_output=True, text=True, timeout=_TIMEOUT_S, check=False, **options
        )
    assert ended.returncode == 2
    (sentence,) = ended.stderr.strip().splitlines()
    assert "--stop-with-stdin" in sentence
    assert {"null": "/dev/null", "file": "a file", "closed": "closed"}[how] in sentence
    assert not (tmp_path / "state").exists()


def test_a_server_that_was_started_without_a_standard_input_stops_cleanly() -> None:
    command = ["/bin/sh", "-c", 'exec "$@" <&-', "sh", *_command()]
    process = subprocess.Popen(command, env=_environment(), stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    while "ready to serve" not in process.stderr.readline():
        assert process.poll() is None
    process.send_signal(signal.SIGTERM)
    log = _rest_of_the_log(process)
    process.stderr.close()
    assert process.returncode == 0, log
