"""Numbers as messages."""

from google.protobuf.timestamp_pb2 import Timestamp

from keepline.phone.v1.number_pb2 import NUMBER_SOURCE_SIP_TRUNK, NumberState
from keepline.phone.v1.number_pb2 import Number as NumberMessage
from phone_sources.domain.number import Number


def number_message(number: Number) -> NumberMessage:
    created = Timestamp()
    created.FromDatetime(number.created_at)
    return NumberMessage(
        id=number.id,
        tenant_id=number.tenant_id,
        version=number.version,
        e164=number.e164.value,
        source=NUMBER_SOURCE_SIP_TRUNK,
        trunk_id=number.trunk_id,
        label=number.label,
        created_at=created,
    )


def state_value(number: Number) -> bytes:
    return NumberState(number=number_message(number)).SerializeToString()
