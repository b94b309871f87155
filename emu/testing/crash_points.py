"""A crash at every commit boundary of a pipeline, and what each leaves lost or doubled.

A pipeline that is killed and resumed must end where one ends that never was. Between two of its commits nothing changes
on the server, so a crash has as many different outcomes as there are boundaries: one before the first commit, one
behind each. Each is tried: the server kills itself there, the pipeline dies with it, both come back.

The pipeline dies as a process does when its machine goes down: the first time that it speaks to the dead server,
:class:`ServerDied` goes through it, which no ``except Exception`` and no retry of an SDK stops. A pipeline that runs in
a process of its own sees a refused connection instead.
"""

from __future__ import annotations

import os
import socket
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from emu.testing.emulator import Emulator
from emu.testing.events import Events
from emu.testing.guards import patched
from emu.testing.levers import Levers

BEFORE_FLUSH = "before-flush"
AFTER_FLUSH = "after-flush"
_START = "emu-crash-points-start"
_GOAL = "emu-crash-points-goal"
_DEATH_S = 1.0
"""How long a process that has just closed its connections may take to be gone."""


class ServerDied(BaseException):
    """The server is gone, and with it whatever speaks to it."""


@dataclass(frozen=True, slots=True)
class Boundary:
    """One crash. commit: 1 for the pipeline's first; 0 for the boundary before it. operation, resource: the commit's,
    in the run without a crash. reached: whether the pipeline got there. problem: what was wrong in the end, or None."""

    commit: int
    operation: str
    resource: str
    reached: bool
    problem: str | None

    @property
    def ok(self) -> bool:
        return self.problem is None

    def __str__(self) -> str:
        place = "before the first commit" if self.commit == 0 else f"behind commit {self.commit}"
        what = f" ({self.operation} {self.resource})" if self.operation else ""
        return f"{place}{what}{'' if self.reached else ', not reached'}: {self.problem or 'nothing lost or doubled'}"


@dataclass(frozen=True, slots=True)
class CrashReport:
    """``assert report.ok, report``"""

    boundaries: Sequence[Boundary] = field(default_factory=tuple)

    @property
    def failures(self) -> list[Boundary]:
        """The boundaries at which work is lost or doubled."""
        return [boundary for boundary in self.boundaries if not boundary.ok]

    @property
    def ok(self) -> bool:
        return not self.failures

    def __str__(self) -> str:
        head = f"{len(self.boundaries)} crash points, {len(self.failures)} with lost or doubled work"
        return "\n".join([head, *(f"  {boundary}" for boundary in self.failures)])

    __repr__ = __str__


def run(
    emulator: Emulator,
    pipeline: Callable[[], object],
    *,
    resume: Callable[[], object] | None = None,
    check: Callable[[], object] | None = None,
    at: Iterable[int] | None = None,
    when: str = AFTER_FLUSH,
) -> CrashReport:
    """Runs the pipeline once for every commit boundary, kills the server there, restarts, resumes, checks.

    emulator: durable and running; each run begins with its present state, which is there again at the end.
    resume: what a restarted pipeline does; without it, the pipeline. Before it, what the dead pipeline had received
    becomes visible again: the server's clock goes on to the end of the last visibility timeout.
    check: raises if work is lost or doubled; without it, tables, objects and the number of messages must be those of
    the run without a crash. at: only these boundaries, 0 being the one before the first commit.
    when: ``after-flush``, the commit is on disk and its answer lost; or ``before-flush``, the record itself is lost,
    with which boundary n is reached from the other side: at commit n + 1.
    """
    if when not in (BEFORE_FLUSH, AFTER_FLUSH):
        raise ValueError(f"when is {when!r}, but must be {BEFORE_FLUSH!r} or {AFTER_FLUSH!r}.")
    again = resume or pipeline
    emulator.snapshot(_START, replace=True)
    sqs = emulator.client("sqs")  # made once: it takes longer than many a pipeline
    commits = _rehearse(emulator, pipeline, check)
    verdict = check or (lambda: _compare_with_goal(emulator))
    boundaries = []
    numbers = sorted(range(len(commits) + 1) if at is None else set(at))
    for number in numbers:
        if not 0 <= number <= len(commits):
            raise ValueError(f"There is no boundary {number}: the pipeline makes {len(commits)} commits.")
    for number in numbers:
        if when == BEFORE_FLUSH and number == len(commits):
            continue  # behind the last commit there is none to lose
        emulator.restore(_START)
        reached, problem = _crash(emulator, number, when, pipeline, again, verdict, sqs)
        commit: Mapping[str, Any] = commits[number - 1] if number else {}
        boundaries.append(
            Boundary(
                number,
                commit.get("operation") or commit.get("name", ""),
                str(commit.get("resource") or ""),
                reached,
                problem,
            )
        )
    emulator.restore(_START)
    return CrashReport(tuple(boundaries))


def _rehearse(emulator: Emulator, pipeline: Callable[[], object], check: Callable[[], object] | None) -> Events:
    """The commits of a run without a crash. What the pipeline or the check raises there goes to the caller."""
    begin = emulator.mark("crash points: the run without a crash")["number"]
    pipeline()
    commits = emulator.events(after=begin)
    if check is not None:
        check()
    else:
        emulator.snapshot(_GOAL, replace=True)
    return commits


def _crash(
    emulator: Emulator,
    number: int,
    when: str,
    pipeline: Callable[[], object],
    resume: Callable[[], object],
    check: Callable[[], object],
    sqs: Any,
) -> tuple[bool, str | None]:
    """Whether the boundary was reached, and what was wrong in the end."""
    after = when == AFTER_FLUSH and number > 0
    fault = emulator.faults.add(
        kind="crash", commits=number if after else number + 1, when=AFTER_FLUSH if after else BEFORE_FLUSH
    )
    try:
        with _dying_with(emulator):
            pipeline()
    except ServerDied:
        pass
    except Exception as error:  # noqa: BLE001 - the report shows it
        if emulator.running:
            fault.remove()
            return False, f"the pipeline failed before the crash: {_shown(error)}"
    reached = not emulator.running
    if reached:
        emulator.start()
    else:
        fault.remove()
    try:
        end_visibility_timeouts(emulator, sqs)
        resume()
        check()
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # noqa: BLE001 - pytest.fail() is no Exception; the report shows it
        return reached, _shown(error)
    return reached, None


def end_visibility_timeouts(levers: Levers, sqs: Any) -> None:
    """Moves the clock to the moment at which nothing is in flight any more: what waiting for it would do."""
    latest = 0
    for page in sqs.get_paginator("list_queues").paginate():
        for url in page.get("QueueUrls", []):
            in_flight = (entry for entry in levers.messages(url.rpartition("/")[2]) if entry["state"] == "in flight")
            latest = max([latest, *(int(entry["visible_at_ms"]) for entry in in_flight)])
    if latest > levers.clock.show()["now_ms"]:
        levers.clock.set(latest)


@contextmanager
def _dying_with(emulator: Emulator) -> Iterator[None]:
    """While this lasts, whoever in this process speaks to the server once it is dead gets :class:`ServerDied`."""

    def guarded(real: Callable[..., Any], port_of: Callable[[socket.socket, Any], int | None]) -> Callable[..., Any]:
        def call(sock: socket.socket, *arguments: Any) -> Any:
            ours = port_of(sock, arguments[0]) == emulator.port
            try:
                result = real(sock, *arguments)
            except OSError:
                if ours and emulator.has_ended(_DEATH_S):
                    raise ServerDied from None
                raise
            if ours and result == 0 and emulator.has_ended(_DEATH_S):
                raise ServerDied
            return result

        return call

    names = {"connect": _port_of_address, "recv_into": _port_of_peer, "sendall": _port_of_peer, "send": _port_of_peer}
    attempts = os.environ.get("AWS_MAX_ATTEMPTS")
    os.environ["AWS_MAX_ATTEMPTS"] = "1"  # for clients in other processes: nothing answers them before the restart
    try:
        with patched(
            [(socket.socket, name, guarded(getattr(socket.socket, name), port)) for name, port in names.items()]
        ):
            yield
    finally:
        if attempts is None:
            del os.environ["AWS_MAX_ATTEMPTS"]
        else:
            os.environ["AWS_MAX_ATTEMPTS"] = attempts


def _port_of_address(sock: socket.socket, address: Any) -> int | None:
    return address[1] if isinstance(address, tuple) else None


def _port_of_peer(sock: socket.socket, _: Any) -> int | None:
    try:
        peer = sock.getpeername()
    except OSError:
        return None
    return peer[1] if isinstance(peer, tuple) else None


def _compare_with_goal(emulator: Emulator) -> None:
    """Raises AssertionError with what is lost, doubled or different beside the run without a crash."""
    problems = emulator.diff(_GOAL).problems()
    if problems:  # no assert statement: pytest would add its own explanation
        raise AssertionError("; ".join(problems))


def _shown(error: BaseException) -> str:
    text = "".join(traceback.format_exception_only(error)).strip()
    return text if len(text) <= 1000 else f"{text[:1000]} …"
