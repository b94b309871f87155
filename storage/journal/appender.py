"""The end of the journal on the disk: the segment that is written to, and the one that follows it."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass

from storage.files import Files
from storage.journal.records import Mark
from storage.journal.segment import OVERHEAD_BYTES, Segment, make_segment, make_spare, seal_segment

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Batch:
    """What is appended at once. data: lines, perhaps none. before, last: the marks of the record before them and of
    the last. synced: they are on the disk, whatever failed then. roll: whether to go on in a new segment behind it;
    roll_failure: why that wasn't possible, which hurts nothing else. seconds: how long all that took."""

    data: bytes
    before: Mark
    last: Mark
    roll: bool
    synced: bool = False
    roll_failure: OSError | None = None
    seconds: float = 0.0


class Appender:
    """Used by the journal's thread, and by the event loop only while that has nothing to do."""

    def __init__(self, files: Files, segment: Segment, segment_bytes: int) -> None:
        self.spare_failure: OSError | None = None
        self._files = files
        self._folder = segment.path.parent
        self._segment = segment
        self._segment_bytes = segment_bytes
        self._good_offset = segment.offset
        self._unsynced = False
        self._spare: threading.Thread | None = None
        self._making_spare = threading.Lock()

    def fits(self, data: bytes) -> bool:
        return self._segment.fits(len(data))

    def room_problem(self, length: int) -> OSError | None:
        """Why there is no next segment, if that many bytes would need one. Asking tries again to make it."""
        if not self._segment.fits(length):
            self._make_spare()
            return self.spare_failure
        return None

    def append(self, data: bytes) -> None:
        """Writes without syncing."""
        self._unsynced = True
        self._write(data)
        self._good_offset = self._segment.offset

    def carry_out(self, batch: Batch) -> None:
        """Writes and syncs a batch. After an OSError nobody knows what of it is on the disk."""
        if not self.fits(batch.data):
            self._next_segment(batch.before, len(batch.data))
        if batch.data:
            self._write(batch.data)
        self._sync()
        self._good_offset = self._segment.offset
        batch.synced = True
        if batch.roll and batch.last.lsn >= self._segment.first:
            self._roll(batch)
        elif self._spare is None and self._segment.offset > self._segment.size // 2:
            self._spare = threading.Thread(target=self._make_spare, name="journal spare", daemon=True)
            self._spare.start()

    def take_back(self) -> None:
        """After a failure: puts zeros where records stand that nobody was told about, so that a restart doesn't
        bring them back to people who saw the state without them. It is worth a try; the disk may refuse this too."""
        segment = self._segment
        try:
            self._files.pwrite(segment.fd, bytes(segment.size - self._good_offset), self._good_offset)
            self._files.datasync(segment.fd)
        except OSError as error:
            _log.error("records that failed may still be in %s: %s", segment.path, error)

    def close(self) -> None:
        if self._spare is not None:
            self._spare.join()
        self._files.close(self._segment.fd)

    def _write(self, data: bytes) -> None:
        segment = self._segment
        self._files.pwrite(segment.fd, data, segment.offset)
        segment.offset += len(data)

    def _sync(self) -> None:
        self._files.datasync(self._segment.fd)
        self._unsynced = False

    def _roll(self, batch: Batch) -> None:
        self._make_spare()
        batch.roll_failure = self.spare_failure
        if batch.roll_failure is None:
            self._next_segment(batch.last, 0)

    def _make_spare(self) -> None:
        """Makes the next segment ahead, so that its zeros delay no batch and a full disk shows before it hurts."""
        with self._making_spare:
            try:
                make_spare(self._files, self._folder, self._segment_bytes)
                self.spare_failure = None
            except OSError as error:
                self.spare_failure = error

    def _next_segment(self, before: Mark, length: int) -> None:
        """Goes on in a new segment, made large enough. What the old one holds is synced before the new one exists,
        and the old one is sealed when that is durable under its name: no crash leaves a seal that leads nowhere. The
        first record for the new one waits for the seal, so that what anybody is told about can't vanish with its
        segment unnoticed."""
        old = self._segment
        if self._unsynced:
            self._sync()
        size = max(self._segment_bytes, length + OVERHEAD_BYTES)
        with self._making_spare:
            following = make_segment(self._files, self._folder, before.lsn + 1, before.checksum, size)
        try:
            if following.path != old.path:  # else it took the place of one that was empty, and too small
                seal_segment(self._files, old, before)
        except BaseException:
            self._files.close(following.fd)
            raise
        self._files.close(old.fd)
        self._segment = following
        self._good_offset = following.offset
        self._spare = None
