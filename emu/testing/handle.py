"""What the fixture ``emu`` is: the levers of the test's own world, and its server's life."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from emu.testing import crash_points
from emu.testing.diff import Diff
from emu.testing.errors import hidden
from emu.testing.events import Events
from emu.testing.faults import Faults
from emu.testing.levers import Levers
from emu.testing.worlds import World

__tracebackhide__ = hidden


class Handle(Levers):
    """One test's world. It begins clean, or with the seed, and ends with the test."""

    def __init__(self, world: World) -> None:
        self._world = world

    def __repr__(self) -> str:
        return f"<emu {self.state} at {self.endpoint_url}>"

    @property
    def endpoint_url(self) -> str:
        return self._world.worker.endpoint_url

    @property
    def state(self) -> str:
        """``"ephemeral"`` or ``"persistent"``."""
        return self._world.plan.state

    @property
    def data_dir(self) -> Path | None:
        """The working directory of a persistent test."""
        return self._world.data_dir

    @property
    def log(self) -> str:
        """What the server has logged since the test began."""
        return self._world.log

    @property
    def running(self) -> bool:
        return self._world.emulator.running

    @property
    def faults(self) -> Faults:
        return Faults(self.control, self._server, self._world.renew_jitter)

    def client(self, service: str, **options: Any) -> Any:
        """A boto3 client of this server. Without ``options``, the same one in every test of the process."""
        return super().client(service, **options) if options else self._world.worker.client(service)

    def kill(self) -> None:
        """SIGKILL: what a crash or an out-of-memory kill does. A world in memory is gone with it."""
        self._world.remember_events()
        self._world.emulator.kill()

    def restart(self) -> None:
        """Starts the server again on the same directory and port, after a clean stop if it still runs."""
        self._world.remember_events()
        self._world.emulator.restart()
        self._world.renew_jitter()

    def events(self, *, what: str | None = "commit", after: int | None = None, **filters: Any) -> Events:
        """What happened since the test began, also before a kill or restart; see :meth:`Levers.events`.

        What a server did that ended by itself, at a ``crash`` fault, is not among it.
        """
        if after is not None:
            return super().events(what=what, after=after, **filters)
        return self._world.events(what=what, **filters)

    def snapshot(self, name: str, *, replace: bool = False, **manifest: Any) -> dict[str, Any]:
        """Keeps the present state under a name until the test ends. To keep it in the project: check_snapshot."""
        return super().snapshot(name, replace=replace, **manifest)

    def restore(self, name: str, **scope: Any) -> dict[str, Any]:
        """Makes the state that of a snapshot of this test, or of a seed."""
        self._world.provide(name)
        return super().restore(name, **scope)

    def diff(self, name: str) -> Diff:
        """What differs from a snapshot of this test, or from a seed, to the present state."""
        return self._world.diff(name)

    def check_snapshot(self, name: str, **manifest: Any) -> None:
        """Fails unless the present state is that of the project's snapshot of this name: equal by :attr:`Diff.equal`.

        With ``--emu-update-snapshots`` the project's snapshot becomes the present state instead, for review with Git.
        Declare ``deterministic=`` and ``clock=``, so that two runs give the same state. ``manifest``: purpose,
        exercises, edge_cases.
        """
        self._world.check_snapshot(name, manifest)

    def crash_points(
        self,
        pipeline: Callable[[], object],
        *,
        resume: Callable[[], object] | None = None,
        check: Callable[[], object] | None = None,
        at: Iterable[int] | None = None,
        when: str = crash_points.AFTER_FLUSH,
    ) -> crash_points.CrashReport:
        """Runs the pipeline once for every commit boundary; see :func:`emu.testing.crash_points.run`.

        It begins each time with the world as it is now, which is there again at the end. A test in memory gets a
        directory for it. Faults are forgotten, as by every restart.
        """
        with self._world.on_directory() as emulator:
            return crash_points.run(emulator, pipeline, resume=resume, check=check, at=at, when=when)

    def _server(self) -> object:
        return self._world.emulator.pid

    def _section_scope(self) -> str:
        return str(self._world.worker.root)
