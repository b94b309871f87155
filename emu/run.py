"""One run of the server, from its settings to its exit."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from emu import log
from emu.app import build_app
from emu.aside import PROGRAM, REST_NAMES
from emu.determinism import make_repeatable
from emu.fold import run_fold_process
from emu.init_scripts import InitScripts
from emu.seeding import keep_original, make_run_dir, read_seed, remove_run_dir
from emu.server import Server, address_of, bind
from emu.settings import Settings
from emu.watching import DirectoryWatch
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


async def run(settings: Settings) -> None:
    """Serves until it is told to stop. Raises SettingError where it can't begin."""
    started = time.perf_counter()
    log.configure(settings.log_level)
    for warning in settings.warnings:
        log.warning(warning)
    with bind(settings.host, settings.port) as bound:
        if settings.run_dir is not None:
            settings = replace(settings, data_dir=make_run_dir(settings.run_dir, os.environ))
        world, single = open_world(settings)
        world.record_reads = settings.record == "reads"
        _tell_of_the_start(world, single, address_of(bound), started)
        init_scripts = InitScripts(settings.init_dir)
        app = build_app(
            world,
            init_scripts,
            single_namespace=single,
            hostnames=settings.hostname,
            host=settings.host,
            snapshots=settings.snapshot_dir or (settings.data_dir or Path()) / "snapshots",
        )
        server = Server(app, world, init_scripts, bound)
        await world.start()
        if settings.deterministic is not None:
            await make_repeatable(world, settings.deterministic)
        watch = None if settings.data_dir is None else DirectoryWatch(world, settings.data_dir)
        try:
            if watch is not None:
                watch.start()
            await server.serve(sockets=[bound])
        finally:
            stopping = time.perf_counter()
            if watch is not None:
                await watch.stop()
            await world.stop()
    world.events.lifecycle("stop", result="clean", ms=_ms(stopping))
    if settings.run_dir is not None and settings.data_dir is not None:
        remove_run_dir(settings.data_dir)


def open_world(settings: Settings, files: Files | None = None) -> tuple[World, bool]:
    """The world that the settings describe, and whether all calls meet in one namespace. ``files`` is for tests that
    watch the disk. Raises DirectoryRefused."""
    home = Home(_ACCOUNT, settings.region, settings.namespaces or "aws")
    notes: list[str] = []
    seed = None if settings.seed is None else read_seed(settings.seed, home, notes.append)
    world, home = _ephemeral(settings, home, seed) if settings.data_dir is None else _durable(settings, seed, files)
    if seed is not None:
        for note in notes:
            log.info(note)
        if world.store.seed is not None:
            planted = world.store.seed
            fields = {"snapshot": planted.name, "commit": planted.commit, "state_hash": planted.state_hash}
            world.events.lifecycle("seed", path=str(settings.seed), **fields)
    return world, home.namespaces == "single"


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
    if settings.keep_original and (copy := keep_original(settings.data_dir)) is not None:
        log.info("the directory was copied before it is taken over", copy=copy)
    worlds: list[World] = []

    def on_checkpoint(result: CheckpointResult) -> None:
        for world in worlds:
            _tell_of_a_checkpoint(world, result)

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
    claimed = ClaimedDirectory(settings.data_dir, options)
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


def _tell_of_the_start(world: World, single: bool, address: str, started: float) -> None:
    described = dict(world.store.describe())
    recovery = described.pop("recovery", None)
    if recovery is not None:
        world.events.lifecycle(
            "recovery",
            found=recovery["found"],
            records=recovery["records"],
            lsn=described["lsn"],
            ms=recovery["milliseconds"],
        )
        for note in recovery["notes"]:
            log.info(note)
    world.events.lifecycle(
        "start",
        address=address,
        **described,
        namespaces="single" if single else "aws",
        home="/".join(world.home),
        **{name: _counts(counts) for name, state in world.states.items() if (counts := state.counts())},
        ms=_ms(started),
    )


def _tell_of_a_checkpoint(world: World, result: CheckpointResult) -> None:
    outcome = {"result": "written"} if result.error is None else {"result": "failed", "error": result.error}
    world.events.lifecycle("checkpoint", **outcome, lsn=result.lsn, rest=result.rest, ms=round(result.milliseconds))


def _counts(counts: Mapping[str, int]) -> str:
    return ",".join(f"{key}:{value}" for key, value in counts.items())


def _ms(started: float) -> int:
    return round((time.perf_counter() - started) * 1000)
