"""Calls as they were: read only."""

from datetime import datetime

from keepline_client.resources.common import ListQuery, Told
from keepline_client.resources.routing import Decision
from keepline_client.rest.kinds import ReadKind


class Packets(Told):
    received: int | None = None
    sent: int | None = None


class Heard(Told):
    """RTP packets since the answer."""

    provider: Packets
    agent: Packets


class LegResult(Told):
    attempt: int
    index: int
    agent_id: str | None = None
    uri: str | None = None
    sip_status: int | None = None
    cause: str | None = None
    started_at: datetime | None = None
    ringing_at: datetime | None = None
    early_media_at: datetime | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    heard: Heard | None = None


class CallAttempt(Told):
    """One offer of the call to one switch."""

    attempt: int
    switch_id: str | None = None
    edge_id: str | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    sip_status: int | None = None
    hangup_cause: str | None = None
    code: str | None = None


class Media(Told):
    """leg_codec: of the leg that was answered; where it is not codec, the switch transcoded."""

    packets_received: int | None = None
    packets_sent: int | None = None
    packets_lost: int | None = None
    jitter_max_ms: float | None = None
    codec: str | None = None
    leg_codec: str | None = None


class Call(Told):
    """attempt: the one that counts, which the times, the decision and the status are of."""

    id: str
    trunk_id: str
    direction: str
    attempt: int
    switch_id: str | None = None
    edge_id: str | None = None
    caller: str | None = None
    called: str | None = None
    number: str | None = None
    source_address: str | None = None
    decision: Decision | None = None
    legs: tuple[LegResult, ...] = ()
    attempts: tuple[CallAttempt, ...] = ()
    started_at: datetime
    answered: bool
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    """None while the call lasts."""
    estimated_within_ms: int | None = None
    ended_by: str | None = None
    hangup_cause: str | None = None
    sip_status: int | None = None
    refusal_code: str | None = None
    setup_ms: int | None = None
    talk_ms: int | None = None
    media: Media | None = None
    agent_id: str | None = None


class CallQuery(ListQuery, total=False):
    trunk_id: str | list[str]
    number: str | list[str]
    agent_id: str | list[str]
    direction: str | list[str]
    answered: bool
    started_at_after: datetime
    started_at_before: datetime


CALLS: ReadKind[Call, CallQuery] = ReadKind("/api/v1/calls", Call, "calls")
