"""Where a repair keeps what it removes: ``emu/repair-<n>/``, a folder for each, laid out like the data directory."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import orjson

from storage.directory import Layout
from storage.files import FILE_MODE, Files

_PREFIX = "repair-"


class RepairFolder:
    """One repair's folder, made when something is first put into it."""

    def __init__(self, files: Files, layout: Layout) -> None:
        numbers = [name.removeprefix(_PREFIX) for name in files.names(layout.own) if name.startswith(_PREFIX)]
        number = 1 + max((int(text) for text in numbers if text.isdigit()), default=0)
        self.folder = layout.own / f"{_PREFIX}{number}"
        self._files = files
        self._layout = layout

    def keep(self, paths: Iterable[Path]) -> None:
        """Gives files a second name in the folder, on the disk on return; those that aren't there are passed over."""
        folders = set()
        for path in paths:
            if not self._files.exists(path):
                continue
            target = self.folder / path.relative_to(self._layout.root)
            folders |= self._make(target.parent)
            number = 1
            while self._files.exists(target) and not self._files.same_file(target, path):
                number += 1
                target = target.with_name(f"{path.name}.{number}")
            if not self._files.exists(target):
                self._files.link_or_copy(path, target, mode=FILE_MODE)
        for folder in folders:
            self._files.sync_directory(folder)

    def move(self, paths: Iterable[Path]) -> None:
        """Takes files out of the directory into the folder."""
        present = [path for path in paths if self._files.exists(path)]
        self.keep(present)
        for path in present:
            self._files.unlink(path)
        for folder in {path.parent for path in present}:
            self._files.sync_directory(folder)

    def report(self, value: Any) -> None:
        """Writes down beside the files what was found and done."""
        self._make(self.folder)
        self._files.replace(
            self.folder / "report.json", orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
        )

    def _make(self, folder: Path) -> set[Path]:
        """Makes a folder and those above it, up to the repair's own; all whose names must be synced."""
        missing = [folder]
        while missing[-1] != self.folder:
            missing.append(missing[-1].parent)
        for path in reversed(missing):
            if not self._files.exists(path):
                self._files.mkdir(path)
        return {*missing, self._layout.own}
