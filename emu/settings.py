"""Every setting of the server: its flag, its variable, its default and what it may be. Read here, once, and nowhere
else.

A flag beats its variable, a variable beats the default, an empty variable is unset. A value that can't be used ends the
start with one sentence; an unknown ``KUMO_*`` variable gets one warning, since a misspelt setting would otherwise be
accepted and ignored.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal


class SettingError(Exception):
    """A value that can't be used. The text is the one sentence for the user."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting. ``parse`` raises ValueError for what ``allowed`` doesn't describe."""

    name: str
    variable: str | None
    default: Any
    parse: Callable[[str], Any]
    allowed: str
    help: str
    many: bool = False
    switch: bool = False

    @property
    def flag(self) -> str:
        return "--" + self.name.replace("_", "-")


def _one_of(*values: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text.lower() not in values:
            raise ValueError(text)
        return text.lower()

    return parse


def _number(low: int, high: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not text.isascii() or not text.isdigit() or not low <= int(text) <= high:
            raise ValueError(text)
        return int(text)

    return parse


def _matching(pattern: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise ValueError(text)
        return text

    return parse


def _level(text: str) -> str:
    return _one_of("debug", "info", "warning", "error")("warning" if text.lower() == "warn" else text)


def _switch(text: str) -> bool:
    return {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}[
        _one_of("1", "true", "yes", "on", "0", "false", "no", "off")(text)
    ]


_ON_OR_OFF = "1 or 0"

SETTINGS = (
    Setting("host", "KUMO_HOST", "127.0.0.1", _matching(r"[\w.:-]+"), "an address or a host name",
            "Address to listen on."),
    Setting("port", "KUMO_PORT", 4566, _number(0, 65535), "a number from 0 to 65535 (0 takes a free one)",
            "Port to listen on; 0 takes a free one."),
    Setting("data_dir", "KUMO_DATA_DIR", None, Path, "a directory",
            "Directory that keeps the state. Without it, emu is ephemeral: nothing is kept."),
    Setting("log_level", "KUMO_LOG_LEVEL", "info", _level, "debug, info, warn or error",
            "How much is logged; debug adds a line a request."),
    Setting("init_dir", "KUMO_INIT_DIR", None, Path, "a directory",
            "Directory whose *.sh are run once emu answers."),
    Setting("flush_interval_ms", "KUMO_PERSIST_FLUSH_INTERVAL_MS", 1000, _number(0, 3_600_000),
            "a number of milliseconds from 0 (off) to 3600000",
            "After this long without a write, Kumo's documents in the data directory are brought up to date; 0: only at"
            " a clean stop. What is acknowledged is durable long before."),
    Setting("region", "AWS_DEFAULT_REGION", "us-east-1", _matching(r"[a-z0-9-]{2,32}"),
            "a region's name such as us-east-1",
            "Home region of a directory that is made now; region of unsigned calls."),
    Setting("namespaces", "KUMO_NAMESPACES", None, _one_of("aws", "single"), "aws or single",
            "aws keeps accounts and regions apart; single lets every call meet the same resources, as Kumo does."
            " [default: aws; single for a directory taken over from Kumo]"),
    Setting("durability", "KUMO_DURABILITY", "fsync", _one_of("fsync", "os"), "fsync or os",
            "fsync: answers leave when the write is on the disk. os: when the operating system has it, which a killed"
            " process survives and a power cut may not."),
    Setting("stop_timeout", "KUMO_STOP_TIMEOUT", 8, _number(1, 3600), "a number of seconds from 1 to 3600",
            "How long a clean stop may take to bring the directory to rest; what is acknowledged is safe either way."),
    Setting("stop_with_stdin", "KUMO_STOP_WITH_STDIN", False, _switch, _ON_OR_OFF,
            "Stops cleanly when the standard input reaches its end: a pipe from whoever started emu, which ends with"
            " him however he ends. The directory of --run-dir is kept then.", switch=True),
    Setting("seed", "KUMO_SEED", None, Path, "a directory",
            "Snapshot, data directory or directory of Kumo's to begin with, and to which a reset goes back. It is"
            " copied and never written."),
    Setting("watch_seed", "KUMO_WATCH_SEED", False, _switch, _ON_OR_OFF,
            "With a seed: restores it whenever its directory changes, as with a switch of the branch; that is what a"
            " reset goes back to then. A data directory that began with a seed goes on at the next start.",
            switch=True),
    Setting("reuse", "KUMO_REUSE", False, _switch, _ON_OR_OFF,
            "With a seed: a data directory that holds a state already goes on with it.", switch=True),
    Setting("fresh", "KUMO_FRESH", False, _switch, _ON_OR_OFF,
            "Removes the state that the data directory holds before it begins.", switch=True),
    Setting("run_dir", "KUMO_RUN_DIR", None, _matching(r".+"), "auto or a directory",
            "Begins with a new data directory of its own (durability os), in the temporary folder for auto, else in the"
            " one named; it is removed after a clean exit and kept after any other."),
    Setting("keep_original", "KUMO_KEEP_ORIGINAL", False, _switch, _ON_OR_OFF,
            "Copies the documents and bodies of a directory of Kumo's to before-emu in it before it is taken over.",
            switch=True),
    Setting("snapshot_dir", "KUMO_SNAPSHOT_DIR", None, Path, "a directory",
            "Directory that snapshots lie in; it is made with the first one. [default: snapshots in the data directory,"
            " or in the current one without a data directory]"),
    Setting("hostname", "KUMO_HOSTNAME", (), _matching(r"[A-Za-z0-9.-]+"), "a host name",
            "Further name that S3's virtual hosts may end in (BUCKET.NAME); may be repeated, or separated by commas.",
            many=True),
    Setting("deterministic", "KUMO_DETERMINISTIC", None, _matching(r".{1,200}"), "a text of 1 to 200 characters",
            "Seed from which all identifiers follow, so that the same requests get the same answers. The clock of a new"
            " world stands still at 2026-01-01T00:00:00Z then."),
    Setting("record", "KUMO_RECORD", None, _one_of("reads"), "reads",
            "Adds to the events what commits don't show: operations that change nothing."),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Settings:
    """The resolved settings; :data:`SETTINGS` says what each means. ``warnings`` are sentences for the log."""

    host: str
    port: int
    data_dir: Path | None
    log_level: str
    init_dir: Path | None
    flush_interval_ms: int
    region: str
    namespaces: Literal["aws", "single"] | None
    durability: Literal["fsync", "os"]
    stop_timeout: int
    stop_with_stdin: bool
    seed: Path | None
    watch_seed: bool
    reuse: bool
    fresh: bool
    run_dir: str | None
    keep_original: bool
    snapshot_dir: Path | None
    hostname: tuple[str, ...]
    deterministic: str | None
    record: Literal["reads"] | None
    warnings: tuple[str, ...] = ()


def resolve(flags: Mapping[str, Any], environment: Mapping[str, str]) -> Settings:
    """The settings from the command line's flags (by name; None or empty for absent) and the environment."""
    values: dict[str, Any] = {}
    defaults: set[str] = set()
    for setting in SETTINGS:
        given = flags.get(setting.name)
        if given:
            parts = [part for each in given for part in _split(each)] if setting.many else str(given)
            values[setting.name] = _parsed(setting, setting.flag, parts)
            continue
        text = environment.get(setting.variable, "") if setting.variable else ""
        if text:
            values[setting.name] = _parsed(setting, str(setting.variable), _split(text) if setting.many else text)
        else:
            values[setting.name] = setting.default
            defaults.add(setting.name)
    _check_directories(values)
    _check_together(values)
    if values["run_dir"] is not None:
        values |= {name: value for name, value in _THROWAWAY.items() if name in defaults}
    return Settings(**values, warnings=tuple(_unknown_variables(environment)))


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.split(",")]


def _parsed(setting: Setting, source: str, given: Any) -> Any:
    try:
        if setting.many:
            return tuple(setting.parse(part) for part in given)
        return setting.parse(given)
    except ValueError:
        shown = ",".join(given) if setting.many else given
        raise SettingError(f"{source} is {shown!r}, but must be {setting.allowed}.") from None


def _check_directories(values: Mapping[str, Any]) -> None:
    init_dir = values["init_dir"]
    if init_dir is not None and not init_dir.is_dir():
        raise SettingError(f"The init directory (--init-dir, KUMO_INIT_DIR) {str(init_dir)!r} is not a directory.")
    snapshot_dir = values["snapshot_dir"]
    if snapshot_dir is not None and snapshot_dir.exists() and not snapshot_dir.is_dir():
        raise SettingError(
            f"The snapshot directory (--snapshot-dir, KUMO_SNAPSHOT_DIR) {str(snapshot_dir)!r} is not a directory."
        )


_THROWAWAY = {"durability": "os", "flush_interval_ms": 0}
"""Defaults of a directory that goes with its run: nobody reads Kumo's documents in it, and no power cut matters."""


_OF_A_DATA_DIRECTORY = ("reuse", "fresh", "keep_original")


def _check_together(values: Mapping[str, Any]) -> None:
    if values["run_dir"] is not None and values["data_dir"] is not None:
        raise SettingError("Give either --run-dir (KUMO_RUN_DIR) or --data-dir (KUMO_DATA_DIR), not both.")
    if values["watch_seed"] and values["seed"] is None:
        raise SettingError("--watch-seed (KUMO_WATCH_SEED) needs --seed (KUMO_SEED), the directory to watch.")
    if values["reuse"] and values["fresh"]:
        raise SettingError("Give either --reuse (KUMO_REUSE) or --fresh (KUMO_FRESH), not both.")
    if values["data_dir"] is None:
        for setting in SETTINGS:
            if setting.name in _OF_A_DATA_DIRECTORY and values[setting.name]:
                raise SettingError(f"{setting.flag} ({setting.variable}) needs --data-dir (KUMO_DATA_DIR).")


def _unknown_variables(environment: Mapping[str, str]) -> list[str]:
    known = {setting.variable for setting in SETTINGS}
    return [
        f"The variable {name} is not a setting of emu and has no effect."
        for name in sorted(environment)
        if name.startswith("KUMO_") and name not in known
    ]
