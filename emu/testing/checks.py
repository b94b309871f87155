"""What is wrong with a test before it has run. Each problem is a failure of the collection, with the test's place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pytest

from emu.testing.markers import CATEGORIES, MarkerError, Plan, plan_of, quarantine_of, uses_emu


def set_categories(items: Iterable[pytest.Item]) -> None:
    """Marks each test as stateless, ephemeral or persistent, but for markers that the project has registered itself."""
    for item in items:
        category = "stateless"
        if uses_emu(item):
            try:
                category = plan_of(item).state
            except MarkerError:  # is reported by `problems`
                continue
        if category in own_markers(item.config):
            item.add_marker(category)


def own_markers(config: pytest.Config) -> frozenset[str]:
    """The categories that are the plugin's to set."""
    return config.stash[CATEGORIES_KEY]


CATEGORIES_KEY = pytest.StashKey[frozenset[str]]()


def register_markers(config: pytest.Config) -> None:
    """Registers the plugin's markers, but for categories that the project has markers of the same name for."""
    registered = {line.partition(":")[0].partition("(")[0].strip() for line in config.getini("markers")}
    own: frozenset[str] = frozenset(name for name in CATEGORIES if name not in registered)
    config.stash[CATEGORIES_KEY] = own
    for name in sorted(own):
        config.addinivalue_line("markers", f"{name}: {CATEGORIES[name]}")
    config.addinivalue_line(
        "markers",
        "emu(state, seed, clock, faults, directory, deterministic): the emulated world of a test (docs/testing.md)",
    )
    config.addinivalue_line(
        "markers", "emu_quarantine(reason, until): a known failure, which fails nothing before its date"
    )


def problems(items: Sequence[pytest.Item], *, strict: bool, seeds: Path | None) -> Iterator[tuple[pytest.Item, str]]:
    """(test, sentence) of each test that can't be run as it is declared; ``strict`` takes ``emu_strict`` for set."""
    directories: dict[Path, pytest.Item] = {}
    for item in items:
        try:
            quarantine_of(item)
            if not uses_emu(item):
                continue
            plan = plan_of(item)
        except MarkerError as error:
            yield item, str(error)
            continue
        if plan.directory is not None:
            first = directories.setdefault(plan.directory.resolve(), item)
            if first is not item:
                yield item, f"The directory {plan.directory} is already that of {first.nodeid}."
        if strict:
            for problem in _strict_problems(item, plan, seeds):
                yield item, f"emu_strict: {problem}"


def _strict_problems(item: pytest.Item, plan: Plan, folder: Path | None) -> Iterator[str]:
    from emu.testing import seeds

    if not plan.declared:
        yield 'the test has a world, but declares no state: @pytest.mark.emu(state="ephemeral").'
    if plan.directory is not None:
        yield f"the test runs on {plan.directory}, which outlives it; without directory= it gets one of its own."
    if plan.seed is None:
        return
    try:
        seed = seeds.find(plan.seed, item.path, item.config.rootpath, folder)
    except seeds.SeedError as error:
        yield str(error)
        return
    if seed.commit is None:
        yield f"the manifest of the seed {seed.folder} names no commit of the code that made it."
    if not seeds.is_versioned(seed.folder):
        yield f"the seed {seed.folder} is not under version control."


def fail_collection(session: pytest.Session, item: pytest.Item, sentence: str) -> None:
    """Reports a test as one that can't be collected."""
    report = pytest.CollectReport(item.nodeid, "failed", f"{sentence}\n  {item.nodeid}", [])
    session.config.hook.pytest_collectreport(report=report)
