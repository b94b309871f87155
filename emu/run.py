"""One run of the server, from its settings to its exit."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

from emu import log
from emu.app import build_app
from emu.determinism import make_repeatable
from emu.fold import REST_NAMES, run_fold_process
from emu.init_scripts import InitScripts
from emu.server import Server, address_of, bind
from emu.settings import Settings
from emu.world import World
from services.ids import Ids, RandomIds, SeededIds
from storage.durable import ClaimedDirectory, DurableOptions
from storage.files import Files

_ACCOUNT = "000000000000"


async def run(settings: Settings) -> None:
    """Serves until it is told to stop. Raises SettingError where it can't begin."""
    started = time.perf_counter()
    log.configure(settings.log_level)
    for warning in settings.warnings:
        log.warning(warning)
    with bind(settings.host, settings.port) as bound:
        world, single = open_world(settings)
        world.record_reads = settings.record == "reads"
        log.info(
            "opened",
            address=address_of(bound),
            **_opened_fields(world),
            namespaces="single" if single else "aws",
            home="/".join(world.home),
            **{name: _counts(state.counts()) for name, state in world.states.items()},
            ms=round((time.perf_counter() - started) * 1000),
        )
        for note in _notes(world):
            log.warning(note)
        init_scripts = InitScripts(settings.init_dir)
        app = build_app(world, init_scripts, single_namespace=single, hostnames=settings.hostname)
        server = Server(app, world, init_scripts, bound)
        await world.start()
        if settings.deterministic is not None:
            await make_repeatable(world, settings.deterministic)
        try:
            await server.serve(sockets=[bound])
        finally:
            await world.stop()
    log.info("stopped")


def open_world(settings: Settings, files: Files | None = None) -> tuple[World, bool]:
    """The world that the settings describe, and whether all calls meet in one namespace. ``files`` is for tests that
    watch the disk. Raises DirectoryRefused."""
    if settings.data_dir is None:
        return World(ids=_ids(settings), home=(_ACCOUNT, settings.region)), settings.namespaces == "single"
    options = DurableOptions(
        durability=settings.durability,
        home=(_ACCOUNT, settings.region),
        namespaces=settings.namespaces,
        rest_names=REST_NAMES,
        flush_interval_ms=settings.flush_interval_ms,
        stop_timeout_s=settings.stop_timeout,
        run_fold=run_fold_process,
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
    return world, home.namespaces == "single"


def _ids(settings: Settings) -> Ids:
    return RandomIds() if settings.deterministic is None else SeededIds(settings.deterministic)


def _opened_fields(world: World) -> dict[str, object]:
    """What the first line of the log says of the store."""
    fields = dict(world.store.describe())
    recovery = fields.pop("recovery", None)
    if isinstance(recovery, dict):
        fields |= {"found": recovery["found"], "records_replayed": recovery["records"]}
    return fields


def _notes(world: World) -> Sequence[str]:
    """Sentences on what the opening met."""
    recovery = world.store.describe().get("recovery")
    return recovery["notes"] if recovery else ()


def _counts(counts: Mapping[str, int]) -> str:
    return ",".join(f"{key}:{value}" for key, value in counts.items())
