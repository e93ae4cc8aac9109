"""What the edges' probers tell on keepline.sip.probes.v1, as readings."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime

from health_monitor.app.hearing import Hearing
from health_monitor.domain.reading import Prober, Reading
from health_monitor.domain.trunk import Endpoint
from keepline.events.v1 import probe_pb2 as pb
from servicekit.kafka.follower import Handler
from servicekit.timestamps import moment
from siptypes.ids import is_token
from siptypes.messages import transport_of

TOPIC = "keepline.sip.probes.v1"
_READING_KEY = re.compile(
    r"(?P<edge>[A-Za-z0-9_-]{1,64})/(?P<transport>udp|tcp|tls):"
    r"(?:\[(?P<v6>[0-9A-Fa-f:.]+)\]|(?P<host>[^:/\[\]]+)):(?P<port>[0-9]{1,5})"
)
_STATES = {
    pb.PROBE_STATE_ANSWERS: True,
    pb.PROBE_STATE_SILENT: False,
    pb.PROBE_STATE_UNANSWERED: None,
}


class ProbeTopic:
    """live: whether the topic was read to its end, so that a record is as old as its arrival."""

    def __init__(self, hearing: Hearing, now: Callable[[], datetime], live: Callable[[], bool]) -> None:
        self._hearing = hearing
        self._now = now
        self._live = live

    def handlers(self) -> Mapping[str, Handler]:
        return {TOPIC: self._heard}

    def _heard(self, key: str, value: bytes | None) -> None:
        if value is None:
            self._tombstone(key)
            return
        report = pb.ProbeReport.FromString(value)
        if not is_token(report.edge_id):
            raise ValueError(f"{report.edge_id!r} is no edge's id")
        told_at = moment(report.at)
        match report.WhichOneof("report"):
            case "reading":
                reading = _reading(report.edge_id, report.reading, told_at)
                if reading is not None:
                    self._hearing.hear(reading)
            case "alive":
                alive = report.alive
                since = moment(alive.complete_since) if alive.HasField("complete_since") else None
                heard_at = self._now() if self._live() else min(told_at, self._now())
                self._hearing.alive(Prober(report.edge_id, heard_at, since))
            case _:
                pass

    def _tombstone(self, key: str) -> None:
        match = _READING_KEY.fullmatch(key)
        if match is not None:
            endpoint = Endpoint(match["v6"] or match["host"], int(match["port"]), match["transport"])
            self._hearing.unhear(match["edge"], endpoint)


def _reading(edge_id: str, message: pb.ProbeReading, told_at: datetime) -> Reading | None:
    """None for a state or a transport that is not known here."""
    where = message.endpoint
    transport = transport_of(where)
    if message.state not in _STATES or transport is None:
        return None
    latency = message.latency_ms if message.HasField("latency_ms") else None
    endpoint = Endpoint(where.host, where.port, transport)
    return Reading(edge_id, endpoint, _STATES[message.state], moment(message.since), told_at, latency)
