"""Fills the routing table from the state topics.

A message that does not fit our types is skipped and said so; it never stops what comes behind it. The
first reading of the topics shows all that exists: what the disk had and the topics do not is gone. A topic
that shows nothing at all takes nothing away, because that is a broken broker rather than an empty world.
"""

from collections.abc import Callable, Mapping
from typing import cast

from google.protobuf.message import DecodeError

from call_router.adapters.messages.routing import Unfit, agent_of, plan_of
from call_router.domain.records import Endpoint, Number, Record, Trunk
from call_router.domain.sip_uri import Transport, is_host
from call_router.domain.table import Kind, RoutingTable, kind_of
from keepline.phone.v1.number_pb2 import NumberState
from keepline.routing.v1.plan_pb2 import RoutingState
from keepline.sip.v1.trunk_pb2 import TrunkState
from keepline.types.v1.endpoint_pb2 import TRANSPORT_UNSPECIFIED, SipEndpoint
from servicekit.telemetry.logging import logger
from siptypes.hosts import MAX_PORT
from siptypes.messages import transport_of
from siptypes.numbers import is_e164

TRUNKS = "keepline.sip.trunk.state.v1"
NUMBERS = "keepline.phone.number.state.v1"
ROUTING = "keepline.routing.plan.state.v1"

_log = logger(__name__)
_KINDS_OF_TOPIC: Mapping[str, tuple[Kind, ...]] = {
    TRUNKS: ("trunk",),
    NUMBERS: ("number",),
    ROUTING: ("plan", "agent"),
}


class StateTopics:
    def __init__(self, table: RoutingTable) -> None:
        self._table = table
        self._shown: dict[str, set[str]] | None = {topic: set() for topic in _KINDS_OF_TOPIC}

    def handlers(self) -> Mapping[str, Callable[[str, bytes | None], None]]:
        return {
            TRUNKS: lambda key, value: self._heard(TRUNKS, key, value, trunk_of),
            NUMBERS: lambda key, value: self._heard(NUMBERS, key, value, number_of),
            ROUTING: lambda key, value: self._heard(ROUTING, key, value, routing_of),
        }

    def caught_up(self) -> None:
        shown, self._shown = self._shown or {}, None
        for topic, ids in shown.items():
            held = {record_id for kind in _KINDS_OF_TOPIC[topic] for record_id in self._table.records(kind)}
            gone = held - ids
            if gone and not ids:
                _log.warning("a state topic is empty, what the disk had is kept", topic=topic, kept=len(gone))
                continue
            for record_id in gone:
                self._table.delete(record_id)
        self._table.ready = True
        _log.info("the routing table is whole", records=len(self._table))

    def _heard(self, topic: str, key: str, value: bytes | None, read: Callable[[bytes], Record]) -> None:
        if self._shown is not None:
            self._shown[topic].add(key)
        if value is None:
            self._table.delete(key)
            return
        try:
            record = read(value)
            if record.id != key:
                raise Unfit(f"it is {record.id}")
        except (Unfit, DecodeError) as error:
            _log.error("a state message is skipped", topic=topic, key=key, reason=str(error))
            return
        if self._table.apply(record):
            _log.debug("the table follows", kind=kind_of(record), id=record.id, version=record.version)


def trunk_of(value: bytes) -> Trunk:
    message = TrunkState.FromString(value).trunk
    return Trunk(
        message.id,
        message.tenant_id,
        message.version,
        message.name,
        message.country,
        message.enabled,
        tuple(_endpoint(one, message.id) for one in message.endpoints),
    )


def _endpoint(message: SipEndpoint, trunk_id: str) -> Endpoint:
    transport = transport_of(message)
    known = transport is not None or message.transport == TRANSPORT_UNSPECIFIED
    if not known or not is_host(message.host) or message.port > MAX_PORT:
        raise Unfit(f"trunk {trunk_id} has an endpoint that cannot be called")
    return Endpoint(message.host, message.port, cast(Transport, transport or ""))


def number_of(value: bytes) -> Number:
    message = NumberState.FromString(value).number
    if not is_e164(message.number):
        raise Unfit(f"number {message.id} is not E.164")
    return Number(message.id, message.tenant_id, message.version, message.number, message.trunk_id)


def routing_of(value: bytes) -> Record:
    message = RoutingState.FromString(value)
    match message.WhichOneof("state"):
        case "plan":
            return plan_of(message.plan)
        case "agent":
            return agent_of(message.agent)
        case _:
            raise Unfit("neither a plan nor an agent")
