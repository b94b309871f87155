"""The servers under measurement: their start, their CPU time and their memory, as Linux accounts them."""

import os
import shlex
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.client import CallFailed, Connection, Requests

START_TIMEOUT_S = 60
ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Spec:
    """How a server is started: `command` with `{port}` and `{dir}` to be filled in, or a URL and a pid.

    `{dir}` is an empty directory that is removed with the server.
    """

    name: str
    command: str
    environment: tuple[tuple[str, str], ...] = ()
    running: tuple[int, int] | None = None

    @classmethod
    def of(cls, text: str) -> "Spec":
        """Read `NAME=COMMAND` or `NAME=http://127.0.0.1:PORT#PID`."""
        name, _, command = text.partition("=")
        if command.startswith("http://127.0.0.1:"):
            port, _, pid = command.removeprefix("http://127.0.0.1:").partition("#")
            return cls(name, "", running=(int(port.rstrip("/")), int(pid)))
        return cls(name, command)


def emu(name: str, *, durable: bool) -> Spec:
    """emu of this checkout, in memory or with a data directory."""
    command = f"{shlex.quote(sys.executable)} -m emu --host 127.0.0.1 --port {{port}}"
    return Spec(name, command + (" --data-dir {dir}" if durable else ""))


def echo() -> Spec:
    """The bare echo."""
    return Spec("echo", f"{shlex.quote(sys.executable)} -m benchmarks.echo {{port}}")


def ministack(command: str) -> Spec:
    """MiniStack from its own environment; it would listen on all interfaces if it weren't told."""
    return Spec("ministack", command, (("BIND_HOST", "127.0.0.1"), ("GATEWAY_PORT", "{port}")))


@dataclass(frozen=True)
class Server:
    """A server that answers."""

    name: str
    port: int
    pid: int
    start_ms: float | None

    def cpu_s(self) -> float:
        """CPU seconds of the process so far, all threads, user and system."""
        return process_cpu_s(self.pid)

    def memory_mib(self) -> dict[str, float]:
        """Resident (rss), proportional (pss) and unshared (uss) memory of the process in MiB."""
        lines = Path(f"/proc/{self.pid}/smaps_rollup").read_text().splitlines()[1:]
        kib = {name: int(value.split()[0]) for name, _, value in (line.partition(":") for line in lines)}
        sums_kib = {"rss": kib["Rss"], "pss": kib["Pss"], "uss": kib["Private_Clean"] + kib["Private_Dirty"]}
        return {name: round(size_kib / 1024, 1) for name, size_kib in sums_kib.items()}


@contextmanager
def running(spec: Spec) -> Iterator[Server]:
    """Start the server, wait for its first answer, and end it afterwards."""
    if spec.running:
        port, pid = spec.running
        yield Server(spec.name, port, pid, None)
        return
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="emu-calls-") as folder, tempfile.TemporaryFile() as log:
        filled = {"port": str(port), "dir": f"{folder}/state"}
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "KUMO_"))}
        environment |= {name: value.format_map(filled) for name, value in spec.environment}
        command = [word.format_map(filled) for word in shlex.split(spec.command)]
        probe = Requests(port).build("s3", "list_buckets")
        started = time.perf_counter()
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        try:
            try:
                wait_for_answer(process, port, probe)
            except CallFailed as error:
                log.seek(0)
                last_words = log.read()[-2000:].decode(errors="replace")
                raise CallFailed(f"{spec.name}: {error}\n{last_words}") from error
            start_ms = (time.perf_counter() - started) * 1000
            yield Server(spec.name, port, process.pid, start_ms)
        finally:
            process.terminate()
            process.wait(30)


def wait_for_answer(process: "subprocess.Popen[bytes]", port: int, probe: bytes) -> None:
    """Return once the server answers the probe; raise CallFailed if it ends or takes too long."""
    deadline = time.perf_counter() + START_TIMEOUT_S
    while time.perf_counter() < deadline:
        if process.poll() is not None:
            raise CallFailed(f"ended with status {process.returncode}")
        try:
            with Connection(port) as connection:
                connection.call(probe)
            return
        except ConnectionRefusedError:
            time.sleep(0.005)
    raise CallFailed(f"no answer within {START_TIMEOUT_S} s")


def free_port() -> int:
    """A loopback port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def process_cpu_s(pid: int) -> float:
    """CPU seconds of a process with all its threads, ended ones too.

    The clock is the one that clock_getcpuclockid(3) names: the sum that /proc/PID/stat shows in ticks of 10 ms,
    in nanoseconds.
    """
    return time.clock_gettime((~pid << 3) | 2)
