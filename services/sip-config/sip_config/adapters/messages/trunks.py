"""Trunks as messages, and back."""

from datetime import datetime

from keepline.sip.v1.trunk_pb2 import Trunk as TrunkMessage
from keepline.sip.v1.trunk_pb2 import TrunkState
from servicekit.timestamps import moment, timestamp
from sip_config.domain.trunk import Endpoint, Trunk, TrunkFields
from siptypes.endpoints import Transport
from siptypes.messages import endpoint_message, transport_of


def trunk_message(trunk: Trunk, tested_at: datetime | None = None) -> TrunkMessage:
    fields = trunk.fields
    return TrunkMessage(
        id=trunk.id,
        tenant_id=trunk.tenant_id,
        version=trunk.version,
        name=fields.name,
        domain=trunk.domain,
        source_cidrs=fields.source_cidrs,
        country=fields.country,
        endpoints=[endpoint_message(e.host, e.port, e.transport) for e in fields.endpoints],
        enabled=fields.enabled,
        created_at=timestamp(trunk.created_at),
        updated_at=timestamp(trunk.updated_at),
        tested_at=None if tested_at is None else timestamp(tested_at),
    )


def state_value(trunk: Trunk) -> bytes:
    return TrunkState(trunk=trunk_message(trunk)).SerializeToString()


def trunk_of(message: TrunkMessage) -> Trunk:
    """Of a state topic; what was written there was checked before."""
    endpoints = tuple(Endpoint(e.host, e.port, transport_of(e) or Transport.UDP) for e in message.endpoints)
    fields = TrunkFields(
        message.name, tuple(message.source_cidrs), message.country, endpoints, message.enabled
    )
    return Trunk(
        message.id,
        message.tenant_id,
        message.version,
        message.domain,
        fields,
        moment(message.created_at),
        moment(message.updated_at),
    )
