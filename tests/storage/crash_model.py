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
from collections.abc import Callable, Iterator, Mapping
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


@dataclass
class _Folder:
    """names: as they are now. synced: as they are on the disk for certain. pending: what changed since, in order; None
    for a name that went. A rename within a folder is one change."""

    names: dict[str, _Node] = field(default_factory=dict)
    synced: dict[str, _Node] = field(default_factory=dict)
    pending: list[Mapping[str, _Node | None]] = field(default_factory=list)

    def change(self, names: Mapping[str, _Node | None]) -> None:
        _change(self.names, names)
        self.pending.append(names)

    def sync(self) -> None:
        self.synced = dict(self.names)
        self.pending.clear()

    def survivors(self, draw: Draw) -> dict[str, _Node]:
        names = dict(self.synced)
        for change in self.pending[: draw(len(self.pending))]:
            _change(names, change)
        return names

    def everything(self) -> Iterator[_Node]:
        for node in self.names.values():
            yield node
            if isinstance(node, _Folder):
                yield from node.everything()


_Node = _Inode | _Folder


def _change(names: dict[str, _Node], change: Mapping[str, _Node | None]) -> None:
    for name, node in change.items():
        if node is None:
            names.pop(name, None)
        else:
            names[name] = node


class CrashModel(Files):
    """Notes everything below ``root``. ``budget`` is how many changes reach the operating system before the power
    goes."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.budget = -1
        self.changes = 0
        self._open: dict[int, _Inode] = {}
        self._top = _Folder()

    # What the disk holds.

    def after_power_cut(self, target: Path, draw: Draw) -> None:
        """Builds in ``target`` what may be left of ``root``."""
        survivors: dict[int, bytes] = {}

        def content(inode: _Inode) -> bytes:
            if id(inode) not in survivors:
                survivors[id(inode)] = inode.survivor(draw)
            return survivors[id(inode)]

        def build(folder: _Folder, into: Path) -> None:
            into.mkdir()
            for name, node in folder.survivors(draw).items():
                if isinstance(node, _Folder):
                    build(node, into / name)
                else:
                    (into / name).write_bytes(content(node))

        build(self._top, target)

    def _power(self) -> None:
        """Each change of the disk asks for it."""
        self.changes += 1
        if self.budget >= 0 and self.changes > self.budget:
            raise OSError("the power is gone")

    def _folder(self, path: Path) -> _Folder:
        folder = self._top
        for name in path.relative_to(self.root).parts:
            node = folder.names[name]
            assert isinstance(node, _Folder), path
            folder = node
        return folder

    def _inode(self, path: Path) -> _Inode:
        node = self._folder(path.parent).names[path.name]
        assert isinstance(node, _Inode), path
        return node

    def _note(self, path: Path, node: _Node | None) -> None:
        self._folder(path.parent).change({path.name: node})

    # Files.

    def create(self, path: Path, mode: int = 0o600) -> int:
        self._power()
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
            self._power()
            self._note(path, _Inode())
        fd = super().open_lock(path)
        self._open[fd] = self._inode(path)
        return fd

    def close(self, fd: int) -> None:
        super().close(fd)
        self._open.pop(fd, None)

    def pwrite(self, fd: int, data: bytes | memoryview, offset: int) -> None:
        self._power()
        super().pwrite(fd, data, offset)
        inode = self._open[fd]
        inode.writes.append((offset, bytes(data)))
        inode.size = max(inode.size, offset + len(data))

    def truncate(self, fd: int, size: int) -> None:
        self._power()
        super().truncate(fd, size)
        inode = self._open[fd]
        inode.synced, inode.writes, inode.size = inode.current()[:size], [], size

    def datasync(self, fd: int) -> None:
        self.sync(fd)

    def sync(self, fd: int) -> None:
        self._power()
        self._open[fd].sync()

    def sync_directory(self, path: Path) -> None:
        self._power()
        self._folder(path).sync()

    def sync_file_system(self, path: Path) -> None:
        self._power()
        self._top.sync()
        for node in self._top.everything():
            node.sync()

    def rename(self, source: Path, target: Path) -> None:
        self._power()
        super().rename(source, target)
        node = self._folder(source.parent).names[source.name]
        if source.parent == target.parent:
            self._folder(source.parent).change({target.name: node, source.name: None})
        else:
            # Across folders a journaling file system does both at once too; that the old name may stay is no harm
            # here.
            self._note(target, node)
            self._note(source, None)

    def link(self, source: Path, target: Path) -> None:
        self._power()
        super().link(source, target)
        self._note(target, self._inode(source))

    def clone(self, source: Path, fd: int) -> bool:
        # Shared blocks would pass the model by.
        return False

    def unlink(self, path: Path) -> None:
        self._power()
        super().unlink(path)
        self._note(path, None)

    def mkdir(self, path: Path) -> None:
        self._power()
        super().mkdir(path)
        self._note(path, _Folder())

    def make_folders(self, path: Path) -> None:
        if not self.is_directory(path.parent):
            self.make_folders(path.parent)
        if not self.is_directory(path):
            self.mkdir(path)

    def rmdir(self, path: Path) -> None:
        self._power()
        super().rmdir(path)
        self._note(path, None)

    def remove_tree(self, path: Path) -> None:
        if not self.exists(path):
            return
        for folder, folders, names in os.walk(path, topdown=False):
            for name in names:
                self.unlink(Path(folder) / name)
            for name in folders:
                self.rmdir(Path(folder) / name)
        self.rmdir(path)
