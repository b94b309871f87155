"""What a server that a fault kills leaves in its data directory, so that the next start can tell what ended it.

Events are the run's own and go with it. A ``crash`` is part of a test's plan, though, and its hit should be found where
the others are.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

from storage.directory import Layout
from storage.files import Files

_NAME = "last-words.json"


def leave(data_dir: Path, words: Mapping[str, Any]) -> None:
    """Writes them down, right before the end: not synced, since nothing else may get further meanwhile. They matter
    less than the end does: a disk that takes none is let be."""
    files, path = Files(), Layout(data_dir).own / _NAME
    with contextlib.suppress(OSError):
        if files.exists(path):
            files.unlink(path)
        files.write_new(path, orjson.dumps(words), durable=False)


def take(data_dir: Path) -> dict[str, Any] | None:
    """What the run before has left, which is gone then; None if there is nothing, or nothing that can be read."""
    files, path = Files(), Layout(data_dir).own / _NAME
    try:
        words = orjson.loads(files.read(path))
        files.unlink(path)
    except (OSError, ValueError):
        return None
    return words if isinstance(words, dict) else None
