"""What keeps a test off the real AWS: an environment that leads to emu, and sockets that lead nowhere else.

The environment is inherited by the processes that a test starts; the sockets are guarded in the test's own process.
"""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from emu.testing.levers import REGION

ENDPOINT_URL = "AWS_ENDPOINT_URL"
_ENDPOINTS_OF_SERVICES = frozenset(f"{ENDPOINT_URL}_{service}" for service in ("S3", "SQS", "DYNAMODB", "STS"))
"""They go before the one of all: https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html"""
_KEPT = frozenset({"AWS_DEFAULT_OUTPUT", "AWS_PAGER", "AWS_CA_BUNDLE", "AWS_MAX_ATTEMPTS", "AWS_RETRY_MODE"})
"""AWS_* that a test keeps: none leads anywhere or identifies anyone."""

_REAL_NAME = re.compile(r"(^|\.)(amazonaws\.com(\.cn)?|api\.aws|api\.amazonwebservices\.com\.cn|aws\.dev)\.?$")
_METADATA = frozenset({"169.254.169.254", "169.254.170.2", "169.254.170.23", "fd00:ec2::254", "fd00:ec2::23"})
"""Instance metadata and the credentials of ECS and EKS:
https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html"""


class RealAwsRefused(RuntimeError):
    """The test tried to reach the real AWS."""


class EndpointElsewhere(UserWarning):
    """The user's own fixture leads code that makes clients away from emu, maybe to another emulator."""


def variables(endpoint_url: str) -> dict[str, str]:
    """The variables that lead boto3, the CLI and the other SDKs to emu and away from everything else."""
    no_proxy = ",".join(
        filter(None, [os.environ.get("no_proxy", os.environ.get("NO_PROXY", "")), "127.0.0.1,localhost"])
    )
    return {
        ENDPOINT_URL: endpoint_url,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_REGION": REGION,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "NO_PROXY": no_proxy,
        "no_proxy": no_proxy,
    }


@contextmanager
def environment(endpoint_url: str, **further: str) -> Iterator[None]:
    """os.environ leads to emu for as long as this lasts; what was changed for it is as before afterwards."""
    led = variables(endpoint_url) | further
    touched = {name for name in os.environ if name.startswith("AWS_") and name not in _KEPT} | set(led)
    before = {name: os.environ.get(name) for name in touched}
    for name in touched:
        os.environ.pop(name, None)
    os.environ.update(led)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def led_elsewhere(endpoint_url: str) -> str | None:
    """Where AWS_ENDPOINT_URL leads, in a sentence, if not to emu: a fixture from the days of another emulator may set
    it, and what is tested then isn't emu."""
    found = {name: url for name, url in os.environ.items() if name == ENDPOINT_URL or name in _ENDPOINTS_OF_SERVICES}
    done = [f"has set {name} to {url}" for name, url in sorted(found.items()) if url != endpoint_url]
    if ENDPOINT_URL not in found:
        done.append(f"has taken {ENDPOINT_URL} away")
    if not done:
        return None
    return f"A fixture of this test {' and '.join(done)}: clients made with that don't lead to emu at {endpoint_url}."


class SocketGuard:
    """Refuses names and addresses of the real AWS while it is on; ``refused`` collects what was tried."""

    def __init__(self) -> None:
        self.refused: list[str] = []

    @contextmanager
    def on(self) -> Iterator[None]:
        resolve, connect, connect_ex = socket.getaddrinfo, socket.socket.connect, socket.socket.connect_ex

        def guarded_resolve(host: Any, *arguments: Any, **options: Any) -> Any:
            self._check(host)
            return resolve(host, *arguments, **options)

        def guarded(real: Callable[..., Any]) -> Callable[..., Any]:
            def call(sock: socket.socket, address: Any) -> Any:
                self._check(address[0] if isinstance(address, tuple) else None)
                return real(sock, address)

            return call

        replacements: list[tuple[Any, str, Any]] = [
            (socket, "getaddrinfo", guarded_resolve),
            (socket.socket, "connect", guarded(connect)),
            (socket.socket, "connect_ex", guarded(connect_ex)),
        ]
        with patched(replacements):
            yield

    def _check(self, host: Any) -> None:
        name = host.decode("ascii", "replace") if isinstance(host, bytes) else host
        if isinstance(name, str) and is_real_aws(name):
            self.refused.append(name)
            raise RealAwsRefused(
                f"This test tried to reach the real AWS at {name}. AWS_ENDPOINT_URL leads to emu during the test; was"
                " the client made before it began, or with an endpoint of its own? Fixtures of a wider scope than a"
                " test's make theirs with endpoint_url=emu_endpoint_url."
            )


def is_real_aws(host: str) -> bool:
    """Whether a host name or address is AWS's own."""
    return host in _METADATA or bool(_REAL_NAME.search(host.lower()))


@contextmanager
def patched(replacements: list[tuple[Any, str, Any]]) -> Iterator[None]:
    """Attributes replaced for a while; those that a class had only inherited are gone again afterwards."""
    before = [(owner, name, vars(owner).get(name)) for owner, name, _ in replacements]
    for owner, name, value in replacements:
        setattr(owner, name, value)
    try:
        yield
    finally:
        for owner, name, value in before:
            if value is None:
                delattr(owner, name)
            else:
                setattr(owner, name, value)
