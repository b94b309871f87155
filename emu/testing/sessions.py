"""What the plugin keeps over a run: the process's server, and each test's world and outcome."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from emu.testing.errors import TestingError
from emu.testing.guards import EndpointElsewhere, environment, led_elsewhere
from emu.testing.handle import Handle
from emu.testing.jitter import Jitter
from emu.testing.markers import plan_of
from emu.testing.sdk import default_session
from emu.testing.shelf import Place
from emu.testing.worker import MAIN, Worker
from emu.testing.worlds import World

_WORKER = pytest.StashKey[Worker]()
_WORLD = pytest.StashKey[World]()


def worker_of(config: pytest.Config) -> Worker:
    """The process's server, made when the first test needs it."""
    if _WORKER not in config.stash:
        name = getattr(config, "workerinput", {}).get("workerid", MAIN)
        config.stash[_WORKER] = Worker(re.sub(r"\W", "", name), config.rootpath)
    return config.stash[_WORKER]


def close(config: pytest.Config) -> None:
    """Ends what the run has started."""
    if _WORKER in config.stash:
        config.stash[_WORKER].close()
        del config.stash[_WORKER]


def present_world(item: pytest.Item) -> World | None:
    """The world of a test, from its set-up until it is removed."""
    return item.stash.get(_WORLD, None)


def warn_if_led_elsewhere(item: pytest.Item) -> None:
    """Warns, at the test's place, if the user's own code wouldn't find the test's world."""
    world = present_world(item)
    sentence = None if world is None else led_elsewhere(world.worker.endpoint_url)
    if world is not None and sentence is not None:
        warnings.warn_explicit(sentence, EndpointElsewhere, str(world.place.file), world.place.line)


def forget_world(item: pytest.Item) -> None:
    """Removes what the test's world has left, if it came to have one."""
    if _WORLD in item.stash:
        item.stash[_WORLD].remove()
        del item.stash[_WORLD]


@contextmanager
def world_of(item: pytest.Item, repetition: int) -> Iterator[Handle]:
    """The world that a test declares, for as long as it lasts."""
    config = item.config
    jitter_ms = config.getoption("emu_jitter")
    world = World(
        worker_of(config),
        plan_of(item),
        Place(
            test=item.nodeid,
            file=item.path,
            line=(item.location[1] or 0) + 1,
            root=config.rootpath,
            seeds=seeds_folder(config),
            update_snapshots=config.getoption("emu_update_snapshots"),
        ),
        Jitter(jitter_ms, f"{item.nodeid} {repetition}") if jitter_ms else None,
    )
    item.stash[_WORLD] = world
    with environment(world.worker.endpoint_url), default_session():
        try:
            with _told_in_a_sentence():
                world.begin()
            yield Handle(world)
        finally:
            with _told_in_a_sentence():
                world.end()
            item.user_properties += [("emu_updated_snapshot", str(folder)) for folder in world.updated]


@contextmanager
def _told_in_a_sentence() -> Iterator[None]:
    """What is wrong with a world is in the error's text; the way through the plugin to it tells nobody more."""
    try:
        yield
    except TestingError as error:
        raise pytest.fail.Exception(str(error), pytrace=False) from None


def seeds_folder(config: pytest.Config) -> Path | None:
    """The folder of the project's snapshots, if its settings name one."""
    named = config.getini("emu_snapshots")
    return config.rootpath / named if named else None
