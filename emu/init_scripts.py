"""The init scripts: every ``*.sh`` of a directory, one after the other, as soon as emu answers.

Kumo runs the same scripts the same way: ``/bin/sh``, in alphabetical order, a failing one doesn't stop the next. What
Kumo lacks is a way to know that they are through; here ``/kumo/ready`` tells.
"""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from emu import log


class InitScripts:
    """The scripts of one start. ``failed`` names those that ended with another status than 0."""

    def __init__(self, directory: Path | None) -> None:
        self._scripts = [] if directory is None else sorted(
            entry for entry in directory.iterdir() if entry.suffix == ".sh" and entry.is_file()
        )  # fmt: skip
        self.finished = not self._scripts
        self.running: str | None = None
        self.failed: list[str] = []
        self._through = asyncio.Event()
        if self.finished:
            self._through.set()

    async def until_finished(self) -> None:
        """Returns when all have run, however they ended."""
        await self._through.wait()

    def why_not_ready(self) -> str | None:
        """A sentence that names the script at fault, or None."""
        if self.failed:
            return f"The init script {self.failed[0]} failed."
        if self.finished:
            return None
        return f"The init script {self.running} is running." if self.running else "The init scripts have not begun."

    async def run(self, endpoint_url: str, region: str) -> None:
        """Runs them all. ``endpoint_url`` is where emu answers."""
        environment = {
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            **os.environ,
            "AWS_ENDPOINT_URL": endpoint_url,
            "AWS_DEFAULT_REGION": region,
            "AWS_REGION": region,
        }
        for script in self._scripts:
            self.running = script.name
            log.info("init script starts", script=script.name)
            status = await self._run_one(script, environment)
            if status == 0:
                log.info("init script is through", script=script.name)
            else:
                self.failed.append(script.name)
                log.error("init script failed", script=script.name, status=status)
        self.running = None
        self.finished = True
        self._through.set()
        if self._scripts:
            log.info("init scripts are through", run=len(self._scripts), failed=len(self.failed))

    async def _run_one(self, script: Path, environment: dict[str, str]) -> int:
        process = await asyncio.create_subprocess_exec(
            "/bin/sh", str(script), env=environment, stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        assert process.stdout is not None
        try:
            while line := await _line(process.stdout):
                log.info("init script says", script=script.name, line=line.decode("utf-8", "replace").rstrip("\n"))
            return await process.wait()
        except asyncio.CancelledError:
            process.terminate()
            await process.wait()
            raise


async def _line(stream: asyncio.StreamReader) -> bytes:
    """The next line, or a longest possible piece of one that never ends."""
    try:
        return await stream.readuntil(b"\n")
    except asyncio.IncompleteReadError as error:
        return error.partial
    except asyncio.LimitOverrunError as error:
        return await stream.readexactly(error.consumed)
