"""A file that is either whole or refused: a magic line, a checksum, and frames of content.

Written beside the old one, synced, then renamed over it; a crash leaves the old one. Content is encoded
by pieces, because one large piece would hold up the event loop of the thread next door.
"""

import hashlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

_LENGTH = 8
_DIGEST = hashlib.sha256().digest_size


class SnapshotRefused(Exception):
    """Why a file is not used."""


def write(path: Path, magic: bytes, frames: Iterable[bytes]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".tmp")
    digest = hashlib.sha256()
    with temporary.open("wb") as file:
        file.write(magic + bytes(_DIGEST))
        for frame in frames:
            piece = len(frame).to_bytes(_LENGTH, "big") + frame
            digest.update(piece)
            file.write(piece)
        file.seek(len(magic))
        file.write(digest.digest())
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def read(path: Path, magic: bytes) -> Iterator[memoryview]:
    """Raises SnapshotRefused before the first frame, or never. The frames are parts of one buffer: a table is
    some hundred megabytes, and is not copied."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise SnapshotRefused("there is none") from None
    except OSError as error:
        raise SnapshotRefused(f"it cannot be read: {error.strerror}") from error
    content = memoryview(data)[len(magic) + _DIGEST :]
    if not data.startswith(magic):
        raise SnapshotRefused("it is not of this kind, or of another version")
    if hashlib.sha256(content).digest() != data[len(magic) : len(magic) + _DIGEST]:
        raise SnapshotRefused("its checksum does not fit its content")
    return _frames(content)


def _frames(content: memoryview) -> Iterator[memoryview]:
    offset = 0
    while offset < len(content):
        end = offset + _LENGTH + int.from_bytes(content[offset : offset + _LENGTH], "big")
        yield content[offset + _LENGTH : end]
        offset = end
