"""Checks what a tenant asks for: every fault at once, each with its pointer and its repair."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import phonenumbers

from sip_config.domain.addresses import host_faults, source_faults, transport_faults
from sip_config.domain.resources import MAX_SOURCES_LENGTH
from sip_config.domain.sources import read_sources
from sip_config.domain.trunk import Endpoint, TrunkFields
from siptypes.address_policy import AddressPolicy
from siptypes.endpoints import DEFAULT_PORTS, Transport
from siptypes.faults import Fault, name_faults
from siptypes.hosts import MAX_PORT, is_address, is_domain, is_label
from siptypes.reachable import Reachable

MAX_ENDPOINTS = 8
_KNOWN_TRANSPORTS = ", ".join(Transport)


@dataclass(frozen=True, slots=True)
class EndpointDraft:
    """transport: udp, tcp or tls; port None asks for the transport's own."""

    host: str
    port: int | None = None
    transport: str = "udp"


@dataclass(frozen=True, slots=True)
class TrunkDraft:
    """None: it could not be read, which was told already; its rules are passed over."""

    name: str | None
    country: str | None
    source_cidrs: Sequence[str] | None = ()
    endpoints: Sequence[EndpointDraft] | None = ()
    enabled: bool | None = True


def check_trunk(
    draft: TrunkDraft,
    reachable: Reachable,
    max_endpoints: int = MAX_ENDPOINTS,
    held: TrunkFields | None = None,
) -> TrunkFields | list[Fault]:
    """Fields only of a draft that could be read as a whole. held: what the trunk has already; it keeps that,
    also where nobody may write it any more."""
    faults: list[Fault] = []
    if draft.name is not None:
        faults += name_faults(draft.name, "call it what you call your provider")
    if draft.country is not None:
        faults += _country_faults(draft.country)
    sources, unread = _checked_sources(
        draft.source_cidrs or (), reachable.addresses, held.source_cidrs if held else ()
    )
    endpoints, wrong = _checked_endpoints(
        draft.endpoints or (), reachable, max_endpoints, held.endpoints if held else ()
    )
    faults += unread + wrong
    if faults or draft.name is None or draft.country is None or draft.enabled is None:
        return faults
    return TrunkFields(draft.name.strip(), sources, draft.country.upper(), endpoints, draft.enabled)


def _checked_sources(
    written: Sequence[str], addresses: AddressPolicy, held: Collection[str]
) -> tuple[tuple[str, ...], list[Fault]]:
    sources, faults = read_sources(written)
    known = {fault.pointer for fault in faults}
    if "/source_cidrs" not in known:
        faults += source_faults(written, addresses, known, held)
    if len(",".join(sources)) > MAX_SOURCES_LENGTH:
        detail = "the sources are longer than an edge holds in one record"
        faults.append(
            Fault("/source_cidrs", "sources_too_many", detail, "join neighbours into wider networks")
        )
    return sources, faults


def _checked_endpoints(
    drafts: Sequence[EndpointDraft], reachable: Reachable, most: int, held: Collection[Endpoint]
) -> tuple[tuple[Endpoint, ...], list[Fault]]:
    most = max(most, len(held))
    if len(drafts) > most:
        detail = f"{len(drafts)} endpoints, {most} are allowed"
        return (), [
            Fault("/endpoints", "endpoints_too_many", detail, "keep those that your provider asks for")
        ]
    read: dict[Endpoint, None] = {}
    faults: list[Fault] = []
    for index, draft in enumerate(drafts):
        pointer = f"/endpoints/{index}"
        found = _endpoint_faults(draft, pointer)
        if not found:
            endpoint = _endpoint(draft)
            read[endpoint] = None
            if endpoint in held:
                continue
            found = transport_faults(endpoint.transport, reachable, f"{pointer}/transport")
        if f"{pointer}/host" not in {fault.pointer for fault in found}:
            found += host_faults(draft.host, reachable.addresses, f"{pointer}/host")
        faults += found
    return tuple(read), faults


def check_label(label: str) -> Fault | None:
    """The label before the platform's SIP zone."""
    if is_label(label):
        return None
    return Fault(
        "/domain_label",
        "domain_label_invalid",
        "the label is not 1 to 63 letters, digits and inner hyphens",
        "use lower case letters, digits and hyphens, such as acme-berlin",
    )


def _country_faults(country: str) -> list[Fault]:
    if country.upper() in phonenumbers.SUPPORTED_REGIONS:
        return []
    detail = "this is not a country that has telephone numbers"
    return [Fault("/country", "country_unknown", detail, "use ISO 3166-1 alpha-2, such as DE or US")]


def _endpoint(draft: EndpointDraft) -> Endpoint:
    """Of a draft without faults."""
    transport = Transport(draft.transport)
    port = DEFAULT_PORTS[transport] if draft.port is None else draft.port
    return Endpoint(_host(draft), port, transport)


def _host(draft: EndpointDraft) -> str:
    return draft.host.strip().lower().rstrip(".")


def _endpoint_faults(draft: EndpointDraft, pointer: str) -> list[Fault]:
    faults = []
    host = _host(draft)
    if not is_address(host) and not is_domain(host):
        detail = "the host is neither an address nor a host name"
        hint = "write sip.example.com, 203.0.113.7 or 2001:db8::7, without sip: and without a port"
        faults.append(Fault(f"{pointer}/host", "endpoint_host_invalid", detail, hint))
    if draft.port is not None and not 1 <= draft.port <= MAX_PORT:
        detail = f"port {draft.port} is not between 1 and {MAX_PORT}"
        faults.append(
            Fault(f"{pointer}/port", "endpoint_port_invalid", detail, "leave it out for 5060, TLS 5061")
        )
    if draft.transport not in list(Transport):
        detail = f"transport is not one of {_KNOWN_TRANSPORTS}"
        faults.append(
            Fault(f"{pointer}/transport", "endpoint_transport_invalid", detail, "leave it out for udp")
        )
    return faults
