"""Events of the switch, and its answer to `uuid_dump`, as what happened to a call.

Only the provider's side says whose call it is and how it ended; an agent's side says how its leg gets on.
Figures that do not read as figures are absent, not zero.
"""

from datetime import datetime

from call_router.adapters.switch.channel import (
    Headers,
    channel_of,
    leg_codec,
    moment_of,
    number_of,
    status_of,
)
from call_router.adapters.switch.endings import cause_of, ended_by
from call_router.domain.call_event import Media, Packets
from call_router.domain.live_call import Channel, Happening, HungUp, LegMoved, LegStep, Seen
from switchlink.esl import EslEvent

DECIDED, LEG_FAILED = "keepline::decided", "keepline::leg_failed"
EVENTS = (
    "CHANNEL_CREATE",
    "CHANNEL_PROGRESS",
    "CHANNEL_PROGRESS_MEDIA",
    "CHANNEL_ANSWER",
    "CHANNEL_HANGUP_COMPLETE",
    "HEARTBEAT",
    "BACKGROUND_JOB",
    # what follows CUSTOM on a line is a list of subclasses
    "CUSTOM",
    DECIDED,
    LEG_FAILED,
)

# of the provider's side its progress and its answer follow from the agent's, and are a third of the bytes
ONLY = (
    *(("Event-Name", name) for name in ("CHANNEL_CREATE", "CHANNEL_HANGUP_COMPLETE", "CUSTOM")),
    *(("Event-Name", name) for name in ("HEARTBEAT", "BACKGROUND_JOB")),
    ("Call-Direction", "outbound"),
)

_STEPS: dict[str, LegStep] = {
    # CHANNEL_OUTGOING is earlier and comes without variables (switch_channel_event_set_extended_data)
    "CHANNEL_CREATE": "started",
    "CHANNEL_PROGRESS": "ringing",
    "CHANNEL_PROGRESS_MEDIA": "early_media",
    "CHANNEL_ANSWER": "answered",
}
# when, as the switch notes it on the provider's channel too: a little before the event was made
_NOTED: dict[LegStep, str] = {
    "started": "Caller-Channel-Created-Time",
    "ringing": "Caller-Channel-Progress-Time",
    "early_media": "Caller-Channel-Progress-Media-Time",
    "answered": "Caller-Channel-Answered-Time",
}


def happening_of(event: EslEvent, now: datetime) -> Happening | None:
    """None when it is nothing of a call of ours."""
    headers = event.headers
    if not event.uuid:
        return None
    at = moment_of(headers.get("Event-Date-Timestamp", "")) or now
    if headers.get("Call-Direction", headers.get("variable_direction")) == "outbound":
        return _leg_moved(event, at)
    if event.name not in ("CHANNEL_CREATE", "CUSTOM", "CHANNEL_HANGUP_COMPLETE"):
        return None
    channel = channel_of(headers, at)
    if channel is None:
        return None
    return hung_up(channel, headers, at) if event.name == "CHANNEL_HANGUP_COMPLETE" else Seen(channel)


def seen_of(dump: Headers, now: datetime) -> Seen | None:
    """The provider's channel as it stands, by `uuid_dump`."""
    channel = channel_of(dump, now)
    if channel is None:
        return None
    return Seen(channel, moment_of(dump.get("Caller-Channel-Answered-Time", "")))


def _leg_moved(event: EslEvent, at: datetime) -> LegMoved | None:
    step = _STEPS.get(event.name)
    leg = number_of(event.headers, "variable_keepline_leg")
    if step is None or leg is None:
        return None
    uuid = event.headers.get("Other-Leg-Unique-ID") or event.headers.get("Channel-Call-UUID", "")
    return LegMoved(uuid, leg, step, moment_of(event.headers.get(_NOTED[step], "")) or at)


def hung_up(channel: Channel, headers: Headers, at: datetime) -> HungUp:
    """Also of an entry of the ledger, which has the same names."""
    answered = moment_of(headers.get("variable_answer_uepoch", ""))
    at = moment_of(headers.get("variable_end_uepoch", "")) or at
    return HungUp(
        channel,
        at,
        cause=cause_of(headers, answered, at),
        sip_status=status_of(headers.get("variable_sip_term_status", "")),
        answered_at=answered,
        media=_media(headers, channel.leg) if answered is not None else None,
        ended_by=ended_by(headers),
    )


def packets_of(dump: Headers) -> Packets:
    return Packets(_count(dump, "rtp_audio_in_packet_count"), _count(dump, "rtp_audio_out_packet_count"))


def _media(headers: Headers, leg: int | None) -> Media | None:
    received = _count(headers, "rtp_audio_in_packet_count")
    media = Media(
        packets_received=received,
        packets_sent=_count(headers, "rtp_audio_out_packet_count"),
        # before the first packet FreeSWITCH counts the time without one
        packets_lost=None if received == 0 else _count(headers, "rtp_audio_in_skip_packet_count"),
        jitter_max_ms=_figure(headers, "rtp_audio_in_jitter_max_variance"),
        codec=headers.get("variable_read_codec", "")[:32],
        leg_codec=leg_codec(headers, leg),
    )
    return None if media == Media() else media


def _count(headers: Headers, name: str) -> int | None:
    text = headers.get("variable_" + name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None  # noqa: PLR2004


def _figure(headers: Headers, name: str) -> float | None:
    try:
        figure = float(headers.get("variable_" + name, ""))
    except ValueError:
        return None
    return figure if 0 <= figure < float("inf") else None
