"""What durability costs, and how fast a state comes back: `python -m benchmarks.storage`.

One row a figure, with its limit. The load comes from processes of their own (:mod:`benchmarks.load`); CPU is the
server process's own accounting. On few cores clients and server share them, so throughputs are those of the whole
machine; the disk's own rate is printed beside. Linux only.
"""

from __future__ import annotations

import json
import os
import platform
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from benchmarks import state
from benchmarks.client import Requests
from benchmarks.load import Load, begin, finish, put_load
from benchmarks.servers import process_cpu_s
from emu.testing import Emulator
from emu.testing.control import ControlError

CLIENTS = 16
RECORD_BYTES = 500
NEVER_QUIET = ("--flush-interval-ms", "0")
SETTLE_S = 0.5
"""After a reset: its base is published by then, and its dead bodies are removed."""
PATIENT = ("--stop-timeout", "600")


@dataclass(frozen=True)
class Sizes:
    """calls: of one load; rounds: how many of them. Many short ones in turn, so that some fall on a moment at which the
    machine does nothing else. state_mb: the large state. entities: items, messages and objects each."""

    calls: int = 5_000
    rounds: int = 12
    state_mb: float = 1000
    entities: int = 100_000
    restored: int = 2000
    rewound: int = 10_000

    def divided(self, by: int) -> Sizes:
        return Sizes(
            max(self.calls // by, 50),
            1 if by > 100 else 2,
            self.state_mb / by,
            max(self.entities // by, 30),
            max(self.restored // by, 10),
            max(self.rewound // by, 10),
        )


@dataclass(frozen=True)
class Row:
    """A figure. limit: None where there is none; at_least: whether the figure must be above it."""

    name: str
    value: float
    unit: str
    limit: float | None = None
    at_least: bool = False
    note: str = ""

    @property
    def ok(self) -> bool | None:
        if self.limit is None:
            return None
        return self.value >= self.limit if self.at_least else self.value <= self.limit


@contextmanager
def server(folder: Path | None, *arguments: str) -> Iterator[Emulator]:
    with Emulator(folder, arguments=(*NEVER_QUIET, *PATIENT, *arguments), timeout_s=600) as emulator:
        yield emulator


def requests_for(emulator: Emulator) -> Requests:
    return Requests(emulator.port)


def loaded(emulator: Emulator, requests: Iterable[bytes], calls: int) -> tuple[Load, float]:
    """A load, and the server's CPU microseconds a call."""
    before = process_cpu_s(emulator.pid)
    load = put_load(emulator.port, requests, clients=CLIENTS, calls=calls)
    return load, (process_cpu_s(emulator.pid) - before) / load.calls * 1e6


def filled(emulator: Emulator, requests: Iterable[bytes], at_once: int = 2000) -> None:
    """Sends every request once."""
    waiting: list[bytes] = []
    for request in requests:
        waiting.append(request)
        if len(waiting) == at_once:
            put_load(emulator.port, waiting, clients=CLIENTS, calls=len(waiting))
            waiting.clear()
    if waiting:
        put_load(emulator.port, waiting, clients=CLIENTS, calls=len(waiting))


# Writing.


def disk_rate(folder: Path, seconds: float = 1.0) -> float:
    """Records a second that the disk itself takes in batches of as many as there are clients: one write and one
    fdatasync each, into a file that is there already."""
    path = folder / "disk"
    path.write_bytes(bytes(8 * 1024 * 1024))
    batch = b"x" * (RECORD_BYTES * CLIENTS)
    with path.open("r+b", buffering=0) as file:
        os.fsync(file.fileno())
        started, batches = time.perf_counter(), 0
        while time.perf_counter() - started < seconds:
            os.pwrite(file.fileno(), batch, batches * len(batch) % (7 * 1024 * 1024))
            os.fdatasync(file.fileno())
            batches += 1
        took = time.perf_counter() - started
    path.unlink()
    return batches * CLIENTS / took


def writing(folder: Path, sizes: Sizes) -> list[Row]:
    """Durable against memory, round by round, so that whatever else the machine does falls on both."""
    rates: dict[tuple[str, str], list[float]] = {}
    costs: dict[tuple[str, str], list[float]] = {}
    disk = disk_rate(folder)
    with server(None) as memory, server(folder / "writing") as durable:
        for name, build in (("PutItem", state.put_items), ("SendMessage", state.send_messages)):
            for emulator in (memory, durable):
                if name == "PutItem":
                    state.make_resources(requests_for(emulator))
                loaded(emulator, build(requests_for(emulator)), sizes.calls // 10)
            for _ in range(sizes.rounds):
                for mode, emulator in (("memory", memory), ("durable", durable)):
                    load, cost = loaded(emulator, build(requests_for(emulator)), sizes.calls)
                    rates.setdefault((name, mode), []).append(load.rate)
                    costs.setdefault((name, mode), []).append(cost)
    rows = [
        Row("the disk's own group-commit rate", disk, "records/s", note=f"{CLIENTS} of {RECORD_BYTES} bytes a batch")
    ]
    for name in ("PutItem", "SendMessage"):
        quick, sure = max(rates[name, "memory"]), max(rates[name, "durable"])
        cheap, dear = min(costs[name, "memory"]), min(costs[name, "durable"])
        rows += [
            Row(f"{name}, memory, {CLIENTS} clients", quick, "calls/s"),
            Row(f"{name}, durable, {CLIENTS} clients", sure, "calls/s", min(quick / 2, disk), at_least=True),
            Row(f"{name}, CPU a call: memory", cheap, "µs"),
            Row(f"{name}, CPU a call: durable beyond memory", dear - cheap, "µs", 60),
        ]
    return rows


def large_state(folder: Path, sizes: Sizes) -> list[Row]:
    """A write with a large state against one with none, and latencies while that is folded."""
    with server(folder / "none") as empty, server(folder / "large") as full:
        for emulator in (empty, full):
            state.make_resources(requests_for(emulator))
        filled(full, state.large_items(requests_for(full), sizes.state_mb), at_once=500)
        full.control.post("/kumo/checkpoint", {})
        costs: list[list[float]] = [[], []]
        for _ in range(sizes.rounds):
            for emulator, measured in zip((empty, full), costs, strict=True):
                measured.append(loaded(emulator, state.put_items(requests_for(emulator)), sizes.calls)[1])
        quiet, _ = loaded(full, state.put_items(requests_for(full)), sizes.calls * 4)
        process = begin(full.port, state.put_items(requests_for(full)), clients=CLIENTS, calls=sizes.calls * 8)
        started = time.perf_counter()
        full.control.post("/kumo/checkpoint", {})
        folded_s = time.perf_counter() - started
        during = finish(process)
    name, took = f"with {sizes.state_mb:g} MB of state", f"the fold took {folded_s:.1f} s"
    return [
        Row(f"CPU of a write {name} over one with none", min(costs[1]) / min(costs[0]), "×", 1.1),
        Row(f"p99 of a write {name}", quiet.percentile_ms(99), "ms"),
        Row("p99 of a write during a fold of it", during.percentile_ms(99), "ms", note=took),
    ]


# Opening.


def opening(folder: Path, sizes: Sizes) -> list[Row]:
    """The start of a directory of many entities, at rest and after a kill."""
    path = folder / "opening"
    with server(folder / "empty"):
        pass
    nothing_s = _start_s(folder / "empty", stop=True)
    with server(path) as emulator:
        requests = requests_for(emulator)
        state.make_resources(requests)
        filled(emulator, state.many_items(requests, sizes.entities))
        filled(emulator, state.many_messages(requests, sizes.entities))
        filled(emulator, state.many_objects(requests, sizes.entities))
        emulator.control.post("/kumo/checkpoint", {})
        filled(emulator, state.many_objects(requests, sizes.entities // 2))
        filled(emulator, state.many_items(requests, sizes.entities // 2))
        emulator.kill()
        replayed_bytes = _journal_bytes(path)
    killed_s = _start_s(path, stop=True)
    rest_s = _start_s(path, stop=True)
    count = f"{sizes.entities:,} items, messages and objects each"
    replay_s = max(killed_s - rest_s, 0.001)
    return [
        Row("opening with nothing", nothing_s, "s", note="start to ready: the interpreter and the imports"),
        Row(f"opening {count}, at rest", rest_s, "s", 3),
        Row("opening it after a kill", killed_s, "s", note=f"{replayed_bytes / 1e6:.0f} MB of journal beyond the base"),
        Row("replay", replayed_bytes / 1e6 / replay_s, "MB/s"),
    ]


def _start_s(path: Path, *, stop: bool) -> float:
    started = time.perf_counter()
    with server(path) as emulator:
        took = time.perf_counter() - started
        if stop:
            emulator.stop()
    return took


def _journal_bytes(path: Path) -> int:
    """Without the zeros at the end."""
    segments = sorted((path / "emu" / "journal").glob("*.jsonl"))
    return sum(len(segment.read_bytes().rstrip(b"\0")) for segment in segments)


# The whole state, and memory.


def whole_state(folder: Path, sizes: Sizes) -> list[Row]:
    """Reset, restore, and the same in memory, where a restore is a rewind."""
    rows = []
    with server(folder / "whole", "--snapshot-dir", str(folder / "snapshots")) as emulator:
        requests = requests_for(emulator)
        state.make_resources(requests)
        filled(emulator, state.many_items(requests, 100))
        rows.append(_timed_row(emulator, "reset of a small state", "/kumo/reset", 5))
        state.make_resources(requests)
        filled(emulator, state.many_items(requests, sizes.restored * 3))
        filled(emulator, state.many_objects(requests, max(sizes.restored // 25, 1), 100_000))
        rows.append(_restored(emulator, "restore of 2 MB of documents with 8 MB of bodies", 100))
    with server(None, "--snapshot-dir", str(folder / "snapshots in memory")) as emulator:
        requests = requests_for(emulator)
        state.make_resources(requests)
        filled(emulator, state.many_items(requests, sizes.rewound))
        rows.append(_restored(emulator, f"rewind of {sizes.rewound:,} entities, in memory", 20))
    return rows


def _restored(emulator: Emulator, name: str, limit_ms: float) -> Row:
    try:
        emulator.control.post("/kumo/snapshots", {"name": "benchmark"})
    except ControlError as error:
        return Row(name, 0, "ms", note=f"not there: {error.sentence}")
    return _timed_row(emulator, name, "/kumo/snapshots/benchmark/restore", limit_ms, before="/kumo/reset")


def _timed_row(emulator: Emulator, name: str, path: str, limit_ms: float, before: str | None = None) -> Row:
    """The fastest of ten. ``before`` each, untimed: a reset leaves a restore no body that it could use again."""
    took = []
    for _ in range(10):
        if before is not None:
            emulator.control.post(before, {})
            time.sleep(SETTLE_S)
        started = time.perf_counter()
        try:
            emulator.control.post(path, {})
        except ControlError as error:
            return Row(name, 0, "ms", note=f"not there: {error.sentence}")
        took.append((time.perf_counter() - started) * 1000)
    return Row(name, min(took), "ms", limit_ms)


def memory_of_an_item(folder: Path, sizes: Sizes) -> list[Row]:
    with server(None) as emulator:
        requests = requests_for(emulator)
        state.make_resources(requests)
        filled(emulator, state.many_items(requests, 100))
        before = _unshared_bytes(emulator.pid)
        filled(emulator, state.many_items(requests, sizes.entities))
        used = _unshared_bytes(emulator.pid) - before
    return [Row("memory of an ordinary item", used / sizes.entities / 1024, "KiB", 1.2)]


def _unshared_bytes(pid: int) -> int:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    kib = {name: int(value.split()[0]) for name, _, value in (line.partition(":") for line in lines)}
    return (kib["Private_Clean"] + kib["Private_Dirty"]) * 1024


PARTS = {
    "writing": writing,
    "large": large_state,
    "opening": opening,
    "whole": whole_state,
    "memory": memory_of_an_item,
}


def table(rows: list[Row]) -> Table:
    printed = Table("", "limit", "measured", "", "", title="storage")
    for row in rows:
        limit = "" if row.limit is None else f"{'≥' if row.at_least else '≤'} {row.limit:,.4g} {row.unit}"
        verdict = {None: "", True: "[green]ok[/]", False: "[red]over[/]"}[row.ok]
        if row.note.startswith("not there"):
            verdict = "skipped"
        printed.add_row(row.name, limit, f"{row.value:,.4g} {row.unit}", verdict, row.note)
    return printed


@click.command()
@click.option("--part", "parts", multiple=True, type=click.Choice(list(PARTS)), help="Only these. [default: all]")
@click.option("--quick", is_flag=True, help="A twentieth of the size.")
@click.option("--quick-tiny", is_flag=True, help="Next to nothing: that it runs.")
@click.option("--dir", "folder", type=click.Path(path_type=Path), help="On which disk. [default: the temporary one]")
@click.option("--json", "json_file", type=click.Path(path_type=Path), help="Write the figures here.")
def main(parts: tuple[str, ...], quick: bool, quick_tiny: bool, folder: Path | None, json_file: Path | None) -> None:
    """Measure what emu's storage costs and how fast it opens."""
    sizes = Sizes()
    sizes = sizes.divided(2000) if quick_tiny else sizes.divided(20) if quick else sizes
    rows: list[Row] = []
    for part in parts or PARTS:
        with tempfile.TemporaryDirectory(prefix="emu-storage-", dir=folder) as temporary:
            rows += PARTS[part](Path(temporary), sizes)
    Console(width=160).print(table(rows))
    if json_file:
        figures = [{**vars(row), "ok": row.ok} for row in rows]
        result: dict[str, Any] = {"python": platform.python_version(), "sizes": vars(sizes), "rows": figures}
        json_file.write_text(json.dumps(result, indent=2) + "\n")


if __name__ == "__main__":
    main()
