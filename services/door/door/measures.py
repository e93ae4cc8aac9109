"""What nginx counts (its stub_status), and what it answered alone, as metrics.

What a service answered is measured there, with its route; the door adds what no service knows of.
"""

import re
import socket
from collections.abc import Mapping
from pathlib import Path

from servicekit.foreign.reading import Fields
from servicekit.settings import WrongSetting
from servicekit.telemetry import metrics, names

ANSWERED_ALONE = "answered by the door"
"""The event of its access lines (infra/nginx/nginx.conf)."""
_LONGEST_PATH = 107  # what a unix socket's address holds (unix(7))
_PATIENCE_SECONDS = 1.0
_STATES = re.compile(r"Reading: (\d+) Writing: (\d+) Waiting: (\d+)")
_REQUESTS = re.compile(r"\s\d+ \d+ (\d+)\s")


def status_socket(folder: Path) -> Path:
    """Where nginx tells its counts. Raises WrongSetting."""
    path = folder.absolute() / "status.sock"
    if len(str(path)) > _LONGEST_PATH:
        raise WrongSetting("KEEPLINE_DATA_DIR", f"is too long for a unix socket: {path}")
    return path


class Measures:
    def __init__(self, status: Path) -> None:
        self._status = status
        self._alone = metrics.counter(names.DOOR_ALONE)
        metrics.gauges(names.DOOR_CONNECTIONS, "state", self.connections)
        metrics.total(names.DOOR_REQUESTS, self.requests)

    def heard(self, fields: Fields) -> None:
        """Of each of nginx's lines."""
        if fields["event"] == ANSWERED_ALONE:
            self._alone.add(1, {"status": int(fields.get("status", 0))})

    def connections(self) -> Mapping[str, float]:
        found = _STATES.search(self._asked())
        if found is None:
            return {}
        return dict(zip(("reading", "writing", "waiting"), map(float, found.groups()), strict=True))

    def requests(self) -> float | None:
        """None: nginx does not answer."""
        found = _REQUESTS.search(self._asked())
        return None if found is None else float(found[1])

    def _asked(self) -> str:
        try:
            with socket.socket(socket.AF_UNIX) as asking:
                asking.settimeout(_PATIENCE_SECONDS)
                asking.connect(str(self._status))
                asking.sendall(b"GET / HTTP/1.0\r\n\r\n")
                answer = b""
                while piece := asking.recv(4096):
                    answer += piece
        except OSError:
            return ""
        return answer.decode(errors="replace")
