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
def emu(_emu_world: Handle) -> Handle:
    """The test's emulated AWS: clock, wait_until, fault, events, snapshot, restore, diff, kill, restart, …"""
    return _emu_world


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
