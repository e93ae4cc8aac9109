"""Times as messages and in words: UTC, to the millisecond, absent for None."""

from datetime import UTC, datetime, timedelta
from typing import overload

from google.protobuf.timestamp_pb2 import Timestamp

_NANOS = 1_000_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@overload
def timestamp(at: datetime) -> Timestamp: ...
@overload
def timestamp(at: None) -> None: ...
@overload
def timestamp(at: datetime | None) -> Timestamp | None: ...
def timestamp(at: datetime | None) -> Timestamp | None:
    """`at` is aware."""
    if at is None:
        return None
    # Timestamp.FromDatetime takes four times as long
    since = at - _EPOCH
    return Timestamp(seconds=since.days * 86_400 + since.seconds, nanos=since.microseconds * 1000)


def rfc3339(at: datetime) -> str:
    """`at` is aware and in UTC; the same length for every time."""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def moment(message: Timestamp) -> datetime:
    """What is finer than a microsecond is cut off. Raises ValueError for what is no time, as ToDatetime does,
    which takes 10 us."""
    nanos = message.nanos
    if not 0 <= nanos < _NANOS:
        raise ValueError(f"{nanos} is no part of a second, in nanoseconds")
    try:
        return _EPOCH + timedelta(seconds=message.seconds, microseconds=nanos // 1000)
    except OverflowError as error:
        raise ValueError(f"{message.seconds} seconds are beyond all dates") from error
