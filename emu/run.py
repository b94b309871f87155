"""One run of the server, from its settings to its exit."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from emu import last_words, log
from emu.app import build_app
from emu.aside import PROGRAM, REST_NAMES
from emu.determinism import make_repeatable
from emu.fold import code_digest, run_fold_process
from emu.init_scripts import InitScripts
from emu.seeding import (
    began_with_a_seed,
    check_apart,
    discard_run_dir,
    make_run_dir,
    original_kept,
    read_seed,
    remove_run_dir,
)
from emu.server import Server, address_of, bind
from emu.settings import SettingError, Settings
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

if TYPE_CHECKING:
    from emu.lifecycle import Lifecycle
    from emu.seed_watch import SeedWatch

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
        seen, goes_on, world, single = _begin(settings)
        world.record_reads = settings.record == "reads"
        ended_by = None
        if settings.data_dir is not None:
            ended_by = last_words.take(settings.data_dir)
            world.faults.leave_word = partial(last_words.leave, settings.data_dir)
        _tell_of_the_start(world, single, address_of(bound), started, ended_by)
        init_scripts = InitScripts(settings.init_dir)
        lifecycle = _lifecycle_of(world, settings)
        app = build_app(
            world,
            init_scripts,
            single_namespace=single,
            hostnames=settings.hostname,
            host=settings.host,
            lifecycle=lifecycle,
        )
        server = Server(app, world, init_scripts, bound, stop_with_stdin=settings.stop_with_stdin)
        await world.start()
        watches: list[DirectoryWatch | SeedWatch] = []
        try:
            if seen is not None:
                watches.append(await _seed_watch(world, lifecycle(), settings, seen, goes_on=goes_on))
            if settings.deterministic is not None:
                await make_repeatable(world, settings.deterministic)
            if settings.data_dir is not None:
                watches.append(DirectoryWatch(world, settings.data_dir))
            for watch in watches:
                watch.start()
            await server.serve(sockets=[bound])
        finally:
            stopping = time.perf_counter()
            for watch in watches:
                await watch.stop()
            result = await world.stop()
            world.events.lifecycle("stop", result=result, ms=_ms(stopping))
    if settings.run_dir is not None and settings.data_dir is not None:
        _leave_run_dir(settings.data_dir, orphaned=server.orphaned, clean=result == "clean")


def _leave_run_dir(path: Path, *, orphaned: bool, clean: bool) -> None:
    if orphaned:
        # Whoever started this is gone, and wasn't asked: what he was about may stand in there.
        log.info("the working directory is kept, since the standard input has ended", path=path)
    elif not clean:
        log.info("the working directory is kept, since it couldn't be brought to rest", path=path)
    else:
        remove_run_dir(path)


def _begin(settings: Settings) -> tuple[str | None, bool, World, bool]:
    """What the seed looked like where it is watched, whether the directory goes on without it, and the world. A start
    that is refused leaves nothing behind."""
    try:
        if settings.seed is not None and settings.data_dir is not None:
            check_apart(settings.seed, settings.data_dir)
        seen, goes_on = _seen(settings), _goes_on(settings)
        return seen, goes_on, *open_world(replace(settings, seed=None) if goes_on else settings)
    except (SettingError, DirectoryRefused):
        if settings.run_dir is not None and settings.data_dir is not None:
            discard_run_dir(settings.data_dir)
        raise


def _lifecycle_of(world: World, settings: Settings) -> Callable[[], Lifecycle]:
    """Gives what carries out snapshots, restores and resets; loaded and made when it is first asked for."""

    @cache
    def lifecycle() -> Lifecycle:
        from emu.lifecycle import Lifecycle
        from storage.snapshots.shelf import Shelf

        return Lifecycle(world, Shelf(settings.snapshot_dir or (settings.data_dir or Path()) / "snapshots"))

    return lifecycle


def _seen(settings: Settings) -> str | None:
    """What the seed's folder looks like before it is read; None where it isn't watched."""
    if not settings.watch_seed or settings.seed is None:
        return None
    from emu.seed_watch import signature

    return signature(settings.seed)


async def _seed_watch(world: World, lifecycle: Lifecycle, settings: Settings, seen: str, *, goes_on: bool) -> SeedWatch:
    from emu.seed_watch import SeedWatch

    assert settings.seed is not None
    watch = SeedWatch(world, lifecycle, settings.seed, _home(settings), seen)
    if goes_on:
        # The branch may have been switched while nothing ran.
        await watch.take_over()
    return watch


def open_world(settings: Settings, files: Files | None = None) -> tuple[World, bool]:
    """The world that the settings describe, and whether all calls meet in one namespace. ``files`` is for tests that
    watch the disk. Raises DirectoryRefused."""
    home = _home(settings)
    notes: list[str] = []
    started = time.perf_counter()
    seed = None if settings.seed is None else read_seed(settings.seed, home, notes.append)
    world, home = _ephemeral(settings, home, seed) if settings.data_dir is None else _durable(settings, seed, files)
    if seed is not None:
        for note in notes:
            log.info(note)
        _tell_of_the_seed(world, settings, started)
    return world, home.namespaces == "single"


def _home(settings: Settings) -> Home:
    return Home(_ACCOUNT, settings.region, settings.namespaces or "aws")


def _goes_on(settings: Settings) -> bool:
    """Whether a directory that began with a seed which is watched goes on, and needs none to begin with."""
    return (
        settings.watch_seed
        and not settings.fresh
        and settings.data_dir is not None
        and began_with_a_seed(settings.data_dir)
    )


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


def _tell_of_the_seed(world: World, settings: Settings, started: float) -> None:
    seed = world.store.seed
    if seed is None:
        return
    # A state that was there may have begun with another one.
    recovery = world.store.describe().get("recovery")
    planted = recovery is None or recovery["found"] == "seed"
    world.events.lifecycle(
        "seed",
        **({"path": str(settings.seed)} if planted else {}),
        snapshot=seed.name,
        commit=seed.commit,
        state_hash=seed.state_hash,
        result="planted" if planted else "kept",
        ms=_ms(started),
    )


def _tell_of_the_start(
    world: World, single: bool, address: str, started: float, ended_by: Mapping[str, Any] | None
) -> None:
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
        ms=_ms(started),
    )


def _tell_of_a_checkpoint(world: World, result: CheckpointResult) -> None:
    outcome = {"result": "written"} if result.error is None else {"result": "failed", "error": result.error}
    world.events.lifecycle("checkpoint", **outcome, lsn=result.lsn, rest=result.rest, ms=round(result.milliseconds))


def _counts(counts: Mapping[str, int]) -> str:
    return ",".join(f"{key}:{value}" for key, value in counts.items())


def _ms(started: float) -> int:
    return round((time.perf_counter() - started) * 1000)
