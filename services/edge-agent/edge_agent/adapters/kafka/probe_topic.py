"""The prober's reports as keepline.sip.probes.v1 (keepline.events.v1.ProbeReport)."""

from collections.abc import Sequence

from edge_agent.domain.probe_report import AliveReport, ReadingReport, Report
from keepline.events.v1 import probe_pb2 as pb
from servicekit.clock import Clock
from servicekit.kafka import cloud_event
from servicekit.kafka.records import Outgoing, RecordProducer, RecordsRefused
from servicekit.telemetry.logging import logger
from servicekit.timestamps import timestamp
from siptypes.messages import endpoint_message

_log = logger(__name__)
TOPIC = "keepline.sip.probes.v1"
_MESSAGE = pb.ProbeReport.DESCRIPTOR.full_name
_READING, _ALIVE = "keepline.sip.probe.reading.v1", "keepline.sip.probe.alive.v1"
_ENDED = "keepline.sip.probe.ended.v1"
_STATES = {
    True: pb.PROBE_STATE_ANSWERS,
    False: pb.PROBE_STATE_SILENT,
    None: pb.PROBE_STATE_UNANSWERED,
}


class ProbeRecords:
    """Implements ProbeTopic."""

    def __init__(self, producer: RecordProducer, edge_id: str, clock: Clock) -> None:
        self._producer = producer
        self._edge_id = edge_id
        self._clock = clock

    async def send(self, reports: Sequence[tuple[str, Report]]) -> None:
        records = [self._record(key, report) for key, report in reports]
        try:
            await self._producer.send_many(records)
        except RecordsRefused:
            # it refuses a batch for the sake of one; that one must not hold up the others for ever
            for record in records:
                await self._alone(record)

    async def _alone(self, record: Outgoing) -> None:
        try:
            await self._producer.send_many([record])
        except RecordsRefused as refused:
            _log.error("a report is dropped", key=record.key, reason=refused.detail)

    def _record(self, key: str, report: Report) -> Outgoing:
        at = self._clock.now() if report is None else report.at
        value = None if report is None else _message(self._edge_id, report).SerializeToString()
        kind = _ENDED if report is None else _ALIVE if isinstance(report, AliveReport) else _READING
        name = f"{key}:{at.timestamp():.6f}"
        headers = cloud_event("edge-agent", kind, _MESSAGE, name, at, tenant_id="", subject=key)
        return Outgoing(TOPIC, key, value, headers)


def _message(edge_id: str, report: ReadingReport | AliveReport) -> pb.ProbeReport:
    message = pb.ProbeReport(edge_id=edge_id, at=timestamp(report.at))
    if isinstance(report, AliveReport):
        alive = pb.ProberAlive(endpoints=report.endpoints)
        if report.complete_since is not None:
            alive.complete_since.CopyFrom(timestamp(report.complete_since))
        message.alive.CopyFrom(alive)
        return message
    where, state = report.endpoint, report.state
    reading = pb.ProbeReading(
        endpoint=endpoint_message(where.host, where.port, where.transport),
        state=_STATES[state.reachable],
        since=timestamp(state.since or state.missing_since or report.at),
        sip_status=state.sip_status,
    )
    if state.latency_ms is not None:
        reading.latency_ms = state.latency_ms
    message.reading.CopyFrom(reading)
    return message
