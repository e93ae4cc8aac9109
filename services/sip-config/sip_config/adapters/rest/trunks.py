"""/api/v1/sip/trunks over the use cases."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from servicekit.auth import reading_tenant, writing_tenant
from sip_config.app.placement import Applied, Placement
from sip_config.app.trunks import MAX_QUERY, Trunks
from sip_config.domain.check import EndpointDraft, TrunkDraft
from sip_config.domain.trunk import Trunk


class EndpointBody(BaseModel):
    model_config = ConfigDict(extra="forbid")
    host: str
    port: int = Field(default=0, description="0 asks for the transport's own: 5060, TLS 5061")
    transport: Literal["udp", "tcp", "tls"] = "udp"

    def draft(self) -> EndpointDraft:
        return EndpointDraft(self.host, self.port, self.transport)


class TrunkToCreate(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "name": "Acme Telecom",
                "domain_label": "acme-berlin",
                "source_cidrs": ["203.0.113.0/30", "2001:db8::/64"],
                "country": "DE",
                "endpoints": [{"host": "sip.acme.example", "port": 5060, "transport": "udp"}],
            }
        },
    )
    name: str
    domain_label: str = Field(default="", description="left out: made from the id")
    source_cidrs: list[str] = Field(
        default=[], description="where your provider sends from; empty: nobody may"
    )
    country: str = Field(description="ISO 3166-1 alpha-2; numbers without a country are read as this one's")
    endpoints: list[EndpointBody] = Field(default=[], description="probed with OPTIONS")
    enabled: bool = True

    def draft(self) -> TrunkDraft:
        endpoints = [e.draft() for e in self.endpoints]
        return TrunkDraft(self.name, self.country, self.source_cidrs, endpoints, self.enabled)


class TrunkChange(BaseModel):
    """JSON merge patch (RFC 7396): what is left out stays."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"enabled": False, "version": 3}})
    name: str | None = None
    source_cidrs: list[str] | None = None
    country: str | None = None
    endpoints: list[EndpointBody] | None = None
    enabled: bool | None = None
    version: int = Field(default=0, ge=0, description="when not 0, the version that you read")

    def draft(self, before: Trunk) -> TrunkDraft:
        kept = before.fields
        endpoints = (
            [EndpointDraft(e.host, e.port, str(e.transport)) for e in kept.endpoints]
            if self.endpoints is None
            else [e.draft() for e in self.endpoints]
        )
        return TrunkDraft(
            kept.name if self.name is None else self.name,
            kept.country if self.country is None else self.country,
            kept.source_cidrs if self.source_cidrs is None else self.source_cidrs,
            endpoints,
            kept.enabled if self.enabled is None else self.enabled,
        )


class AsideBody(BaseModel):
    name: str = Field(description="a trunk or number")
    reason: str


class AppliedBody(BaseModel):
    node_id: str
    in_force: bool
    trunk_version: int = Field(description="the version that the node runs; 0: none")
    snapshot_version: str
    nack_reason: str = Field(description="why the node refused its last configuration; empty: it took it")
    set_aside: list[AsideBody] = Field(description="what the node passed over of this trunk and its numbers")
    reported_at: datetime


class TrunkBody(BaseModel):
    id: str
    version: int
    name: str
    domain: str = Field(description="your provider sends calls to sip:NUMBER@ this domain")
    source_cidrs: list[str]
    country: str
    endpoints: list[EndpointBody]
    enabled: bool
    created_at: datetime
    updated_at: datetime


class TrunkWithPlace(TrunkBody):
    number_count: int
    applied: list[AppliedBody]
    set_aside: list[AsideBody] = Field(description="what reaches no node of this trunk and its numbers")


class TrunkPage(BaseModel):
    trunks: list[TrunkBody]
    next_page_token: str = Field(description="empty on the last page")


def router(trunks: Trunks, placement: Placement) -> APIRouter:
    routes = APIRouter(prefix="/api/v1/sip/trunks", tags=["trunks"])

    @routes.post("", status_code=201, summary="Create a trunk")
    async def create(asked: TrunkToCreate, response: Response) -> TrunkBody:
        trunk = await trunks.create(writing_tenant(), asked.draft(), asked.domain_label)
        response.headers["Location"] = f"{routes.prefix}/{trunk.id}"
        return TrunkBody(**_fields(trunk))

    @routes.get("", summary="List your trunks")
    async def list_trunks(
        page_size: int = 0,
        page_token: str = "",
        query: Annotated[str, Query(max_length=MAX_QUERY, description="part of the name or domain")] = "",
    ) -> TrunkPage:
        page = await trunks.list(reading_tenant(), query, page_size, page_token)
        found = [TrunkBody(**_fields(trunk)) for trunk in page.items]
        return TrunkPage(trunks=found, next_page_token=page.next_page_token)

    @routes.get("/{trunk_id}", summary="One trunk, and where it is in force")
    async def get(trunk_id: str) -> TrunkWithPlace:
        trunk = await trunks.get(reading_tenant(), trunk_id)
        place = await placement.of(trunk)
        applied = [_applied(row) for row in place.applied]
        aside = _aside(place.set_aside)
        return TrunkWithPlace(
            **_fields(trunk), applied=applied, number_count=place.number_count, set_aside=aside
        )

    @routes.patch("/{trunk_id}", summary="Change a trunk")
    async def update(trunk_id: str, asked: TrunkChange) -> TrunkBody:
        tenant = writing_tenant()
        before = await trunks.get(tenant, trunk_id)
        version = asked.version or before.version
        return TrunkBody(**_fields(await trunks.update(tenant, trunk_id, asked.draft(before), version)))

    @routes.delete("/{trunk_id}", status_code=204, summary="Delete a trunk; its calls are refused at once")
    async def delete(trunk_id: str, version: int = 0) -> None:
        await trunks.delete(writing_tenant(), trunk_id, version)

    return routes


def _fields(trunk: Trunk) -> dict[str, Any]:
    fields = trunk.fields
    return {
        "id": trunk.id,
        "version": trunk.version,
        "name": fields.name,
        "domain": trunk.domain,
        "source_cidrs": fields.source_cidrs,
        "country": fields.country,
        "endpoints": [{"host": e.host, "port": e.port, "transport": e.transport} for e in fields.endpoints],
        "enabled": fields.enabled,
        "created_at": trunk.created_at,
        "updated_at": trunk.updated_at,
    }


def _applied(row: Applied) -> AppliedBody:
    return AppliedBody(
        node_id=row.report.node_id,
        in_force=row.in_force,
        trunk_version=row.trunk_version,
        snapshot_version=row.report.held.version,
        nack_reason=row.report.nack_reason,
        set_aside=_aside(row.set_aside),
        reported_at=row.report.at,
    )


def _aside(found: Mapping[str, str]) -> list[AsideBody]:
    return [AsideBody(name=name, reason=reason) for name, reason in found.items()]
