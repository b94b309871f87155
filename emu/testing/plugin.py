"""The pytest plugin's hooks. pytest loads this module in every run of everyone who has emu installed, so it loads
next to nothing itself, and a run without a test that uses emu is left as it is."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest

from emu.testing import fixtures

REPETITION = "_emu_repetition"
_OWN = frozenset({"_emu_world", "_emu_state", REPETITION})


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("emu", "emu: emulated S3, SQS and DynamoDB")
    group.addoption(
        "--emu-update-snapshots",
        action="store_true",
        help="let emu.check_snapshot() write the project's snapshots, for review, instead of comparing with them",
    )
    group.addoption(
        "--emu-repeat", type=_at_least(1), default=1, metavar="N", help="run each test that uses emu N times"
    )
    group.addoption(
        "--emu-jitter",
        type=_at_least(0),
        default=0,
        metavar="MS",
        help="delay each call to emu by up to MS milliseconds, each repetition in another way",
    )
    group.addoption("--emu-bundles", metavar="DIR", help="where the bundles of failed tests are kept")
    parser.addini("emu_bundles", "where the bundles of failed tests are kept", default="emu-bundles")
    parser.addini("emu_snapshots", "folder of the project's snapshots (default: snapshots/ beside the test or above)")
    parser.addini("emu_strict", "refuse tests whose world is not declared in full", type="bool", default=False)


def pytest_configure(config: pytest.Config) -> None:
    from emu.testing.checks import register_markers

    register_markers(config)
    config.pluginmanager.register(fixtures, "emu-fixtures")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    from emu.testing.markers import STATE, STATES, is_for_both, needs_world

    definition = metafunc.definition
    if not needs_world(definition):
        return
    metafunc.fixturenames.extend(name for name in (STATE, REPETITION) if name not in metafunc.fixturenames)
    if is_for_both(definition):
        # Scoped so that pytest runs those in memory together: each change of state is a change of server.
        metafunc.parametrize(STATE, STATES, indirect=True, scope="session")
    times = metafunc.config.getoption("emu_repeat")
    if times > 1:
        metafunc.parametrize(REPETITION, range(1, times + 1), indirect=True, ids=[f"run{n + 1}" for n in range(times)])


def pytest_itemcollected(item: pytest.Item) -> None:
    """A test whose code alone meets emu, by its environment, has a world by its marker. Here and not before: what
    :func:`pytest_generate_tests` adds is gone again once a test is parametrized, and it isn't asked for unittest's."""
    from emu.testing.markers import WORLD, needs_world

    if needs_world(item) and WORLD not in item.fixturenames:
        item.fixturenames.append(WORLD)


@pytest.hookimpl(tryfirst=True)
def pytest_fixture_setup(fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest) -> None:
    """The world begins before everything of the test's own, of which any may meet it: ``setup_method``, fixtures."""
    if fixturedef.scope == "function" and fixturedef.argname not in _OWN and _uses_emu(request.node):
        from emu.testing.markers import WORLD

        request.getfixturevalue(WORLD)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(session: pytest.Session, config: pytest.Config, items: list[pytest.Item]) -> None:
    from emu.testing import checks
    from emu.testing.markers import uses_emu

    chosen_by_category = any(name in config.option.markexpr for name in checks.own_markers(config))
    if chosen_by_category or any(uses_emu(item) for item in items):
        checks.set_categories(items)
    folder = config.getini("emu_snapshots")
    seeds = config.rootpath / folder if folder else None
    refused = list(checks.problems(items, strict=config.getini("emu_strict"), seeds=seeds))
    for item, sentence in refused:
        checks.fail_collection(session, item, sentence)
    if refused:  # xdist runs what was collected in spite of errors
        items[:] = [item for item in items if all(item is not other for other, _ in refused)]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    if not (_uses_emu(item) or item.config.getini("emu_strict")):
        return (yield)
    from emu.testing.guards import SocketGuard

    guard = item.stash[_GUARD] = SocketGuard()
    with guard.on():
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    if not _uses_emu(item):
        result = yield
    else:
        from emu.testing.forks import ended_at_the_test
        from emu.testing.sessions import warn_if_led_elsewhere

        warn_if_led_elsewhere(item)
        with ended_at_the_test():
            result = yield
    guard = item.stash.get(_GUARD, None)
    if guard is not None and guard.refused:  # the test's code has swallowed it
        pytest.fail(f"The test tried to reach the real AWS: {', '.join(sorted(set(guard.refused)))}", pytrace=False)
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    uses_emu = _uses_emu(item)
    if report.failed:
        from emu.testing import outcomes

        if uses_emu:
            outcomes.keep_bundle(item, report)
        outcomes.apply_quarantine(item, report)
    if uses_emu and report.when == "teardown":
        from emu.testing import sessions

        sessions.forget_world(item)
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    from emu.testing.outcomes import summarize

    summarize(terminalreporter)


def pytest_unconfigure(config: pytest.Config) -> None:
    import sys

    if "emu.testing.sessions" in sys.modules:
        sys.modules["emu.testing.sessions"].close(config)


_GUARD: pytest.StashKey[Any] = pytest.StashKey()


def _uses_emu(item: pytest.Item) -> bool:
    from emu.testing.markers import uses_emu

    return uses_emu(item)


def _at_least(low: int) -> Any:
    def whole(text: str) -> int:
        value = int(text)
        if value < low:
            raise ValueError(text)
        return value

    return whole
