"""Trunks and numbers, as much of them as a decision needs; others own them."""

from dataclasses import dataclass

from call_router.domain.agent import Agent
from call_router.domain.plan import Plan
from call_router.domain.sip_uri import Transport


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a provider or PBX takes calls; port 0: the transport's own."""

    host: str
    port: int
    transport: Transport


@dataclass(frozen=True, slots=True)
class Trunk:
    id: str
    tenant_id: str
    version: int
    name: str
    # ISO 3166-1 alpha-2
    country: str
    enabled: bool
    endpoints: tuple[Endpoint, ...]


@dataclass(frozen=True, slots=True)
class Number:
    id: str
    tenant_id: str
    version: int
    e164: str
    trunk_id: str


Record = Trunk | Number | Plan | Agent
