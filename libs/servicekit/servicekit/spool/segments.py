"""The disk side of a spool: numbered segments of frames, and the place up to which they were taken.

    00000000000000000001.seg  00000000000000000002.seg  ...  taken  lock

Rule: blocking and not thread-safe, so it is called from one thread only. A torn tail is cut off on opening; a
write that failed half-way leaves nothing of itself. A place is saved after the delivery: at least once.
"""

import fcntl
import os
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import BinaryIO, NamedTuple

from servicekit.kafka.records import Outgoing
from servicekit.spool import frames
from servicekit.telemetry.logging import logger

_log = logger(__name__)
SEGMENT = 4 << 20
_CHUNK = frames.MAX_FRAME + 8  # holds at least one frame, whatever its size
_TAKEN = "taken"


class Place(NamedTuple):
    """Everything before `offset` in segment `number`, and all segments before it."""

    number: int
    offset: int


class Segments:
    def __init__(self, folder: Path, segment_bytes: int = SEGMENT) -> None:
        self._folder = folder
        self._segment_bytes = segment_bytes
        folder.mkdir(parents=True, exist_ok=True)
        self._lock = (folder / "lock").open("wb")
        fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # BlockingIOError: another process has it
        self._taken = self._saved_place()
        self._read = self._taken
        self._file, self._number = self._open_last()
        self._size = self._file.tell()
        self.pending_records, self.pending_bytes = self._count()

    def append(self, batch: Sequence[bytes]) -> None:
        """Writes all of the batch and syncs it, or nothing of it."""
        if self._size >= self._segment_bytes:
            self._roll()
        data = b"".join(batch)
        try:
            self._file.write(data)
            os.fsync(self._file.fileno())
        except OSError:
            self._file.truncate(self._size)
            self._file.seek(self._size)
            raise
        self._size += len(data)
        self.pending_records += len(batch)
        self.pending_bytes += len(data)

    def read(self, limit: int) -> tuple[list[Outgoing], Place]:
        """The next records, and the place after them; the same ones are not read again in this life."""
        while True:
            number, offset = self._read
            data = self._content(number, offset, _CHUNK)
            whole = list(islice(frames.decode(data), limit))
            if whole or number >= self._number:
                self._read = Place(number, offset + (whole[-1][1] if whole else 0))
                return [record for record, _ in whole], self._read
            if data:
                _log.error("a segment is damaged, its rest is lost", number=number, offset=offset)
            self._read = Place(number + 1, 0)

    def take(self, place: Place, records: int) -> None:
        """They were delivered: forget them, and the segments that hold nothing else."""
        for number in self._numbers():
            if number < place.number:
                self._path(number).unlink()
        temporary = self._folder / "taken.tmp"
        temporary.write_text(f"{place.number} {place.offset}")
        temporary.replace(self._folder / _TAKEN)
        self._taken = place
        self.pending_records -= records
        self.pending_bytes = sum(self._path(n).stat().st_size for n in self._numbers()) - place.offset

    def close(self) -> None:
        self._file.close()
        self._lock.close()

    def _roll(self) -> None:
        self._file.close()
        self._number += 1
        self._file = self._path(self._number).open("wb", buffering=0)
        self._size = 0
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(folder)  # the new name must survive as well
        finally:
            os.close(folder)

    def _open_last(self) -> tuple[BinaryIO, int]:
        number = max([*self._numbers(), self._taken.number])
        file = self._path(number).open("ab", buffering=0)
        whole = frames.whole(self._content(number))
        if torn := file.tell() - whole:
            _log.warning("cutting a torn tail off the spool", number=number, bytes=torn)
            file.truncate(whole)
            file.seek(whole)
        return file, number

    def _count(self) -> tuple[int, int]:
        records = size = 0
        for number in self._numbers():
            data = self._content(number, self._taken.offset if number == self._taken.number else 0)
            records += sum(1 for _ in frames.decode(data))
            size += len(data)
        return records, size

    def _saved_place(self) -> Place:
        first = min(self._numbers(), default=1)
        try:
            number, offset = (int(part) for part in (self._folder / _TAKEN).read_text().split())
        except (OSError, ValueError):
            return Place(first, 0)  # never saved, or damaged: send again rather than lose
        path = self._path(number)
        sound = path.exists() and offset <= path.stat().st_size
        return Place(number, offset) if sound else Place(first, 0)

    def _numbers(self) -> list[int]:
        return sorted(int(path.stem) for path in self._folder.glob("*.seg"))

    def _content(self, number: int, offset: int = 0, limit: int = -1) -> bytes:
        path = self._path(number)
        if not path.exists():
            return b""
        with path.open("rb") as file:
            file.seek(offset)
            return file.read(limit)

    def _path(self, number: int) -> Path:
        return self._folder / f"{number:020d}.seg"
