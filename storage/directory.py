"""A data directory: what lies where, and whose it is while it is open."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import socket
import weakref
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import orjson

from storage.errors import DirectoryLocked, DirectoryRefused
from storage.files import Files


@dataclass(frozen=True, slots=True)
class Layout:
    """The places in a data directory; the table is in ``docs/storage.md``."""

    root: Path

    @property
    def pointer(self) -> Path:
        return self.root / "emu.json"

    @property
    def own(self) -> Path:
        """The folder that is ours alone; Kumo never touches it."""
        return self.root / "emu"

    @property
    def lock(self) -> Path:
        return self.own / "lock"

    @property
    def unpublished(self) -> Path:
        """There while ``emu.json`` was never written: what else is in the folder then may be thrown away."""
        return self.own / "unpublished"

    @property
    def documents(self) -> Path:
        return self.own / "documents"

    @property
    def blobs(self) -> Path:
        return self.own / "blobs"

    @property
    def uploads(self) -> Path:
        """Bodies on their way; whatever a start finds here is of no use."""
        return self.own / "uploads"

    @property
    def journal(self) -> Path:
        return self.own / "journal"

    @property
    def adopted_over(self) -> Path:
        """The pointer to the base that an edited rest form replaced."""
        return self.own / "before-adoption.json"

    @property
    def seed(self) -> Path:
        """What names the seed's documents and blobs."""
        return self.own / "seed.json"

    @property
    def rest_bodies(self) -> Path:
        return self.root / "s3-objects"

    def rest_document(self, name: str) -> Path:
        return self.root / f"{name}.json"

    def folders(self) -> tuple[Path, ...]:
        return (self.documents, self.blobs, self.uploads, self.journal)


class Lock:
    """The lock on a data directory, held until :meth:`release` or the end of the process.

    It is the system's (``flock``), so a killed process leaves none behind. The file says who holds it. A child made
    by ``fork`` gets rid of its copy at once, else it would hold the directory beyond its parent's end.
    """

    def __init__(self, files: Files, path: Path) -> None:
        """Raises DirectoryLocked, naming the holder."""
        self._files = files
        self._fd = files.open_lock(path)
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = _holder(files, self._fd)
            self.release()
            if error.errno not in (errno.EWOULDBLOCK, errno.EACCES):
                raise
            raise DirectoryLocked(
                f"{path.parent.parent} is in use by {holder}. Stop that one first, or give this one another directory."
            ) from None
        _HELD.add(self)
        try:
            files.truncate(self._fd, 0)
            files.pwrite(self._fd, orjson.dumps({"pid": os.getpid(), "host": socket.gethostname()}), 0)
        except BaseException:
            self.release()
            raise

    @property
    def held(self) -> bool:
        return self._fd >= 0

    def release(self) -> None:
        if self._fd < 0:
            return
        fd, self._fd = self._fd, -1
        try:
            if self in _HELD:
                _HELD.discard(self)
                # Closing alone gives the lock up only when every copy is closed, and a child that was forked a moment
                # ago may not have come to close its own.
                fcntl.flock(fd, fcntl.LOCK_UN)
        finally:
            self._files.close(fd)

    def forked(self) -> None:
        """In a child: the lock stays the parent's."""
        with contextlib.suppress(OSError):
            os.close(self._fd)
        self._fd = -1


_HELD: weakref.WeakSet[Lock] = weakref.WeakSet()


def _drop_in_child() -> None:
    for lock in list(_HELD):
        lock.forked()
    _HELD.clear()


os.register_at_fork(after_in_child=_drop_in_child)


def _holder(files: Files, fd: int) -> str:
    try:
        value = orjson.loads(files.pread(fd, 1024, 0))
        return f"process {value['pid']} on host {value['host']}"
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return "another process"


_FOR_ANOTHER_USER = (
    "give this user access to it, or choose another directory; in a container, run it as the directory's owner: "
    '--user "$(id -u):$(id -g)"'
)
_ADVICE = {
    errno.ENOENT: "its parent folder doesn't exist; make it first",
    errno.ENOTDIR: "a part of the path is a file; choose another path",
    errno.EEXIST: "there is a file of that name, or a symbolic link that leads nowhere; choose another path",
    errno.EACCES: _FOR_ANOTHER_USER,
    errno.EPERM: _FOR_ANOTHER_USER,
    errno.EROFS: "the file system is mounted read-only; choose another directory",
    errno.ENOSPC: "the disk is full; make room, or choose another directory",
    errno.EDQUOT: "the disk quota is used up; make room, or choose another directory",
    errno.ENAMETOOLONG: "the path is too long; choose a shorter one",
    errno.ELOOP: "its symbolic links lead in a circle; choose another path",
}
_ADVICE_WITHIN = {
    errno.ENOENT: "it is gone, or a symbolic link on the way to it leads nowhere; put it back",
    errno.ENOTDIR: "something else stands where a folder belongs; move that away",
    errno.EISDIR: "a folder stands where a file belongs; move that away",
    errno.EEXIST: "something stands there already; move that away",
    errno.ELOOP: "its symbolic links lead in a circle; put the file back",
}
"""Where it isn't the directory itself that is at fault, but a file in it."""


def refusal(path: Path, error: OSError, doing: str) -> DirectoryRefused:
    """One sentence for what the system refused: which path, which file in it, as which user, and what to do."""
    number = error.errno or 0
    within = isinstance(error.filename, str) and Path(error.filename) != path
    advice = _ADVICE.get(number, "choose another directory, or look at the system's log")
    if within:
        advice = _ADVICE_WITHIN.get(number, advice)
    reason = os.strerror(number) if number else str(error)
    file = f"{error.filename}: " if within else ""
    return DirectoryRefused(f"Can't {doing} {path} as user id {os.getuid()}: {file}{reason}; {advice}.")


def make_root(files: Files, root: Path) -> bool:
    """Makes the data directory if it isn't there; whether it was made. Raises DirectoryRefused."""
    if files.is_directory(root):
        return False
    try:
        files.mkdir(root)
    except OSError as error:
        raise refusal(root, error, "make the data directory") from error
    return True


def holds_state(files: Files, layout: Layout, rest_names: Iterable[str]) -> bool:
    """Whether a directory holds anything that a start would go on with."""
    return files.exists(layout.pointer) or any(files.exists(layout.rest_document(name)) for name in rest_names)


def remove_state(files: Files, layout: Layout, rest_names: Iterable[str]) -> None:
    """Removes the state from a directory that is locked, and nothing else. A crash meanwhile leaves one that can be
    begun anew."""
    if not files.exists(layout.unpublished):
        files.write_new(layout.unpublished, b"")
        files.sync_directory(layout.own)
    for path in (layout.pointer, *map(layout.rest_document, rest_names)):
        if files.exists(path):
            files.unlink(path)
    files.remove_tree(layout.rest_bodies)
    for name in files.names(layout.own):
        path = layout.own / name
        if path in (layout.lock, layout.unpublished):
            continue
        if files.is_directory(path):
            files.remove_tree(path)
        else:
            files.unlink(path)
