"""What answers a call: a voice agent at a SIP URI, or a person behind a trunk.

An agent that exists is valid; `read_agent` is the one way in.
"""

import re
from dataclasses import dataclass
from datetime import datetime

from call_router.domain.sip_uri import read_uri
from siptypes.address_policy import AddressPolicy
from siptypes.faults import Fault, name_faults
from siptypes.numbers import is_e164

DEFAULT_RING_SECONDS = 20
MIN_RING_SECONDS = 3
MAX_RING_SECONDS = 120
_EXTENSION = re.compile(r"[0-9]{1,15}")


@dataclass(frozen=True, slots=True)
class SipAgent:
    uri: str


@dataclass(frozen=True, slots=True)
class HumanAgent:
    trunk_id: str
    # digits of an extension, or an E.164 number
    target: str


Kind = SipAgent | HumanAgent


@dataclass(frozen=True, slots=True)
class Agent:
    id: str
    tenant_id: str
    version: int
    name: str
    kind: Kind
    # how long it may ring before the next leg is tried
    ring_seconds: int
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class AgentFields:
    """What a tenant says of an agent; kind None: neither sip nor human was given, or both."""

    name: str
    kind: Kind | None
    ring_seconds: int = 0


@dataclass(frozen=True, slots=True)
class CheckedAgent:
    name: str
    kind: Kind
    ring_seconds: int


def read_agent(
    fields: AgentFields, addresses: AddressPolicy | None = None
) -> CheckedAgent | tuple[Fault, ...]:
    """addresses: what a tenant may name; None where that was judged before, as in a message."""
    ring = fields.ring_seconds or DEFAULT_RING_SECONDS
    faults = list(name_faults(fields.name))
    kind = _read_kind(fields.kind, addresses)
    if not MIN_RING_SECONDS <= ring <= MAX_RING_SECONDS:
        hint = f"use {MIN_RING_SECONDS} to {MAX_RING_SECONDS}, or 0 for {DEFAULT_RING_SECONDS}"
        faults.append(Fault("/ring_seconds", "ring_seconds_invalid", f"{ring} is out of range", hint))
    if isinstance(kind, Fault):
        faults.append(kind)
    if faults or isinstance(kind, Fault):
        return tuple(faults)
    return CheckedAgent(fields.name, kind, ring)


def _read_kind(kind: Kind | None, addresses: AddressPolicy | None) -> Kind | Fault:
    if kind is None:
        hint = 'give "sip" with a uri, or "human" with trunk_id and target'
        return Fault("", "agent_kind_missing", "an agent is either sip or human", hint)
    if isinstance(kind, SipAgent):
        return _read_sip(kind, addresses)
    if _EXTENSION.fullmatch(kind.target) or is_e164(kind.target):
        return kind
    hint = "give the digits of an extension, or a number with + and its country's code"
    return Fault("/human/target", "target_invalid", "this is neither an extension nor a number", hint)


def _read_sip(kind: SipAgent, addresses: AddressPolicy | None) -> SipAgent | Fault:
    uri = read_uri(kind.uri, "/sip/uri")
    if isinstance(uri, Fault):
        return uri
    refusal = addresses.refused_host(uri.host) if addresses is not None else None
    if refusal is not None:
        return Fault("/sip/uri", refusal.code, refusal.detail, refusal.hint)
    return SipAgent(str(uri))
