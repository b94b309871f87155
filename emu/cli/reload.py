"""``emu serve --reload``: a server that starts again whenever emu's own code changes. For people who work on emu."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

_STOP_SECONDS = 15


def serve_again_and_again(arguments: Sequence[str]) -> None:
    """Serves in a process of its own, and anew after each change; returns when interrupted."""
    from watchfiles import PythonFilter, run_process

    from emu.home import house

    os.environ["PYTHONPATH"] = house()
    command = [sys.executable, "-P", "-m", "emu", "serve", *arguments]
    run_process(
        *code_folders(),
        target=shlex.join(command),
        target_type="command",
        watch_filter=PythonFilter(),
        callback=lambda changes: print(f"emu: {len(changes)} files changed, starting again", file=sys.stderr),
        sigint_timeout=_STOP_SECONDS,
    )


def code_folders() -> list[Path]:
    """Where emu's own code lies."""
    import emu
    import services
    import storage

    return [Path(str(package.__file__)).parent for package in (emu, services, storage)]
