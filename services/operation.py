"""The declarative tables: what a service consists of, and each of its operations.

A table is also the coverage document: an operation of AWS's model that isn't in it is answered with 501.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from services.bodies import Digest
from services.machine import Hooks, State
from services.traits import Traits

if TYPE_CHECKING:
    from services.context import Context

Coverage = Literal["implemented", "stored only"]


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation.

    run: ``(ctx, request) -> response``; dicts with the model's member names. Synchronous unless it waits for something.
    changes: the kinds it may commit; none for one that only reads.
    coverage: "stored only" for a setting that is kept and served but has no effect.
    digests: for an operation with a streamed body: the digests to compute on the way, from the decoded headers.
    before_body: for such an operation: refuses what can be refused before the body comes. ``run`` looks once more.
    """

    run: Callable[[Context, dict[str, Any]], dict[str, Any] | Awaitable[dict[str, Any]]]
    changes: tuple[str, ...] = ()
    coverage: Coverage = "implemented"
    digests: Callable[[dict[str, Any]], dict[str, Digest]] | None = None
    before_body: Callable[[Context, dict[str, Any]], None] | None = None

    @property
    def mutates(self) -> bool:
        return bool(self.changes)


@dataclass(frozen=True, slots=True)
class Service:
    """One service.

    name: its endpoint prefix and signing name; also the first part of its change kinds and the name of its document.
    title: as AWS writes it.
    operations: by AWS's operation name.
    new_state: makes an empty state; None for a service that keeps nothing.
    next_deadline_ms: when :attr:`fire` has something to do next; None for never.
    fire: commits what is due at ``now_ms`` (retention, TTL), at most 1,000 changes a call, each decision in the change.
    deliver: takes events of another service for the resource that an ARN names: the changes that deliver them, or None
        where there is no such resource. They are committed by the caller, in the same record as what caused them.
    check_body: compares a body that came whole with what the request's headers (lower-case names) say, or should have
        said, about it.
    traits: what the published model leaves out about the service's protocols.
    """

    name: str
    title: str
    operations: Mapping[str, Operation]
    new_state: Callable[[Hooks], State] | None
    next_deadline_ms: Callable[[Any], int | None] = lambda state: None
    fire: Callable[[Context, int], None] | None = None
    deliver: Callable[[Context, str, Sequence[str]], list[Any] | None] | None = None
    check_body: Callable[[Context, Mapping[str, str], bytes], None] | None = None
    traits: Traits = Traits()
