"""A disk that forgets: what a power cut may leave of everything that was not synced.

The files lie in a real folder, and everything that changes them is also noted. :meth:`CrashModel.after_power_cut`
builds what the disk may hold when the power goes, by drawing for everything that was not synced whether, and how
much of it, arrived:

- *content*: writes to a file since its last sync; each sector of 512 bytes of them arrived or did not, in any order;
  also a file's new size, without its bytes.
- *names*: what was created, renamed, linked or removed in a folder since that folder's last sync. They arrive in
  order, up to any point in each folder: as in a journaling file system, a later change never arrives without an
  earlier one.

A file's bytes are not its name's: a synced file whose folder wasn't synced may be gone, and the other way round.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from storage.files import Files

SECTOR = 512

Draw = Callable[[int], int]
"""A number from 0 up to and including the one given."""


@dataclass
class _Inode:
    """A file: what is on the disk for certain, and what was written since."""

    synced: bytes = b""
    writes: list[tuple[int, bytes]] = field(default_factory=list)
    size: int = 0

    def current(self) -> bytes:
        return _written(self.synced, self.writes, self.size)

    def sync(self) -> None:
        self.synced, self.writes = self.current(), []

    def survivor(self, draw: Draw) -> bytes:
        """What is left after a power cut."""
        pieces = []
        for offset, data in self.writes:
            start = 0
            while start < len(data):
                end = min(len(data), start + SECTOR - (offset + start) % SECTOR)
                pieces.append((offset + start, data[start:end]))
                start = end
        kept = [piece for piece in pieces if draw(1)]
        size = self.size if draw(1) else len(self.synced)
        return _written(self.synced, [(at, data[: max(0, size - at)]) for at, data in kept], size)


def _written(content: bytes, writes: list[tuple[int, bytes]], size: int) -> bytes:
    result = bytearray(content[:size].ljust(size, b"\0"))
    for offset, data in writes:
        result[offset : offset + len(data)] = data
    return bytes(result[:size])


Names = dict[str, "_Inode | None"]
"""What a folder holds: files by name, and None for a folder."""


class CrashModel(Files):
    """Notes everything below ``root``. ``budget`` is how many changes reach the operating system before the power
    goes."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.budget = -1
        self.changes = 0
        self._open: dict[int, _Inode] = {}
        self._now: dict[Path, Names] = {root: {}}
        self._synced: dict[Path, Names] = {root: {}}
        self._pending: dict[Path, list[tuple[str, _Inode | None, bool]]] = {}

    # What the disk holds.

    def after_power_cut(self, target: Path, draw: Draw) -> None:
        """Builds in ``target`` what may be left of ``root``."""
        survivors: dict[int, bytes] = {}

        def content(inode: _Inode) -> bytes:
            if id(inode) not in survivors:
                survivors[id(inode)] = inode.survivor(draw)
            return survivors[id(inode)]

        def build(folder: Path, into: Path) -> None:
            into.mkdir()
            names = dict(self._synced.get(folder, {}))
            pending = self._pending.get(folder, [])
            for name, inode, present in pending[: draw(len(pending))]:
                if present:
                    names[name] = inode
                else:
                    names.pop(name, None)
            for name, inode in names.items():
                if inode is None:
                    build(folder / name, into / name)
                else:
                    (into / name).write_bytes(content(inode))

        build(self.root, target)

    def _change(self) -> None:
        self.changes += 1
        if self.budget >= 0 and self.changes > self.budget:
            raise OSError("the power is gone")

    def _note(self, path: Path, inode: _Inode | None, *, present: bool = True) -> None:
        names = self._now.setdefault(path.parent, {})
        if present:
            names[path.name] = inode
        else:
            names.pop(path.name, None)
        self._pending.setdefault(path.parent, []).append((path.name, inode, present))

    def _inode(self, path: Path) -> _Inode:
        inode = self._now[path.parent][path.name]
        assert inode is not None
        return inode

    # Files.

    def create(self, path: Path, mode: int = 0o600) -> int:
        self._change()
        fd = super().create(path, mode)
        self._open[fd] = inode = _Inode()
        self._note(path, inode)
        return fd

    def open_existing(self, path: Path, *, write: bool = False) -> int:
        fd = super().open_existing(path, write=write)
        self._open[fd] = self._inode(path)
        return fd

    def open_lock(self, path: Path) -> int:
        if not self.exists(path):
            self._change()
            self._note(path, _Inode())
        fd = super().open_lock(path)
        self._open[fd] = self._inode(path)
        return fd

    def close(self, fd: int) -> None:
        super().close(fd)
        self._open.pop(fd, None)

    def pwrite(self, fd: int, data: bytes | memoryview, offset: int) -> None:
        self._change()
        super().pwrite(fd, data, offset)
        inode = self._open[fd]
        inode.writes.append((offset, bytes(data)))
        inode.size = max(inode.size, offset + len(data))

    def truncate(self, fd: int, size: int) -> None:
        self._change()
        super().truncate(fd, size)
        inode = self._open[fd]
        inode.synced, inode.writes, inode.size = inode.current()[:size], [], size

    def datasync(self, fd: int) -> None:
        self.sync(fd)

    def sync(self, fd: int) -> None:
        self._change()
        self._open[fd].sync()

    def sync_directory(self, path: Path) -> None:
        self._change()
        self._synced[path] = dict(self._now.get(path, {}))
        self._pending.pop(path, None)

    def sync_file_system(self, path: Path) -> None:
        self._change()
        for folder, names in self._now.items():
            self._synced[folder] = dict(names)
            for inode in names.values():
                if inode is not None:
                    inode.sync()
        self._pending.clear()

    def rename(self, source: Path, target: Path) -> None:
        self._change()
        super().rename(source, target)
        inode = self._inode(source)
        if source.parent == target.parent:
            # One change of one folder: both names at once.
            self._now[source.parent].pop(source.name)
            self._note(target, inode)
            self._pending[source.parent].append((source.name, None, False))
        else:
            # Across folders a journaling file system does both at once too; that the old name may stay is no harm
            # here.
            self._note(target, inode)
            self._note(source, None, present=False)

    def link(self, source: Path, target: Path) -> None:
        self._change()
        super().link(source, target)
        self._note(target, self._inode(source))

    def clone(self, source: Path, fd: int) -> bool:
        # Shared blocks would pass the model by.
        return False

    def unlink(self, path: Path) -> None:
        self._change()
        super().unlink(path)
        self._note(path, None, present=False)

    def mkdir(self, path: Path) -> None:
        self._change()
        super().mkdir(path)
        self._note(path, None)
        self._now[path] = {}
        self._synced[path] = {}

    def rmdir(self, path: Path) -> None:
        self._change()
        super().rmdir(path)
        self._note(path, None, present=False)

    def remove_tree(self, path: Path) -> None:
        if not self.exists(path):
            return
        for folder, folders, names in os.walk(path, topdown=False):
            for name in names:
                self.unlink(Path(folder) / name)
            for name in folders:
                self.rmdir(Path(folder) / name)
        self.rmdir(path)
