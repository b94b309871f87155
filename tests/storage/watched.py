"""Files that tell what is done to them, and files that fail."""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Callable
from pathlib import Path

from storage.files import Files


class WatchedFiles(Files):
    """Calls ``before`` with the name of every operation that changes the disk and the path it is about; that may
    raise."""

    def __init__(
        self, before: Callable[[str, Path], None], *, after: Callable[[str, Path], None] | None = None
    ) -> None:
        self._before = before
        self._after = after or (lambda operation, path: None)
        self._paths: dict[int, Path] = {}

    def _note(self, fd: int, path: Path) -> int:
        self._paths[fd] = path
        return fd

    def create(self, path: Path, mode: int = 0o600) -> int:
        self._before("create", path)
        return self._note(super().create(path, mode), path)

    def open_existing(self, path: Path, *, write: bool = False) -> int:
        return self._note(super().open_existing(path, write=write), path)

    def pwrite(self, fd: int, data: bytes | memoryview, offset: int) -> None:
        path = self._paths.get(fd, Path("?"))
        self._before("pwrite", path)
        super().pwrite(fd, data, offset)
        self._after("pwrite", path)

    def datasync(self, fd: int) -> None:
        path = self._paths.get(fd, Path("?"))
        self._before("datasync", path)
        super().datasync(fd)
        self._after("datasync", path)

    def sync(self, fd: int) -> None:
        path = self._paths.get(fd, Path("?"))
        self._before("sync", path)
        super().sync(fd)
        self._after("sync", path)

    def sync_directory(self, path: Path) -> None:
        self._before("sync_directory", path)
        fd = os.open(path, os.O_RDONLY)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)
        self._after("sync_directory", path)

    def sync_file_system(self, path: Path) -> None:
        self._before("sync_file_system", path)
        super().sync_file_system(path)

    def rename(self, source: Path, target: Path) -> None:
        self._before("rename", target)
        super().rename(source, target)
        self._after("rename", target)
        for fd, path in self._paths.items():
            if path == source:
                self._paths[fd] = target

    def link(self, source: Path, target: Path) -> None:
        self._before("link", target)
        super().link(source, target)

    def unlink(self, path: Path) -> None:
        self._before("unlink", path)
        super().unlink(path)

    def remove_tree(self, path: Path) -> None:
        try:
            self._before("remove_tree", path)
        except OSError:
            return  # what can't be removed stays, as with the real one
        super().remove_tree(path)

    def mkdir(self, path: Path) -> None:
        self._before("mkdir", path)
        super().mkdir(path)


class UnsyncedFiles(Files):
    """Doesn't wait for the disk: for what a test only prepares or looks at."""

    def datasync(self, fd: int) -> None:
        return

    def sync(self, fd: int) -> None:
        return

    def sync_directory(self, path: Path) -> None:
        return

    def sync_file_system(self, path: Path) -> None:
        return


class Failing:
    """A disk that fails: give :attr:`before` to WatchedFiles. ``fail`` chooses the operations that raise
    ``number``."""

    def __init__(self, fail: Callable[[str, Path], bool], number: int = errno.EIO) -> None:
        self.fail = fail
        self.number = number
        self.on = False
        self.failures = 0
        self._lock = threading.Lock()

    def before(self, operation: str, path: Path) -> None:
        with self._lock:
            if self.on and self.fail(operation, path):
                self.failures += 1
                raise OSError(self.number, os.strerror(self.number), str(path))
