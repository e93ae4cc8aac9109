"""Numbers as messages."""

from collections.abc import Sequence

from keepline.phone.v1.number_pb2 import NUMBER_SOURCE_SIP_TRUNK, NumberState
from keepline.phone.v1.number_pb2 import Number as NumberMessage
from phone_sources.domain.number import Number
from servicekit.timestamps import timestamp
from siptypes.faults import Fault
from siptypes.messages import dangling_message


def number_message(number: Number, dangling: Sequence[Fault] = ()) -> NumberMessage:
    return NumberMessage(
        id=number.id,
        tenant_id=number.tenant_id,
        version=number.version,
        number=number.e164.value,
        source=NUMBER_SOURCE_SIP_TRUNK,
        trunk_id=number.trunk_id,
        label=number.label,
        created_at=timestamp(number.created_at),
        updated_at=timestamp(number.updated_at),
        dangling=[dangling_message(fault) for fault in dangling],
    )


def state_value(number: Number) -> bytes:
    return NumberState(number=number_message(number)).SerializeToString()
