"""A trunk as JSON: what may be written of it, how it is read, and how its list is asked."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

import phonenumbers
from pydantic import BaseModel, ConfigDict, Field

from servicekit.api.absent import documented, may_be_absent
from servicekit.api.asked import Asked, Change
from servicekit.api.lists import ListRule
from servicekit.api.resource import Reading, Resource
from servicekit.timestamps import rfc3339
from sip_config.app.placement import Applied, Place
from sip_config.domain.check import MAX_ENDPOINTS, EndpointDraft, TrunkDraft
from sip_config.domain.resources import MAX_SOURCES_LENGTH
from sip_config.domain.trunk import Trunk
from siptypes.faults import MAX_NAME

COUNTRIES = sorted(phonenumbers.SUPPORTED_REGIONS)


class Endpoint(BaseModel):
    model_config = ConfigDict(extra="forbid")
    host: str = documented("a name or an address, without sip: and without a port")
    port: int = may_be_absent("left out: 5060, for TLS 5061", minimum=1, maximum=65535)
    transport: Literal["udp", "tcp", "tls"] = "udp"


class TrunkToCreate(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "name": "Acme Telecom",
                "country": "DE",
                "endpoints": [{"host": "sip.acme.example", "port": 5060, "transport": "udp"}],
            }
        },
    )
    name: str = documented("what you call it", minLength=1, maxLength=MAX_NAME)
    domain_label: str = may_be_absent(
        "the first label of the trunk's SIP domain; left out: made from the id",
        pattern="^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$",
    )
    source_cidrs: list[str] = Field(
        default=[],
        description="networks and addresses that your provider sends from, "
        f"{MAX_SOURCES_LENGTH} characters together at the most; empty: nobody may",
    )
    country: str = documented(
        "ISO 3166-1 alpha-2; numbers without a country are read as this one's", enum=COUNTRIES
    )
    endpoints: list[Endpoint] = Field(
        default=[], description="probed with OPTIONS", json_schema_extra={"maxItems": MAX_ENDPOINTS}
    )
    enabled: bool = Field(default=True, description="false: its calls are refused")


class TrunkBody(BaseModel):
    id: str
    version: int
    name: str
    domain: str = Field(description="your provider sends calls to sip:NUMBER@ this domain")
    source_cidrs: list[str]
    country: str
    endpoints: list[Endpoint]
    enabled: bool
    created_at: datetime
    updated_at: datetime
    tested_at: datetime = may_be_absent("when the first answered call came in by it; absent: none did yet")


class AsideBody(BaseModel):
    name: str = Field(description="a trunk or number")
    reason: str


class AppliedBody(BaseModel):
    node_id: str
    in_force: bool
    trunk_version: int = Field(description="the version that the node runs; 0: none")
    snapshot_version: str = may_be_absent("absent: the node holds nothing yet")
    nack_reason: str = may_be_absent("why the node refused its last configuration; absent: it took it")
    set_aside: list[AsideBody] = Field(description="what the node passed over of this trunk and its numbers")
    reported_at: datetime


class TrunkWithPlace(TrunkBody):
    number_count: int
    applied: list[AppliedBody]
    set_aside: list[AsideBody] = Field(description="what reaches no node of this trunk and its numbers")


class TrunkPage(BaseModel):
    trunks: list[TrunkBody]
    next_page_token: str = may_be_absent("absent on the last page")


COMPUTED = ("tested_at", "number_count", "applied", "set_aside")
TRUNK = Resource(
    TrunkToCreate,
    read_only=frozenset({"id", "tenant_id", "version", "domain", "created_at", "updated_at"}),
    computed=frozenset(COMPUTED),
    only_in_post=frozenset({"domain_label"}),
)
TRUNKS = ListRule(
    fields=tuple(TrunkBody.model_fields),
    order={"name": str, "domain": str, "created_at": datetime, "updated_at": datetime},
    filters={"name": str, "domain": str, "country": COUNTRIES, "enabled": bool},
    times=("created_at", "updated_at"),
    q="part of the name or domain, in any case",
)


def asked_of(reading: Reading) -> Asked[TrunkDraft]:
    given = reading["endpoints"]
    endpoints = None if given is None else [EndpointDraft(e.host, e.port, e.transport) for e in given]
    sources, enabled = reading["source_cidrs"], reading["enabled"]
    return Asked(TrunkDraft(reading["name"], reading["country"], sources, endpoints, enabled), reading.faults)


def made_with_id(reading: Reading) -> tuple[str, ...]:
    """What a trunk has only when it is written."""
    return ("id", "domain") if reading["domain_label"] is None else ("id",)


def change_of(patch: object, found: tuple[Any, ...] = ()) -> Change[Trunk, TrunkDraft]:
    """patch: a merge patch; found: what is wrong with the request besides."""
    return lambda before: asked_of(TRUNK.patched(stored(before), patch, found))


def stored(trunk: Trunk) -> dict[str, Any]:
    """As the patch of REST or gRPC may send it back."""
    return {**trunk_document(trunk), "tenant_id": trunk.tenant_id}


def trunk_document(trunk: Trunk, tested_at: datetime | None = None) -> dict[str, Any]:
    """A TrunkBody."""
    fields = trunk.fields
    return {
        "id": trunk.id,
        "version": trunk.version,
        "name": fields.name,
        "domain": trunk.domain,
        "source_cidrs": list(fields.source_cidrs),
        "country": fields.country,
        "endpoints": [
            {"host": e.host, "port": e.port, "transport": str(e.transport)} for e in fields.endpoints
        ],
        "enabled": fields.enabled,
        "created_at": rfc3339(trunk.created_at),
        "updated_at": rfc3339(trunk.updated_at),
        **({} if tested_at is None else {"tested_at": rfc3339(tested_at)}),
    }


def with_place(trunk: Trunk, place: Place, tested_at: datetime | None = None) -> dict[str, Any]:
    """A TrunkWithPlace."""
    return {
        **trunk_document(trunk, tested_at),
        "number_count": place.number_count,
        "applied": [_applied(row) for row in place.applied],
        "set_aside": _aside(place.set_aside),
    }


def _applied(row: Applied) -> dict[str, Any]:
    held, refused = row.report.held.version, row.report.nack_reason
    return {
        "node_id": row.report.node_id,
        "in_force": row.in_force,
        "trunk_version": row.trunk_version,
        **({"snapshot_version": held} if held else {}),
        **({"nack_reason": refused} if refused else {}),
        "set_aside": _aside(row.set_aside),
        "reported_at": rfc3339(row.report.at),
    }


def _aside(found: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "reason": reason} for name, reason in found.items()]
