"""What the event log is told of a run's own steps: recovery, start, seed, checkpoint. Each is one entry, and one line
of the log; :mod:`emu.lifecycle` tells of those that are asked for."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from emu import log
from emu.world import World
from storage.options import CheckpointResult


def tell_of_the_start(
    world: World, single: bool, address: str, started: float, ended_by: Mapping[str, Any] | None
) -> None:
    """started: the reading of ``time.perf_counter`` at the program's start. ended_by: what the last run said of its
    crash."""
    described = dict(world.store.describe())
    recovery = described.pop("recovery", None)
    if recovery is not None:
        world.events.lifecycle(
            "recovery",
            result="recovered",
            found=recovery["found"],
            records=recovery["records"],
            lsn=described["lsn"],
            ms=recovery["milliseconds"],
            **({} if ended_by is None else {"ended_by": ended_by}),
        )
        for note in recovery["notes"]:
            log.info(note)
    world.events.lifecycle(
        "start",
        result="started",
        address=address,
        **described,
        namespaces="single" if single else "aws",
        home="/".join(world.home),
        **{name: _counts(counts) for name, state in world.states.items() if (counts := state.counts())},
        ms=ms_since(started),
    )


def tell_of_the_seed(world: World, path: Path | None, started: float) -> None:
    """path: where the seed was read from."""
    seed = world.store.seed
    if seed is None:
        return
    # A state that was there may have begun with another one.
    recovery = world.store.describe().get("recovery")
    planted = recovery is None or recovery["found"] == "seed"
    world.events.lifecycle(
        "seed",
        **({"path": str(path)} if planted else {}),
        snapshot=seed.name,
        commit=seed.commit,
        state_hash=seed.state_hash,
        result="planted" if planted else "kept",
        ms=ms_since(started),
    )


def tell_of_a_checkpoint(world: World, result: CheckpointResult) -> None:
    outcome = {"result": "written"} if result.error is None else {"result": "failed", "error": result.error}
    world.events.lifecycle("checkpoint", **outcome, lsn=result.lsn, rest=result.rest, ms=round(result.milliseconds))


def ms_since(started: float) -> int:
    """Milliseconds since a reading of ``time.perf_counter``."""
    return round((time.perf_counter() - started) * 1000)


def _counts(counts: Mapping[str, int]) -> str:
    return ",".join(f"{key}:{value}" for key, value in counts.items())
