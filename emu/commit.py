"""Which commit of the user's own project is checked out."""

from __future__ import annotations

import subprocess
from pathlib import Path


def head_commit(folder: Path | None = None) -> str | None:
    """The commit around a folder, the current one by default; None without Git."""
    try:
        done = subprocess.run(
            ["git", "rev-parse", "HEAD"],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=5,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() or None if done.returncode == 0 else None
