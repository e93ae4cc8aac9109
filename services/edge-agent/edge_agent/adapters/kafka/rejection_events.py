"""Tells refusals as keepline.sip.rejections.v1, through a spool: a broker that is away delays them only."""

from collections.abc import Callable

from edge_agent.domain.rejections import Rejection
from keepline.events.v1.rejection_pb2 import Rejection as RejectionEvent
from servicekit.clock import Clock
from servicekit.ids import new_id
from servicekit.kafka import cloud_event
from servicekit.spool import SpooledProducer
from servicekit.timestamps import timestamp
from siptypes.hidden_numbers import last_digits

REJECTIONS = "keepline.sip.rejections.v1"
_KIND, _MESSAGE = "keepline.sip.request.rejected.v1", RejectionEvent.DESCRIPTOR.full_name


class RejectionEvents:
    def __init__(
        self, events: SpooledProducer, edge_id: str, clock: Clock, *, hide_numbers: bool = False
    ) -> None:
        self._shown: Callable[[str], str] = last_digits if hide_numbers else str
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
            source_address=rejection.source_address,
            method=rejection.method,
            caller=self._shown(rejection.caller),
            called=self._shown(rejection.called),
            sip_call_id=rejection.sip_call_id,
            about=rejection.about,
        )
        key = rejection.trunk_id or self._edge_id
        headers = cloud_event(
            "edge-agent", _KIND, _MESSAGE, event_id, now, tenant_id=rejection.tenant_id, subject=key
        )
        self._events.put(REJECTIONS, key, event.SerializeToString(), headers)
