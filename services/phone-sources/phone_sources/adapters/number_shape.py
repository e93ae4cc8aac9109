"""A number as JSON: what may be written of it, how it is read, and how its list is asked."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from phone_sources.domain.e164 import MAX_WRITTEN
from phone_sources.domain.number import MAX_LABEL, Number, NumberDraft, number_warnings
from servicekit.api.absent import documented, may_be_absent
from servicekit.api.asked import Asked, Change
from servicekit.api.dangling import DanglingBody
from servicekit.api.faults import faults_document
from servicekit.api.lists import ListRule, Written
from servicekit.api.resource import Reading, Resource
from servicekit.api.warned import WarningBody
from servicekit.errors import Violation
from servicekit.timestamps import rfc3339
from siptypes.faults import Fault
from siptypes.numbers import PATTERN, number_faults


class NumberToCreate(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "number": "020 7946 0123",
                "trunk_id": "trk_01kb0000000000000000000000",
                "label": "Front desk",
            }
        },
    )
    number: str = documented(
        "as you write it: in full with +, or national in the trunk's country",
        minLength=1,
        maxLength=MAX_WRITTEN,
    )
    trunk_id: str = documented("one of your trunks; another one moves the number")
    label: str = may_be_absent("what you call it", maxLength=MAX_LABEL)


class NumberBody(BaseModel):
    id: str
    version: int
    number: str = documented("ITU-T E.164 with the leading plus", pattern=PATTERN)
    source: Literal["sip_trunk"] = Field(description="where it comes from")
    trunk_id: str
    label: str = may_be_absent("what you call it")
    created_at: datetime
    updated_at: datetime
    dangling: list[DanglingBody] = Field(description="what it names and is not there any more")
    warnings: list[WarningBody] = Field(description="what was taken as it was sent and should be looked at")


class NumberPage(BaseModel):
    numbers: list[NumberBody]
    next_page_token: str = may_be_absent("absent on the last page")


COMPUTED = ("dangling", "warnings")
_E164 = Written(number_faults, {"type": "string", "pattern": PATTERN})
NUMBER = Resource(
    NumberToCreate,
    read_only=frozenset({"id", "tenant_id", "version", "source", "created_at", "updated_at"}),
    computed=frozenset(COMPUTED),
    only_in_post=frozenset({"number"}),
)
NUMBERS = ListRule(
    fields=tuple(NumberBody.model_fields),
    order={"number": str, "label": str, "created_at": datetime, "updated_at": datetime},
    filters={"number": _E164, "trunk_id": str, "label": str},
    times=("created_at", "updated_at"),
    q="part of the digits or of the label, in any case",
)


def asked_of(reading: Reading) -> Asked[NumberDraft]:
    return Asked(NumberDraft(reading["number"], reading["trunk_id"], reading["label"]), reading.faults)


def change_of(patch: object, found: Sequence[Violation] = ()) -> Change[Number, NumberDraft]:
    """patch: a merge patch; found: what is wrong with the request besides."""
    return lambda before: asked_of(NUMBER.patched(stored(before), patch, found))


def stored(number: Number) -> dict[str, Any]:
    """As the patch of REST or gRPC may send it back."""
    return {**number_document(number), "tenant_id": number.tenant_id}


def number_document(number: Number, dangling: Sequence[Fault] = ()) -> dict[str, Any]:
    """A NumberBody."""
    return {
        "id": number.id,
        "version": number.version,
        "number": number.e164.value,
        "source": "sip_trunk",
        "trunk_id": number.trunk_id,
        **({"label": number.label} if number.label else {}),
        "created_at": rfc3339(number.created_at),
        "updated_at": rfc3339(number.updated_at),
        "dangling": faults_document(dangling),
        "warnings": faults_document(number_warnings(number.e164)),
    }
