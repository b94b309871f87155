"""How a data directory is kept: everything that whoever opens one may choose."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from storage.content import Content
from storage.files import Files
from storage.journal.segment import SEGMENT_BYTES
from storage.pointer import Durability, Namespaces


@dataclass(frozen=True, slots=True)
class FoldRequest:
    """The arguments of :func:`storage.checkpoint.fold`, for a process of its own. rest: whether a rest form is
    written. whole: whether it is for a snapshot, which needs to know of every body."""

    path: Path
    folder: Path
    up_to: int
    rest: bool
    whole: bool = False


@dataclass(frozen=True, slots=True)
class CheckpointResult:
    """A checkpoint that ran. rest: whether the rest form was brought up to date. error: why it failed, else None."""

    lsn: int
    rest: bool
    milliseconds: float
    error: str | None = None


StopResult = Literal["clean", "live", "failed"]
"""clean: everything is as it should be at rest. live: what was acknowledged is in the journal, and the next start goes
on from that, since base and rest form couldn't be written. failed: the disk failed before."""


@dataclass(frozen=True, slots=True)
class DurableOptions:
    """See each.

    durability: ``fsync`` answers when a record is on the disk; ``os`` when the operating system has it.
    home: account and region of a directory that has none yet. namespaces: how calls for other namespaces are taken;
    None:
        as the directory says, and for one that says nothing ``single`` if Kumo wrote it, else ``aws``.
    rest_names: the machines that have a rest form, in the order in which it is written.
    flush_interval_ms: after so long without a commit the rest form is brought up to date; 0 for never.
    stop_timeout_s: how long a clean stop may take to write base and rest form.
    run_fold: carries out a fold in a process of its own and returns its exit status; None: no checkpoints while it
    runs.
    on_checkpoint: is told of every checkpoint that ran.
    seed: what a fresh directory begins with; one that holds a state is refused then, unless ``reuse``, which keeps its
    state. fresh: what state it holds is removed first.
    segment_bytes: to what size the journal's files are made. files: the disk.
    """

    durability: Durability = "fsync"
    home: tuple[str, str] = ("000000000000", "us-east-1")
    namespaces: Namespaces | None = None
    rest_names: Sequence[str] = ()
    flush_interval_ms: int = 1000
    stop_timeout_s: float = 8.0
    run_fold: Callable[[FoldRequest], Awaitable[int]] | None = None
    on_checkpoint: Callable[[CheckpointResult], None] = lambda result: None
    seed: Content | None = None
    reuse: bool = False
    fresh: bool = False
    segment_bytes: int = SEGMENT_BYTES
    files: Files = field(default_factory=Files)
