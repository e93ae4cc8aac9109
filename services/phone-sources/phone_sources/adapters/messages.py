"""Numbers as messages."""

from keepline.phone.v1.number_pb2 import NUMBER_SOURCE_SIP_TRUNK, NumberState
from keepline.phone.v1.number_pb2 import Number as NumberMessage
from phone_sources.domain.number import Number
from servicekit.timestamps import timestamp


def number_message(number: Number) -> NumberMessage:
    return NumberMessage(
        id=number.id,
        tenant_id=number.tenant_id,
        version=number.version,
        e164=number.e164.value,
        source=NUMBER_SOURCE_SIP_TRUNK,
        trunk_id=number.trunk_id,
        label=number.label,
        created_at=timestamp(number.created_at),
    )


def state_value(number: Number) -> bytes:
    return NumberState(number=number_message(number)).SerializeToString()
