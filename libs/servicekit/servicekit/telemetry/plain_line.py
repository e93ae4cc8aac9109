"""A log line in the shape of all others, for what must start fast and needs no more than that.

servicekit.telemetry.logging writes the lines of services; this one loads nothing of it.
"""

import json
from datetime import UTC, datetime


def plain_line(service: str, event: str, level: str, **more: object) -> str:
    at = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    return json.dumps({"event": event, **more, "level": level, "timestamp": at, "service": service}) + "\n"


def told_dropped(service: str, count: int) -> str:
    """For a LineWriter."""
    return plain_line(service, "log lines were dropped, nobody read them", "warning", dropped=count)
