"""Child processes with a log each, on loopback ports of their own."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Self
from urllib.error import HTTPError, URLError
from urllib.request import ProxyHandler, build_opener

HOST = "127.0.0.1"
ROOT = Path(__file__).resolve().parents[2]

loopback = build_opener(ProxyHandler({}))
"""Opens URLs without the machine's proxy, if it has one."""


class ProcessError(Exception):
    """A process died or didn't answer; the message ends with its last words."""


class Process:
    """A running Python process; `with` ends it.

    `arguments` follow the interpreter's name; standard output and error are appended to the file `log`.
    """

    def __init__(
        self,
        name: str,
        arguments: Sequence[str],
        *,
        log: Path,
        env: dict[str, str] | None = None,
        cwd: Path = ROOT,
        stdin: int = subprocess.DEVNULL,
    ) -> None:
        self.name = name
        self.log = log
        with log.open("ab") as output:
            self._popen = subprocess.Popen(
                [sys.executable, *arguments], stdin=stdin, stdout=output, stderr=output, env=env, cwd=cwd
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def check(self) -> None:
        """Raise ProcessError if the process has ended."""
        status = self._popen.poll()
        if status is not None:
            last_words = "\n".join(self.log.read_text(errors="replace").splitlines()[-15:])
            raise ProcessError(f"{self.name} ended with status {status}:\n{last_words}")

    def wait_for(self, url: str, *, timeout_s: float = 30) -> None:
        """Return once `url` answers 200; raise ProcessError if the process ends or the time is over."""
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            self.check()
            try:
                with loopback.open(url, timeout=timeout_s):
                    return
            except HTTPError as error:
                error.close()
            except URLError:
                pass
            time.sleep(0.02)
        raise ProcessError(f"{self.name} did not answer 200 at {url} within {timeout_s:g} s")

    def kill(self) -> None:
        """Send SIGKILL; `stop` waits for the end."""
        self._popen.kill()

    def stop(self, *, timeout_s: float = 20) -> int:
        """SIGTERM, and SIGKILL if it hasn't gone after `timeout_s`; returns the exit status."""
        self._popen.terminate()
        try:
            status = self._popen.wait(timeout_s)
        except subprocess.TimeoutExpired:
            self._popen.kill()
            status = self._popen.wait()
        if self._popen.stdin:
            self._popen.stdin.close()
        return status


def free_port() -> int:
    """A loopback port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def aws_environment(endpoint: str) -> dict[str, str]:
    """This process's environment with nothing of AWS and emu in it but the endpoint and test credentials."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "KUMO_"))}
    return kept | {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "NO_PROXY": f"{HOST},localhost",
        "no_proxy": f"{HOST},localhost",
    }
