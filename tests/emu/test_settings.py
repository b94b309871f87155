from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from emu.settings import SETTINGS, SettingError, resolve


def test_defaults() -> None:
    settings = resolve({}, {})
    assert (settings.host, settings.port, settings.data_dir) == ("127.0.0.1", 4566, None)
    assert (settings.region, settings.durability, settings.flush_interval_ms) == ("us-east-1", "fsync", 1000)
    assert settings.warnings == ()


def test_a_variable_beats_the_default_and_a_flag_beats_the_variable() -> None:
    assert resolve({}, {"KUMO_PORT": "4600"}).port == 4600
    assert resolve({"port": "4700"}, {"KUMO_PORT": "4600"}).port == 4700


def test_every_setting_can_be_given_by_its_variable() -> None:
    given = {
        "KUMO_HOST": "0.0.0.0", "KUMO_PORT": "1", "KUMO_DATA_DIR": "/d", "KUMO_LOG_LEVEL": "warn",
        "KUMO_INIT_DIR": "/", "KUMO_PERSIST_FLUSH_INTERVAL_MS": "0", "AWS_DEFAULT_REGION": "eu-west-1",
        "KUMO_NAMESPACES": "single", "KUMO_DURABILITY": "os", "KUMO_STOP_TIMEOUT": "3",
        "KUMO_HOSTNAME": "emu, emu.test",
        "KUMO_DETERMINISTIC": "seed", "KUMO_RECORD": "reads",
        "KUMO_SEED": "/s", "KUMO_REUSE": "1", "KUMO_FRESH": "no", "KUMO_RUN_DIR": "", "KUMO_KEEP_ORIGINAL": "true",
        "KUMO_SNAPSHOT_DIR": "/snapshots", "KUMO_STOP_WITH_STDIN": "on",
        "KUMO_WATCH_SEED": "1",
    }  # fmt: skip
    assert set(given) == {setting.variable for setting in SETTINGS}
    settings = resolve({}, given)
    assert (settings.host, settings.port, settings.data_dir) == ("0.0.0.0", 1, Path("/d"))
    assert (settings.log_level, settings.init_dir, settings.flush_interval_ms) == ("warning", Path("/"), 0)
    assert (settings.region, settings.namespaces, settings.durability) == ("eu-west-1", "single", "os")
    assert (settings.stop_timeout, settings.hostname) == (3, ("emu", "emu.test"))
    assert settings.stop_with_stdin
    assert settings.watch_seed
    assert (settings.seed, settings.reuse, settings.fresh, settings.keep_original) == (Path("/s"), True, False, True)
    assert settings.snapshot_dir == Path("/snapshots")


def test_a_directory_that_goes_with_its_run_has_other_defaults() -> None:
    settings = resolve({"run_dir": "auto"}, {})
    assert (settings.durability, settings.flush_interval_ms) == ("os", 0)
    settings = resolve({"run_dir": "auto"}, {"KUMO_DURABILITY": "fsync", "KUMO_PERSIST_FLUSH_INTERVAL_MS": "7"})
    assert (settings.durability, settings.flush_interval_ms) == ("fsync", 7)


def test_a_seed_is_needed_to_watch_one() -> None:
    with pytest.raises(SettingError, match=r"--watch-seed .* needs --seed"):
        resolve({"watch_seed": True}, {})


@pytest.mark.parametrize(
    "flags", [{"run_dir": "auto", "data_dir": "d"}, {"reuse": True, "fresh": True}], ids=["run-dir", "reuse"]
)
def test_settings_that_exclude_each_other(flags: dict[str, Any]) -> None:
    with pytest.raises(SettingError, match="not both"):
        resolve(flags, {})


@pytest.mark.parametrize("name", ["reuse", "fresh", "keep_original"])
def test_what_is_about_a_data_directory_needs_one(name: str) -> None:
    with pytest.raises(SettingError, match="needs --data-dir"):
        resolve({name: True}, {})
    assert getattr(resolve({name: True, "data_dir": "state"}, {}), name) is True


def test_many_names_stand_in_one_flag_or_in_several() -> None:
    assert resolve({"hostname": ("a, b", "c")}, {}).hostname == ("a", "b", "c")


@pytest.mark.parametrize("name", [setting.variable for setting in SETTINGS])
def test_an_empty_variable_is_unset(name: str) -> None:
    assert resolve({}, {name: ""}) == resolve({}, {})


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("KUMO_PORT", "http"),
        ("KUMO_PORT", "65536"),
        ("KUMO_PORT", "-1"),
        ("KUMO_PORT", "４５６６"),
        ("KUMO_LOG_LEVEL", "verbose"),
        ("KUMO_PERSIST_FLUSH_INTERVAL_MS", "1s"),
        ("KUMO_DURABILITY", "none"),
        ("KUMO_NAMESPACES", "many"),
        ("AWS_DEFAULT_REGION", "Ireland!"),
        ("KUMO_HOST", "not a host"),
    ],
)
def test_a_bad_value_is_refused_with_its_name_the_value_and_what_is_allowed(variable: str, value: str) -> None:
    setting = next(setting for setting in SETTINGS if setting.variable == variable)
    with pytest.raises(SettingError) as refused:
        resolve({}, {variable: value})
    sentence = str(refused.value)
    assert variable in sentence
    assert repr(value) in sentence
    assert setting.allowed in sentence
    assert sentence.endswith(".")
    with pytest.raises(SettingError, match=setting.flag):
        resolve({setting.name: value}, {})


def test_a_snapshot_directory_may_be_missing_but_is_no_file(tmp_path: Path) -> None:
    assert resolve({"snapshot_dir": str(tmp_path / "missing")}, {}).snapshot_dir == tmp_path / "missing"
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(SettingError, match=r"--snapshot-dir, KUMO_SNAPSHOT_DIR.*file' is not a directory"):
        resolve({}, {"KUMO_SNAPSHOT_DIR": str(tmp_path / "file")})


def test_an_init_directory_must_exist(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="KUMO_INIT_DIR"):
        resolve({"init_dir": str(tmp_path / "missing")}, {})


def test_an_unknown_variable_gets_one_warning() -> None:
    warnings = resolve({}, {"KUMO_PROT": "1", "KUMO_PORT": "1", "HOME": "/"}).warnings
    assert len(warnings) == 1
    assert "KUMO_PROT" in warnings[0]
