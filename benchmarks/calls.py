"""What a call costs the server, beside a bare echo of the same bytes: `python -m benchmarks.calls`.

Server CPU a call (all threads, user and system) over one keep-alive connection, without the client's cost. Each
round measures every server in turn, so that whatever else the machine does falls on all of them; a figure is the
median of the rounds. Besides: the time from a process's start to its first answer, and its memory when idle.
Linux only: the figures are the kernel's own accounting.
"""

import itertools
import json
import os
import platform
import statistics
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import click
from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console
from rich.table import Column, Table

from benchmarks import cases as measured
from benchmarks import servers
from benchmarks.cases import Case
from benchmarks.client import CallFailed, Connection, Exchange, Requests, record_answers
from benchmarks.servers import Server, Spec

SETTLE_S = 0.5
WARM_UP_CALLS = 20


def measure_starts(spec: Spec, starts: int) -> dict[str, Any]:
    """Median start to first answer in ms (None for a server that was running), and memory after it in MiB."""
    start_ms, memory = [], []
    for _ in range(starts):
        with servers.running(spec) as server:
            time.sleep(SETTLE_S)
            start_ms += [] if server.start_ms is None else [server.start_ms]
            memory.append(server.memory_mib())
    medians = {kind: statistics.median(each[kind] for each in memory) for kind in memory[0]}
    return {"start_ms": round(statistics.median(start_ms), 1) if start_ms else None, "idle_mib": medians}


def measure_calls(echo: Server, others: list[Server], *, rounds: int, calls: int) -> dict[str, dict[str, float]]:
    """CPU microseconds a call, by server and case. The echo replays what the first of the others was asked."""
    by_server = [(server, measured.cases(Requests(server.port))) for server in others]
    costs: dict[str, dict[str, float]] = {server.name: {} for server in (echo, *others)}
    for number, case in enumerate(by_server[0][1]):
        turns = [(server, cases[number]) for server, cases in by_server]
        first, *_ = [warm_up(server, own) for server, own in turns]
        turns.insert(0, (echo, replayed(first, echo)))
        seconds: dict[str, list[float]] = {server.name: [] for server, _ in turns}
        for _ in range(rounds):
            for server, own in turns:
                seconds[server.name].append(measure_round(server, own, calls))
        for name, each in seconds.items():
            costs[name][case.name] = round(statistics.median(each) * 1e6, 1)
    return costs


def measure_round(server: Server, case: Case, calls: int) -> float:
    """CPU seconds a call, over one connection."""
    with Connection(server.port) as connection:
        case.refill(connection, calls)
        before = server.cpu_s()
        for _ in range(calls):
            case.call(connection)
        return (server.cpu_s() - before) / calls


def warm_up(server: Server, case: Case) -> list[Exchange]:
    """Make a case's call some times and return what went to and fro."""
    exchanges: list[Exchange] = []
    with Connection(server.port) as connection:
        case.refill(connection, WARM_UP_CALLS)
        connection.recording = exchanges
        for _ in range(WARM_UP_CALLS):
            case.call(connection)
    return exchanges


def replayed(exchanges: list[Exchange], echo: Server) -> Case:
    """A call's requests again, at the echo, which gives the same answers; one call may be several requests."""
    with Connection(echo.port) as connection:
        connection.call(record_answers(echo.port, [answer for _, answer in exchanges]))
    turns = itertools.cycle([request for request, _ in exchanges])
    requests_a_call = len(exchanges) // WARM_UP_CALLS

    def call(connection: Connection) -> None:
        for _ in range(requests_a_call):
            connection.call(next(turns))

    return Case("echo", call)


def table(result: dict[str, Any]) -> Table:
    """The figures for people: a row a call, a column a server, with the ratio to the echo."""
    names = list(result["servers"])
    printed = Table("", *(Column(name, justify="right") for name in names), title="server CPU, µs a call")
    for call in result["servers"][names[0]]["cpu_us"]:
        cells = []
        for name in names:
            cost = result["servers"][name]["cpu_us"][call]
            floor = result["servers"]["echo"]["cpu_us"][call]
            # A round of very few calls can read as no CPU at all; there is no ratio to that.
            ratio = "" if name == "echo" else f"  {cost / floor:5.1f}×" if floor else "      –"
            cells.append(f"{cost:,.0f}{ratio}")
        printed.add_row(call, *cells)
    printed.add_section()
    for label, figure in FIGURES.items():
        values = [figure(result["servers"][name]) for name in names]
        printed.add_row(label, *("–" if value is None else f"{value:,.1f}" for value in values))
    return printed


FIGURES: dict[str, Callable[[dict[str, Any]], float | None]] = {
    "start to first answer, ms": lambda server: server["start_ms"],
    "idle memory, MiB: resident": lambda server: server["idle_mib"]["rss"],
    "    proportional": lambda server: server["idle_mib"]["pss"],
    "    unshared": lambda server: server["idle_mib"]["uss"],
    "resident after the calls, MiB": lambda server: server["after_mib"]["rss"],
}


def measure(specs: list[Spec], *, rounds: int, calls: int, starts: int) -> dict[str, Any]:
    """Everything, as `--json` writes it: settings, and the figures of each server by name."""
    everyone = [servers.echo(), *specs]
    figures = {spec.name: measure_starts(spec, starts) for spec in everyone}
    with ExitStack() as stack:
        echo, *others = [stack.enter_context(servers.running(spec)) for spec in everyone]
        costs = measure_calls(echo, others, rounds=rounds, calls=calls)
        for server in (echo, *others):
            figures[server.name] |= {"after_mib": server.memory_mib(), "cpu_us": costs[server.name]}
    return {"python": platform.python_version(), "rounds": rounds, "calls": calls, "servers": figures}


@click.command()
@click.option("--mode", type=click.Choice(["memory", "durable", "both", "none"]), default="both", show_default=True)
@click.option("--ministack", metavar="COMMAND", help="Measure MiniStack, too: the path of its program.")
@click.option(
    "--peer",
    multiple=True,
    metavar="NAME=COMMAND",
    help="Measure another server, too; {port} and {dir} are filled in. Or NAME=http://127.0.0.1:PORT#PID.",
)
@click.option("--rounds", type=click.IntRange(1), default=9, show_default=True)
@click.option("--calls", type=click.IntRange(1), default=200, show_default=True, help="Calls a round.")
@click.option("--starts", type=click.IntRange(1), default=5, show_default=True)
@click.option("--json", "json_file", type=click.Path(path_type=Path), help="Write the figures here.")
def main(
    mode: str,
    ministack: str | None,
    peer: tuple[str, ...],
    rounds: int,
    calls: int,
    starts: int,
    json_file: Path | None,
) -> None:
    """Measure what emu's calls cost its server process, beside a bare echo and other emulators."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]  # neither a profile nor an endpoint of the user's is meant here
    modes = {"memory": [False], "durable": [True], "both": [False, True], "none": []}[mode]
    specs = [servers.emu("durable" if durable else "memory", durable=durable) for durable in modes]
    specs += [servers.ministack(ministack)] if ministack else []
    specs += [Spec.of(text) for text in peer]
    if not specs:
        raise click.UsageError("nothing to measure: --mode none needs --ministack or --peer")
    try:
        result = measure(specs, rounds=rounds, calls=calls, starts=starts)
    except (CallFailed, BotoCoreError, ClientError) as error:
        raise click.ClickException(str(error)) from error
    Console(width=max(100, 60 + 20 * len(specs))).print(table(result))
    if json_file:
        json_file.write_text(json.dumps(result, indent=2) + "\n")


if __name__ == "__main__":
    main()
