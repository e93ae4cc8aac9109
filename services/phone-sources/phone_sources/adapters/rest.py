"""/api/v1/phone/numbers over the use cases."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from phone_sources.app import Numbers
from phone_sources.domain.number import Number
from phone_sources.ports import NumberFilter
from servicekit.auth import reading_tenant, writing_tenant


class NumberToCreate(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {"number": "020 7946 0123", "trunk_id": "trk_01k...", "label": "Front desk"}
        },
    )
    number: str = Field(description="as you write it: in full with +, or national in the trunk's country")
    trunk_id: str
    label: str = ""


class NumberBody(BaseModel):
    id: str
    version: int
    e164: str = Field(description="ITU-T E.164 with the leading plus")
    source: Literal["sip_trunk"] = "sip_trunk"
    trunk_id: str
    label: str
    created_at: datetime


class NumberPage(BaseModel):
    numbers: list[NumberBody]
    next_page_token: str = Field(description="empty on the last page")


def router(numbers: Numbers) -> APIRouter:
    routes = APIRouter(prefix="/api/v1/phone/numbers", tags=["numbers"])

    @routes.post("", status_code=201, summary="Bring a number in")
    async def create(asked: NumberToCreate, response: Response) -> NumberBody:
        tenant = writing_tenant()
        number = await numbers.create(tenant, asked.number, asked.trunk_id, asked.label)
        response.headers["Location"] = f"{routes.prefix}/{number.id}"
        return _body(number)

    @routes.get("", summary="List your numbers")
    async def list_numbers(
        page_size: int = 0,
        page_token: str = "",
        trunk_id: str = "",
        query: Annotated[str, Query(max_length=80, description="part of the digits or of the label")] = "",
    ) -> NumberPage:
        wanted = NumberFilter(trunk_id=trunk_id, query=query)
        page = await numbers.list(reading_tenant(), wanted, page_size, page_token)
        return NumberPage(numbers=[_body(n) for n in page.items], next_page_token=page.next_page_token)

    @routes.get("/{number_id}", summary="One number")
    async def get(number_id: str) -> NumberBody:
        return _body(await numbers.get(reading_tenant(), number_id))

    @routes.delete(
        "/{number_id}", status_code=204, summary="Let a number go; its calls are refused from then on"
    )
    async def delete(number_id: str) -> None:
        await numbers.delete(writing_tenant(), number_id)

    return routes


def _body(number: Number) -> NumberBody:
    return NumberBody(
        id=number.id,
        version=number.version,
        e164=number.e164.value,
        trunk_id=number.trunk_id,
        label=number.label,
        created_at=number.created_at,
    )
