"""Many clients at once, in a process of their own: `python -m benchmarks.load PORT CLIENTS CALLS`.

Every client has a keep-alive connection and sends its next request when the last one is answered. The requests are
read from standard input, one a line in base64, and sent in turn; what came of it is one line of JSON: the seconds
that all calls took together, and each call's latency in microseconds.
"""

from __future__ import annotations

import itertools
import json
import selectors
import socket
import subprocess
import sys
import time
from base64 import b64decode, b64encode
from collections.abc import Iterable
from dataclasses import dataclass

from benchmarks.servers import ROOT

_LENGTH = b"content-length:"


@dataclass(frozen=True)
class Load:
    """What came of it: calls a second, and the latency in ms that so many hundredths of the calls kept below."""

    calls: int
    seconds: float
    latencies_us: tuple[int, ...]

    @property
    def rate(self) -> float:
        return self.calls / self.seconds

    def percentile_ms(self, hundredth: int) -> float:
        return self.latencies_us[min(self.calls - 1, self.calls * hundredth // 100)] / 1000


def put_load(port: int, requests: Iterable[bytes], *, clients: int, calls: int) -> Load:
    """Runs a process of clients to its end."""
    return finish(begin(port, requests, clients=clients, calls=calls))


def begin(port: int, requests: Iterable[bytes], *, clients: int, calls: int) -> subprocess.Popen[bytes]:
    """Starts a process of clients; :func:`finish` waits for it."""
    command = [sys.executable, "-m", "benchmarks.load", str(port), str(clients), str(calls)]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin is not None
    process.stdin.write(b"\n".join(map(b64encode, requests)))
    process.stdin.close()
    process.stdin = None
    return process


def finish(process: subprocess.Popen[bytes]) -> Load:
    output, _ = process.communicate(timeout=600)
    if process.returncode:
        raise RuntimeError("the load's process failed")
    value = json.loads(output)
    return Load(len(value["latencies_us"]), value["seconds"], tuple(sorted(value["latencies_us"])))


class _Client:
    """One connection; `data` is what has come of the present answer."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.data = b""
        self.sent_ns = 0

    def send(self, request: bytes) -> None:
        self.data = b""
        self.sent_ns = time.perf_counter_ns()
        self.socket.sendall(request)

    def answered(self) -> bool:
        """Whether the answer is whole, after what can be read now."""
        received = self.socket.recv(1 << 18)
        if not received:
            raise ConnectionError("the server closed the connection")
        self.data += received
        head, end, body = self.data.partition(b"\r\n\r\n")
        if not end:
            return False
        if head[9:10] != b"2":
            raise ConnectionError(self.data[:1000].decode(errors="replace"))
        lowered = head.lower()
        at = lowered.find(_LENGTH)
        length = int(lowered[at + len(_LENGTH) :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        return len(body) >= length


def _run(port: int, clients: int, calls: int, requests: list[bytes]) -> dict[str, object]:
    turns = itertools.cycle(requests)
    latencies: list[int] = []
    waiting = selectors.DefaultSelector()
    started = time.perf_counter()
    left = calls
    for _ in range(min(clients, calls)):
        client = _Client(port)
        waiting.register(client.socket, selectors.EVENT_READ, client)
        client.send(next(turns))
        left -= 1
    while len(latencies) < calls:
        for key, _ in waiting.select():
            client = key.data
            if not client.answered():
                continue
            latencies.append((time.perf_counter_ns() - client.sent_ns) // 1000)
            if left:
                left -= 1
                client.send(next(turns))
    return {"seconds": time.perf_counter() - started, "latencies_us": latencies}


if __name__ == "__main__":
    given = [b64decode(line) for line in sys.stdin.buffer.read().splitlines()]
    given_port, given_clients, given_calls = map(int, sys.argv[1:4])
    print(json.dumps(_run(given_port, given_clients, given_calls, given)))
