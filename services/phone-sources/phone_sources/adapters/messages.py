"""Numbers, and what is said of many, as messages."""

from collections.abc import Mapping, Sequence
from typing import Any

from keepline.phone.v1 import phone_service_pb2 as pb
from keepline.phone.v1.number_pb2 import NUMBER_SOURCE_SIP_TRUNK, NumberState
from keepline.phone.v1.number_pb2 import Number as NumberMessage
from phone_sources.adapters.bulk_shape import bulk_document, judged_document
from phone_sources.domain.bringing import Brought
from phone_sources.domain.judgement import Judgement
from phone_sources.domain.number import Number
from servicekit.timestamps import timestamp
from siptypes.faults import Fault
from siptypes.messages import dangling_message, warning_message


def number_message(
    number: Number, dangling: Sequence[Fault] = (), warnings: Sequence[Fault] = ()
) -> NumberMessage:
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
        warnings=[warning_message(fault) for fault in warnings],
    )


def state_value(number: Number) -> bytes:
    return NumberState(number=number_message(number)).SerializeToString()


def judged_message(judged: Sequence[Judgement]) -> pb.JudgeNumbersResponse:
    lines = judged_document(judged)["lines"]
    return pb.JudgeNumbersResponse(lines=[pb.JudgedLine(**_named(one, "verdict", _VERDICT)) for one in lines])


def bulk_message(brought: Sequence[Brought]) -> pb.BulkCreateNumbersResponse:
    results = bulk_document(brought)["results"]
    told = [pb.BroughtNumber(**_named(one, "outcome", _OUTCOME)) for one in results]
    return pb.BulkCreateNumbersResponse(results=told)


_VERDICT = {name.removeprefix("LINE_VERDICT_").lower(): value for name, value in pb.LineVerdict.items()}
_OUTCOME = {name.removeprefix("BRING_OUTCOME_").lower(): value for name, value in pb.BringOutcome.items()}


def _named(shown: Mapping[str, Any], field: str, values: Mapping[str, int]) -> dict[str, Any]:
    """The same fields as in JSON, the one as the message's enum."""
    return {**shown, field: values[shown[field]]}
