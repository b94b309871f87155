"""States beside the live ones: what folds, snapshots and seeds are built with."""

from __future__ import annotations

from typing import Protocol

from emu.world import new_states
from services.machine import State
from storage.content import Program

REST_NAMES = ("s3", "sqs", "dynamodb")
"""The services that Kumo writes a document of too, in the order in which they are brought to rest."""


class Counting(Protocol):
    """What is told of references to bodies."""

    def retain(self, sha256: str) -> None: ...

    def release(self, sha256: str) -> None: ...


class _Hooks:
    """A state that nobody waits for tells only which bodies it refers to."""

    def __init__(self, references: Counting) -> None:
        self.retain = references.retain
        self.release = references.release

    def notify(self, topic: tuple[str, ...]) -> None:
        return


def states_aside(references: Counting) -> dict[str, State]:
    """Empty states that tell ``references`` which bodies they refer to."""
    return new_states(_Hooks(references))


PROGRAM = Program(states_aside, REST_NAMES)
