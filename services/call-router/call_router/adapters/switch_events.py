"""Events of the switch as happenings of calls.

Rule: only the provider's side of a call counts. Figures that do not read as figures are absent, not zero.
"""

from collections.abc import Mapping
from datetime import datetime

from call_router.adapters.channel_facts import ALL, channel_of, failure_of, moment_of, status_of
from call_router.domain.call_event import EndedBy, Media
from call_router.domain.call_state import Channel, Happening, HungUp, Parked, PickedUp
from switchlink.esl import EslEvent

NAMES = ("CHANNEL_PARK", "CHANNEL_ANSWER", "CHANNEL_BRIDGE", "CHANNEL_HANGUP_COMPLETE", "HEARTBEAT")

_VARIABLE = "variable_"
_ENDED_BY: dict[str, EndedBy] = {
    "recv_bye": "caller",
    "recv_cancel": "caller",
    "send_bye": "agent",
    "send_refuse": "keepline",
}


class Unidentified(Exception):
    """Came in without the edge's marks."""


def happening_of(event: EslEvent, now: datetime) -> Happening | None:
    """None when the event is none of ours."""
    headers = event.headers
    direction = headers.get("Call-Direction") or headers.get("variable_direction", "")
    if direction == "outbound" or event.name not in NAMES or not event.uuid:
        return None
    at = moment_of(headers.get("Event-Date-Timestamp", "")) or now
    channel = _channel(event, at)
    if channel is None:
        if event.name == "CHANNEL_PARK" and direction == "inbound":
            raise Unidentified(event.uuid)
        return None
    match event.name:
        case "CHANNEL_PARK":
            return Parked(channel, at, failure_of(_variables(headers)))
        case "CHANNEL_ANSWER" | "CHANNEL_BRIDGE":
            return PickedUp(channel, at)
        case "CHANNEL_HANGUP_COMPLETE":
            return _hung_up(channel, at, headers)
        case _:
            return None


def _variables(headers: Mapping[str, str]) -> Mapping[str, str]:
    return {name: headers[_VARIABLE + name] for name in ALL if _VARIABLE + name in headers}


def _channel(event: EslEvent, at: datetime) -> Channel | None:
    headers = event.headers
    return channel_of(
        event.uuid,
        _variables(headers),
        headers.get("Caller-Destination-Number", ""),
        headers.get("Caller-Caller-ID-Number", ""),
        moment_of(headers.get("Caller-Channel-Created-Time", "")) or at,
    )


def _hung_up(channel: Channel, at: datetime, headers: Mapping[str, str]) -> HungUp:
    started, answered, ended = (
        moment_of(headers.get(f"variable_{name}_uepoch", "")) for name in ("start", "answer", "end")
    )
    return HungUp(
        channel,
        at,
        cause=headers.get("variable_hangup_cause") or headers.get("Hangup-Cause", ""),
        sip_status=status_of(headers.get("variable_sip_term_status", "")),
        answered=answered is not None,
        setup_ms=_between(started, answered),
        talk_ms=_between(answered, ended),
        media=_media(headers) if answered is not None else None,
        ended_by=_ENDED_BY.get(headers.get("variable_sip_hangup_disposition", ""), ""),
    )


def _media(headers: Mapping[str, str]) -> Media | None:
    media = Media(
        packets_received=_count(headers, "rtp_audio_in_packet_count"),
        packets_sent=_count(headers, "rtp_audio_out_packet_count"),
        packets_lost=_count(headers, "rtp_audio_in_skip_packet_count"),
        jitter_max_ms=_figure(headers, "rtp_audio_in_jitter_max_variance"),
        codec=headers.get("variable_read_codec", "")[:32],
    )
    return None if media == Media() else media


def _count(headers: Mapping[str, str], name: str) -> int | None:
    text = headers.get(_VARIABLE + name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None  # noqa: PLR2004


def _figure(headers: Mapping[str, str], name: str) -> float | None:
    try:
        figure = float(headers.get(_VARIABLE + name, ""))
    except ValueError:
        return None
    return figure if 0 <= figure < float("inf") else None


def _between(since: datetime | None, until: datetime | None) -> int | None:
    if since is None or until is None:
        return None
    return max(0, round((until - since).total_seconds() * 1000))
