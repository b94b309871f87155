"""Opens the world that the settings describe: in memory or in a directory, empty, seeded or with what was there."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

from emu import log
from emu.aside import PROGRAM, REST_NAMES
from emu.fold import code_digest, run_fold_process
from emu.lifecycle_events import tell_of_a_checkpoint, tell_of_the_seed
from emu.seeding import original_kept, read_seed
from emu.settings import Settings
from emu.world import World
from services.ids import Ids, RandomIds, SeededIds
from storage.content import Content
from storage.durable import ClaimedDirectory, DurableOptions
from storage.errors import DirectoryRefused
from storage.files import Files
from storage.memory import MemoryStore
from storage.options import CheckpointResult
from storage.pointer import Home
from storage.replacement import StateRefused

_ACCOUNT = "000000000000"


def open_world(settings: Settings, files: Files | None = None) -> tuple[World, bool]:
    """The world that the settings describe, and whether all calls meet in one namespace. ``files`` is for tests that
    watch the disk. Raises DirectoryRefused."""
    home = home_of(settings)
    notes: list[str] = []
    started = time.perf_counter()
    seed = None if settings.seed is None else read_seed(settings.seed, home, notes.append)
    world, home = _ephemeral(settings, home, seed) if settings.data_dir is None else _durable(settings, seed, files)
    if seed is not None:
        for note in notes:
            log.info(note)
        tell_of_the_seed(world, settings.seed, started)
    return world, home.namespaces == "single"


def home_of(settings: Settings) -> Home:
    """The namespace of calls that name none, where no data directory says another."""
    return Home(_ACCOUNT, settings.region, settings.namespaces or "aws")


def _ephemeral(settings: Settings, home: Home, seed: Content | None) -> tuple[World, Home]:
    if seed is not None:
        home = replace(seed.home, namespaces=settings.namespaces or seed.home.namespaces)

    def open_store(states: Mapping[str, Any], bodies: Any) -> MemoryStore:
        store = MemoryStore(states, bodies, home)
        if seed is not None:
            try:
                store.plant(seed, PROGRAM)
            except StateRefused as error:
                raise DirectoryRefused(f"The seed {settings.seed} can't be used: {error}.") from error
        return store

    return World(ids=_ids(settings), open_store=open_store, home=(home.account, home.region)), home


def _durable(settings: Settings, seed: Content | None, files: Files | None) -> tuple[World, Home]:
    assert settings.data_dir is not None
    code_digest()
    with original_kept(settings.data_dir) if settings.keep_original else nullcontext() as copy:
        world, home = _claimed(settings, settings.data_dir, seed, files)
    if copy is not None:
        log.info("the directory was copied before it was taken over", copy=copy)
    return world, home


def _claimed(settings: Settings, data_dir: Path, seed: Content | None, files: Files | None) -> tuple[World, Home]:
    worlds: list[World] = []

    def on_checkpoint(result: CheckpointResult) -> None:
        for world in worlds:
            tell_of_a_checkpoint(world, result)

    options = DurableOptions(
        durability=settings.durability,
        home=(_ACCOUNT, settings.region),
        namespaces=settings.namespaces,
        rest_names=REST_NAMES,
        flush_interval_ms=settings.flush_interval_ms,
        stop_timeout_s=settings.stop_timeout,
        run_fold=run_fold_process,
        on_checkpoint=on_checkpoint,
        seed=seed,
        reuse=settings.reuse,
        fresh=settings.fresh,
        files=files or Files(),
    )
    claimed = ClaimedDirectory(data_dir, options)
    try:
        home = claimed.home
        world = World(
            ids=_ids(settings),
            bodies=claimed.bodies,
            open_store=claimed.open_store,
            home=(home.account, home.region),
        )
    except BaseException:
        claimed.release()
        raise
    worlds.append(world)
    return world, home


def _ids(settings: Settings) -> Ids:
    return RandomIds() if settings.deterministic is None else SeededIds(settings.deterministic)
