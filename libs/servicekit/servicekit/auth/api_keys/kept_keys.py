"""The known API keys on disk, with the time when they were known to be current. No key can be made of it."""

import base64
import binascii
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import orjson

from servicekit.telemetry.logging import logger

_log = logger(__name__)


def read(path: Path) -> tuple[dict[str, bytes], datetime | None]:
    """The values by key id, and as of when; nothing when there is no such file, or no usable one."""
    try:
        found = orjson.loads(path.read_bytes())
        values = {str(key): base64.b64decode(value, validate=True) for key, value in found["keys"].items()}
        return values, datetime.fromtimestamp(float(found["as_of"]), UTC)
    except FileNotFoundError:
        return {}, None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, binascii.Error) as error:
        _log.warning("the API keys on disk are not used", path=str(path), reason=repr(error))
        return {}, None


def write(path: Path, values: Mapping[str, bytes], as_of: datetime) -> None:
    """Whole or not at all. Raises OSError."""
    content = {
        "as_of": as_of.timestamp(),
        "keys": {key: base64.b64encode(value).decode() for key, value in values.items()},
    }
    temporary = path.with_suffix(f".{os.getpid()}.tmp")
    with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(orjson.dumps(content))
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
