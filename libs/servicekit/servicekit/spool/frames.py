"""How one record lies on disk: length, checksum, then topic, key, value and headers.

    u32 length | u32 crc32 of the payload | payload
    payload: parts, each u32 length + bytes; a value of None has the length 2^32 - 1; headers follow in pairs

Rule: whatever cannot be read whole and true is treated as not written (a torn tail).
"""

import struct
import zlib
from collections.abc import Iterator

from servicekit.kafka.records import Outgoing

_HEAD = struct.Struct("<II")
_PART = struct.Struct("<I")
_NONE = 0xFFFFFFFF
MAX_FRAME = 1 << 20
_LEAST = 3 * _PART.size  # eight zero bytes, as a file grown by a crash ends with, are no frame


def encode(record: Outgoing) -> bytes:
    payload = bytearray()
    for part in (record.topic.encode(), record.key.encode(), record.value):
        payload += _PART.pack(_NONE) if part is None else _PART.pack(len(part)) + part
    for name, text in record.headers.items():
        for raw in (name.encode(), text.encode()):
            payload += _PART.pack(len(raw)) + raw
    return _HEAD.pack(len(payload), zlib.crc32(payload)) + bytes(payload)


def decode(data: bytes) -> Iterator[tuple[Outgoing, int]]:
    """The whole frames of `data`, each with the offset after it; ends at the first bad one."""
    offset = 0
    while offset + _HEAD.size <= len(data):
        length, checksum = _HEAD.unpack_from(data, offset)
        end = offset + _HEAD.size + length
        payload = data[offset + _HEAD.size : end]
        if not _LEAST <= length <= MAX_FRAME or end > len(data) or zlib.crc32(payload) != checksum:
            return
        yield _record(payload), end
        offset = end


def whole(data: bytes) -> int:
    """How many bytes from the start are whole frames."""
    end = 0
    for _, after in decode(data):
        end = after
    return end


def _record(payload: bytes) -> Outgoing:
    topic, key, value, *headers = _parts(payload)
    names, texts = headers[::2], headers[1::2]
    pairs = zip(names, texts, strict=True)
    return Outgoing(
        (topic or b"").decode(),
        (key or b"").decode(),
        value,
        {(name or b"").decode(): (text or b"").decode() for name, text in pairs},
    )


def _parts(payload: bytes) -> Iterator[bytes | None]:
    offset = 0
    while offset < len(payload):
        (length,) = _PART.unpack_from(payload, offset)
        offset += _PART.size
        if length == _NONE:
            yield None
            continue
        yield payload[offset : offset + length]
        offset += length
