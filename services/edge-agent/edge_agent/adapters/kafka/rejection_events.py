"""Tells refusals as keepline.sip.rejections.v1, through a spool: a broker that is away delays them only."""

from edge_agent.domain.rejections import Rejection
from keepline.events.v1.rejection_pb2 import Rejection as RejectionEvent
from servicekit.clock import Clock
from servicekit.ids import new_id
from servicekit.kafka import cloud_event
from servicekit.spool import SpooledProducer
from servicekit.timestamps import timestamp

REJECTIONS = "keepline.sip.rejections.v1"


class RejectionEvents:
    def __init__(self, events: SpooledProducer, edge_id: str, clock: Clock) -> None:
        self._events = events
        self._edge_id = edge_id
        self._clock = clock

    def tell(self, rejection: Rejection) -> None:
        event_id, now = new_id("rej"), self._clock.now()
        event = RejectionEvent(
            id=event_id,
            at=timestamp(now),
            edge_id=self._edge_id,
            code=rejection.code,
            sip_status=max(0, rejection.sip_status),
            tenant_id=rejection.tenant_id,
            trunk_id=rejection.trunk_id,
            source=rejection.source,
            method=rejection.method,
            caller=rejection.caller,
            called=rejection.called,
            sip_call_id=rejection.sip_call_id,
        )
        key = rejection.trunk_id or self._edge_id
        headers = cloud_event("edge-agent", RejectionEvent.DESCRIPTOR.full_name, event_id, now, key)
        self._events.put(REJECTIONS, key, event.SerializeToString(), headers)
