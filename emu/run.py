"""One run of the server, from its settings to its exit."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from emu import last_words, log
from emu.app import build_app
from emu.determinism import make_repeatable
from emu.init_scripts import InitScripts
from emu.lifecycle_events import ms_since, tell_of_the_start
from emu.opening import home_of, open_world
from emu.seeding import began_with_a_seed, check_apart, discard_run_dir, make_run_dir, remove_run_dir
from emu.server import Server, address_of, bind
from emu.settings import SettingError, Settings
from emu.watching import DirectoryWatch
from emu.world import World
from storage.errors import DirectoryRefused

if TYPE_CHECKING:
    from emu.lifecycle import Lifecycle
    from emu.seed_watch import SeedWatch


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
        tell_of_the_start(world, single, address_of(bound), started, ended_by)
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
            world.events.lifecycle("stop", result=result, ms=ms_since(stopping))
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
    watch = SeedWatch(world, lifecycle, settings.seed, home_of(settings), seen)
    if goes_on:
        # The branch may have been switched while nothing ran.
        await watch.take_over()
    return watch


def _goes_on(settings: Settings) -> bool:
    """Whether a directory that began with a seed which is watched goes on, and needs none to begin with."""
    return (
        settings.watch_seed
        and not settings.fresh
        and settings.data_dir is not None
        and began_with_a_seed(settings.data_dir)
    )
