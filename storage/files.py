"""The operating system's files: the only module that opens, writes, syncs, renames or removes any.

Everything that storage does to a disk goes through an instance of :class:`Files`, which is handed around. Tests put a
recorder, a failing disk or a model of a power cut in its place. Paths are :class:`pathlib.Path`; descriptors are
``int``. All methods raise OSError as the system does.
"""

from __future__ import annotations

import errno
import fcntl
import mmap
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

FILE_MODE = 0o600
DIRECTORY_MODE = 0o700
SHARED_FILE_MODE = 0o666
"""Of files that aren't ours alone: the umask takes its part away."""
_COPY_BYTES = 1024 * 1024
_FICLONE = 0x40049409
_NO_LINK = {errno.EXDEV, errno.EPERM, errno.EACCES, errno.EMLINK, errno.ENOTSUP, errno.ENOSYS}


class Files:
    """The real thing."""

    # Writing by descriptor. A short write is carried on, never passed up: callers know only "written" and "failed".

    def create(self, path: Path, mode: int = FILE_MODE) -> int:
        """A new file, open for reading and writing. FileExistsError if there is one already."""
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, mode)

    def open_existing(self, path: Path, *, write: bool = False) -> int:
        return os.open(path, os.O_RDWR if write else os.O_RDONLY)

    def open_lock(self, path: Path) -> int:
        """Opens a file for locking, made if it isn't there, its content untouched."""
        return os.open(path, os.O_RDWR | os.O_CREAT, FILE_MODE)

    def close(self, fd: int) -> None:
        os.close(fd)

    def pwrite(self, fd: int, data: bytes | memoryview, offset: int) -> None:
        """Writes all of ``data`` at ``offset``."""
        written = os.pwrite(fd, data, offset)
        while written < len(data):
            data = memoryview(data)[written:]
            offset += written
            written = os.pwrite(fd, data, offset)

    def pread(self, fd: int, length: int, offset: int) -> bytes:
        return os.pread(fd, length, offset)

    def truncate(self, fd: int, size: int) -> None:
        os.ftruncate(fd, size)

    def size(self, fd: int) -> int:
        return os.fstat(fd).st_size

    # Making it last.

    def datasync(self, fd: int) -> None:
        """Returns when the file's data, and its size, are on the disk."""
        if sys.platform == "darwin":
            _full_sync(fd)
        else:
            os.fdatasync(fd)

    def sync(self, fd: int) -> None:
        """Returns when the file is on the disk."""
        if sys.platform == "darwin":
            _full_sync(fd)
        else:
            os.fsync(fd)

    def sync_directory(self, path: Path) -> None:
        """Returns when the names in a directory are on the disk."""
        fd = os.open(path, os.O_RDONLY)
        try:
            self.sync(fd)
        finally:
            os.close(fd)

    def sync_file_system(self, path: Path) -> None:
        """Returns when everything written to the file system of ``path`` is on the disk: one call for many files."""
        import ctypes  # here only: a process that never recovers needn't load it

        syncfs = getattr(ctypes.CDLL(None, use_errno=True), "syncfs", None)
        if syncfs is None:
            os.sync()
            return
        fd = os.open(path, os.O_RDONLY)
        try:
            if syncfs(fd) != 0:
                number = ctypes.get_errno()
                raise OSError(number, os.strerror(number), str(path))
        finally:
            os.close(fd)

    # Names.

    def rename(self, source: Path, target: Path) -> None:
        """Puts ``source`` in the place of ``target``, which may exist."""
        os.replace(source, target)

    def link(self, source: Path, target: Path) -> None:
        os.link(source, target)

    def unlink(self, path: Path) -> None:
        os.unlink(path)

    def mkdir(self, path: Path) -> None:
        os.mkdir(path, DIRECTORY_MODE)

    def make_folders(self, path: Path) -> None:
        """A folder that is shared with others as the umask says, with those above it; fine if it is there."""
        os.makedirs(path, exist_ok=True)

    def rmdir(self, path: Path) -> None:
        os.rmdir(path)

    def chmod(self, path: Path, mode: int) -> None:
        os.chmod(path, mode)

    def remove_tree(self, path: Path) -> None:
        """Removes a folder with all that is in it; one that isn't there is fine."""
        shutil.rmtree(path, ignore_errors=True)

    # Looking.

    def names(self, folder: Path) -> list[str]:
        """What a folder holds, sorted; nothing for one that isn't there."""
        try:
            return sorted(os.listdir(folder))
        except FileNotFoundError:
            return []

    def exists(self, path: Path) -> bool:
        return os.path.lexists(path)

    def is_directory(self, path: Path) -> bool:
        return os.path.isdir(path)

    def check_access(self, path: Path, *, write: bool) -> None:
        """Raises PermissionError for a folder that this user can't list and enter, and write to where that is asked."""
        if not os.access(path, os.R_OK | os.X_OK | (os.W_OK if write else 0)):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))

    def same_file(self, path: Path, other: Path) -> bool:
        """Whether both names lead to one file."""
        return os.path.samefile(path, other)

    def size_of(self, path: Path) -> int:
        return os.stat(path).st_size

    def signature(self, path: Path) -> tuple[int, int, int]:
        """Equal for a file that nobody has written to meanwhile: size, time of change and number."""
        status = os.stat(path)
        return status.st_size, status.st_mtime_ns, status.st_ino

    def read(self, path: Path) -> bytes:
        """A whole file."""
        with open(path, "rb") as file:
            return file.read()

    def chunks(self, path: Path) -> Iterator[bytes]:
        """A file's content in pieces."""
        with open(path, "rb") as file:
            while chunk := file.read(_COPY_BYTES):
                yield chunk

    def lines(self, path: Path) -> Iterator[bytes]:
        """A file's lines, each with its line feed."""
        with open(path, "rb", buffering=_COPY_BYTES) as file:
            yield from file

    # Whole files, made of the above.

    def write_new(self, path: Path, data: bytes | memoryview, *, mode: int = FILE_MODE, durable: bool = True) -> None:
        """Makes a file with this content; its name is not synced."""
        fd = self.create(path, mode)
        try:
            self.pwrite(fd, data, 0)
            if durable:
                self.sync(fd)
        finally:
            self.close(fd)

    def write_zeros(self, path: Path, size: int) -> None:
        """Makes a file of ``size`` zeros, synced. They are mapped: a block of that size from the heap would teach
        malloc to keep such blocks, and the process would stay some MiB larger."""
        self.write_new(path, memoryview(mmap.mmap(-1, size)))

    def replace(self, path: Path, data: bytes, *, mode: int = FILE_MODE) -> None:
        """Puts this content in the place of a file at once: after a crash there is the old one or the new one,
        whole."""
        temporary = path.with_name(path.name + ".new")
        if self.exists(temporary):
            self.unlink(temporary)
        self.write_new(temporary, data, mode=mode)
        self.rename(temporary, path)
        self.sync_directory(path.parent)

    def clone(self, source: Path, fd: int) -> bool:
        """Makes an empty file share the blocks of another one, where the file system can; whether it did."""
        if sys.platform != "linux":
            return False
        try:
            with open(source, "rb") as file:
                fcntl.ioctl(fd, _FICLONE, file.fileno())
        except OSError:
            return False
        return True

    def copy(self, source: Path, target: Path, *, mode: int = FILE_MODE, durable: bool = True) -> None:
        """Makes a file with the content of another one: shared blocks, else a copy. Its name is not synced."""
        fd = self.create(target, mode)
        try:
            if not self.clone(source, fd):
                offset = 0
                for chunk in self.chunks(source):
                    self.pwrite(fd, chunk, offset)
                    offset += len(chunk)
            if durable:
                self.sync(fd)
        finally:
            self.close(fd)

    def link_or_copy(self, source: Path, target: Path, *, mode: int) -> None:
        """The same content under a second name: a hard link, or where that can't be (another mount, another owner) a
        synced copy."""
        try:
            self.link(source, target)
        except OSError as error:
            if error.errno not in _NO_LINK:
                raise
            temporary = target.with_name(target.name + ".tmp")
            if self.exists(temporary):
                self.unlink(temporary)
            self.copy(source, temporary, mode=mode)
            self.rename(temporary, target)


if sys.platform == "darwin":

    def _full_sync(fd: int) -> None:
        """Here fsync leaves the data in the drive's cache."""
        fcntl.fcntl(fd, fcntl.F_FULLFSYNC)
