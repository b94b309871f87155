"""The plugin's fixtures. Whatever they need is loaded when a test first asks for one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from emu.testing.handle import Handle


@pytest.fixture
def _emu_state(request: pytest.FixtureRequest) -> str | None:
    """The state that a test of both runs in this time."""
    return getattr(request, "param", None)


@pytest.fixture
def _emu_repetition(request: pytest.FixtureRequest) -> int:
    """Which of ``--emu-repeat`` it is."""
    return int(getattr(request, "param", 1))


@pytest.fixture
def _emu_world(request: pytest.FixtureRequest, _emu_state: str | None, _emu_repetition: int) -> Iterator[Handle]:
    """A clean world, and an environment in which the user's own code finds it."""
    from emu.testing.sessions import world_of

    with world_of(request.node, _emu_repetition) as handle:
        yield handle


@pytest.fixture
def emu(request: pytest.FixtureRequest, _emu_world: Handle) -> Iterator[Handle]:
    """The test's emulated AWS: clock, wait_until, fault, events, snapshot, restore, diff, kill, restart, …"""
    from emu.testing.guards import environment
    from emu.testing.sessions import warn_if_led_elsewhere

    warn_if_led_elsewhere(request.node)
    with environment(_emu_world.endpoint_url):  # again: fixtures before this one may have led elsewhere
        yield _emu_world


@pytest.fixture(scope="session")
def emu_endpoint_url(pytestconfig: pytest.Config) -> str:
    """Where emu answers, in this process and for as long as it lasts: for clients of fixtures that outlive a test.

    What such a fixture stores is not there in a test: each begins with a clean world.
    """
    from emu.testing.sessions import worker_of

    return worker_of(pytestconfig).endpoint_url


@pytest.fixture
def s3(emu: Handle) -> Any:
    """A boto3 client of the emulated S3."""
    return emu.client("s3")


@pytest.fixture
def sqs(emu: Handle) -> Any:
    """A boto3 client of the emulated SQS."""
    return emu.client("sqs")


@pytest.fixture
def dynamodb(emu: Handle) -> Any:
    """A boto3 client of the emulated DynamoDB."""
    return emu.client("dynamodb")
