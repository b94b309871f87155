from __future__ import annotations

import pytest

from emu.clock.reading import WorldClock
from emu.clock.setting import LATEST_MS, REAL, Setting
from emu.clock.state import NAMESPACE, ClockState, set_clock
from services.clock import ManualClock
from services.machine import NoHooks


def state_of(setting: Setting | None) -> ClockState:
    state = ClockState(NoHooks())
    state.apply(*set_clock(setting))
    return state


@pytest.mark.parametrize(
    ("setting", "real_ms", "shown"),
    [
        (Setting(500), 99_999, 500),
        (Setting(500, 1000, 1), 1250, 750),
        (Setting(500, 1000, 60), 1250, 15_500),
        (Setting(500, 1000, 0.5), 1001, 500),
        (Setting(LATEST_MS - 10, 1000, 60), 1250, LATEST_MS),
    ],
)
def test_what_a_clock_shows(setting: Setting, real_ms: int, shown: int) -> None:
    assert setting.reading(real_ms) == shown


@pytest.mark.parametrize("setting", [None, Setting(500), Setting(500, 1000, 60), Setting(500, 1000, 0.25)])
def test_a_setting_survives_a_document_and_a_rewind(setting: Setting | None) -> None:
    state = state_of(setting)
    saved = state.save()
    loaded = ClockState(NoHooks())
    for account, region in state.namespaces():
        loaded.load(account, region, list(state.dump(account, region)))
    assert loaded.setting == setting
    state.clear()
    assert state.setting is None
    assert list(state.namespaces()) == []
    state.rewind(saved)
    assert state.setting == setting


def test_real_time_is_what_is_not_kept() -> None:
    state = state_of(Setting(1))
    state.apply("emu.set_clock", *NAMESPACE, REAL)
    assert state.setting is None


@pytest.mark.parametrize("line", [b'"clock":{"mode":"sideways"}', b'"clock":5', b'"other":{}'])
def test_a_document_that_is_not_what_was_written(line: bytes) -> None:
    with pytest.raises(ValueError, match="emu"):
        ClockState(NoHooks()).load(*NAMESPACE, [b"{", line, b"}"])


def test_kumo_sees_nothing_of_it() -> None:
    assert list(state_of(Setting(1)).dump_kumo("000000000000", "us-east-1", None, print)) == [b"{", b"}"]


@pytest.mark.parametrize(
    ("setting", "seconds"), [(None, 2.0), (Setting(0), None), (Setting(1_000_000, 1_000_000, 4), 0.5)]
)
def test_how_long_a_sleep_until_a_moment_is(setting: Setting | None, seconds: float | None) -> None:
    clock = WorldClock(ManualClock(1_000_000))
    clock.follow(state_of(setting))
    assert clock.seconds_until(clock.now_ms() + 2000) == seconds
    assert clock.seconds_until(clock.now_ms()) == 0
