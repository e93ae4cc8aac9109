"""What answers a call: a voice agent at a SIP URI, or a person behind a trunk.

An agent that exists is valid; `read_agent` is the one way in.
"""

import re
from dataclasses import dataclass
from datetime import datetime

from call_router.domain.sip_uri import SipUri, read_uri
from siptypes.faults import Fault, name_faults
from siptypes.numbers import is_e164
from siptypes.reachable import Reachable

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
class AgentDraft:
    """What a tenant asks for. None: it could not be read, which was told already. kinds: those that were
    given; there should be one."""

    name: str | None
    kinds: tuple[Kind, ...] | None
    ring_seconds: int | None = DEFAULT_RING_SECONDS


@dataclass(frozen=True, slots=True)
class AgentFields:
    """What a tenant may change of an agent, checked."""

    name: str
    kind: Kind
    ring_seconds: int


def check_agent(
    draft: AgentDraft, reachable: Reachable | None = None, held: Kind | None = None
) -> AgentFields | list[Fault]:
    """Fields only of a draft that could be read as a whole. reachable: None where that was judged before, as
    in a message. held: what the agent is already; it keeps that, also where nobody else may be called."""
    faults = [] if draft.name is None else name_faults(draft.name)
    kind = None if draft.kinds is None else _read_kind(draft.kinds, reachable, held)
    if isinstance(kind, Fault):
        faults.append(kind)
    ring = draft.ring_seconds
    if ring is not None and not MIN_RING_SECONDS <= ring <= MAX_RING_SECONDS:
        hint = f"use {MIN_RING_SECONDS} to {MAX_RING_SECONDS}, or leave it out for {DEFAULT_RING_SECONDS}"
        faults.append(Fault("/ring_seconds", "ring_seconds_invalid", f"{ring} is out of range", hint))
    if faults or draft.name is None or kind is None or isinstance(kind, Fault) or ring is None:
        return faults
    return AgentFields(draft.name.strip(), kind, ring)


def _read_kind(kinds: tuple[Kind, ...], reachable: Reachable | None, held: Kind | None) -> Kind | Fault:
    if not kinds:
        hint = 'give "sip" with a uri, or "human" with trunk_id and target'
        return Fault("", "agent_kind_missing", "an agent is either sip or human", hint)
    if len(kinds) > 1:
        hint = 'leave one of the two out; in a PATCH send null for the one that it was, such as "sip": null'
        return Fault("", "agent_kind_ambiguous", "an agent is either sip or human, not both", hint)
    kind = kinds[0]
    if isinstance(kind, SipAgent):
        return _read_sip(kind, reachable, held)
    if _EXTENSION.fullmatch(kind.target) or is_e164(kind.target):
        return kind
    hint = "give the digits of an extension, or a number with + and its country's code"
    return Fault("/human/target", "target_invalid", "this is neither an extension nor a number", hint)


def _read_sip(kind: SipAgent, reachable: Reachable | None, held: Kind | None) -> SipAgent | Fault:
    uri = read_uri(kind.uri, "/sip/uri")
    if isinstance(uri, Fault):
        return uri
    kept = isinstance(held, SipAgent) and read_uri(held.uri, "/sip/uri") == uri
    refused = None if kept or reachable is None else _refused(uri, reachable)
    return refused or SipAgent(str(uri))


def _refused(uri: SipUri, reachable: Reachable) -> Fault | None:
    refusal = reachable.addresses.refused_host(uri.host)
    if refusal is not None:
        return Fault("/sip/uri", refusal.code, refusal.detail, refusal.hint)
    if uri.transport == "tls" and not reachable.tls:
        hint = "write ;transport=tcp or udp, or leave the transport out"
        return Fault("/sip/uri", "sip_uri_tls_unavailable", "our edges have no TLS yet", hint)
    return None
