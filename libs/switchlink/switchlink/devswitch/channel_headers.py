"""What an event says about a channel: FreeSWITCH's headers and variables, by its names."""

from collections.abc import Mapping
from datetime import UTC, datetime

from .causes import NUMBERS
from .channel import Channel
from .media.conversation import Conversation
from .roles import Caller, Times

_MILLION = 1_000_000


def headers_of(channel: Channel) -> dict[str, str]:
    headers = _state(channel) | _profile("Caller", channel)
    if channel.partner is not None:
        other = "originatee" if channel.direction == "inbound" else "originator"
        headers["Other-Type"] = other
        headers |= _profile("Other-Leg", channel.partner)
    return headers | {f"variable_{name}": value for name, value in variables_of(channel).items()}


def row_of(channel: Channel) -> dict[str, str]:
    """Of `show channels`."""
    created = channel.times.created // _MILLION
    return {
        "uuid": channel.uuid,
        "direction": channel.direction,
        "created": f"{datetime.fromtimestamp(created, UTC).astimezone():%Y-%m-%d %H:%M:%S}",
        "created_epoch": str(created),
        "name": channel.name,
        "state": "CS_EXECUTE",
        "cid_name": channel.caller.name or channel.caller.number,
        "cid_num": channel.caller.number,
        "ip_addr": channel.caller.network,
        "dest": channel.caller.destination,
        "application": channel.variables.get("current_application", ""),
        "callstate": call_state(channel),
        "read_codec": channel.conversation.codec,
    }


def variables_of(channel: Channel) -> Mapping[str, str]:
    variables = dict(channel.variables)
    if codec := channel.conversation.codec:
        variables |= {"read_codec": codec, "write_codec": codec, "read_rate": "8000", "write_rate": "8000"}
    if channel.partner is not None:
        variables["signal_bond"] = channel.partner.uuid
    if channel.hung_up:
        variables |= _at_the_end(channel)
    return variables


def profile_of(channel: Channel) -> Mapping[str, str]:
    """What expansion finds in the caller profile where no variable has the name
    (switch_caller_get_field_by_name)."""
    times = channel.times
    moments = {
        "created": times.created,
        "progress": times.progress,
        "progress_media": times.progress_media,
        "answered": times.answered,
    }
    times_of_it = {f"{name}_time": str(moment) for name, moment in moments.items()}
    return {"caller_id_number": channel.caller.number} | times_of_it


def call_state(channel: Channel) -> str:
    if channel.hung_up:
        return "HANGUP"
    if channel.is_answered:
        return "ACTIVE"
    if channel.times.progress_media:
        return "EARLY"
    return "RINGING" if channel.times.progress or channel.direction == "inbound" else "DOWN"


def _state(channel: Channel) -> dict[str, str]:
    state = call_state(channel)
    answer = {"ACTIVE": "answered", "EARLY": "early", "HANGUP": "hangup"}.get(state, "ringing")
    headers = {
        "Channel-State": "CS_REPORTING" if channel.hung_up else "CS_EXECUTE",
        "Channel-Call-State": state,
        "Channel-State-Number": "11" if channel.hung_up else "4",
        "Channel-Name": channel.name,
        "Unique-ID": channel.uuid,
        "Call-Direction": channel.direction,
        "Presence-Call-Direction": channel.direction,
        "Channel-HIT-Dialplan": "true" if channel.direction == "inbound" else "false",
        "Channel-Call-UUID": _call_uuid(channel),
        "Answer-State": answer,
    }
    if channel.hung_up:
        headers["Hangup-Cause"] = channel.cause
    if codec := channel.conversation.codec:
        headers |= {"Channel-Read-Codec-Name": codec, "Channel-Read-Codec-Rate": "8000"}
    return headers


def _call_uuid(channel: Channel) -> str:
    if channel.direction == "outbound" and channel.partner is not None:
        return channel.partner.uuid
    return channel.uuid


def _profile(prefix: str, channel: Channel) -> dict[str, str]:
    caller: Caller = channel.caller
    times: Times = channel.times
    headers = {
        "Direction": channel.direction,
        "Username": caller.number,
        "Dialplan": "XML",
        "Caller-ID-Name": caller.name or caller.number,
        "Caller-ID-Number": caller.number,
        "Network-Addr": caller.network,
        "ANI": caller.number,
        "Destination-Number": caller.destination,
        "Unique-ID": channel.uuid,
        "Source": "mod_sofia",
        "Context": channel.context,
        "Channel-Name": channel.name,
        "Profile-Created-Time": str(times.created),
        "Channel-Created-Time": str(times.created),
        "Channel-Answered-Time": str(times.answered),
        "Channel-Progress-Time": str(times.progress),
        "Channel-Progress-Media-Time": str(times.progress_media),
        "Channel-Hangup-Time": str(times.hungup),
        "Channel-Bridged-Time": str(times.bridged),
    }
    return {f"{prefix}-{name}": value for name, value in headers.items() if value}


def _at_the_end(channel: Channel) -> dict[str, str]:
    times = channel.times
    figures = {"hangup_cause": channel.cause, "hangup_cause_q850": str(NUMBERS[channel.cause])}
    moments = {
        "start": times.created,
        "progress": times.progress,
        "progress_media": times.progress_media,
        "answer": times.answered,
        "bridge": times.bridged,
        "end": times.hungup,
    }
    for name, moment in moments.items():
        figures |= {f"{name}_epoch": str(moment // _MILLION), f"{name}_uepoch": str(moment)}
    for name, since in (("", times.created), ("bill", times.answered)):
        figures |= _lasted(name, since, times.hungup)
    return figures | media_of(channel.conversation)


def _lasted(name: str, since: int, until: int) -> dict[str, str]:
    """Whole seconds are counted between whole seconds, as FreeSWITCH does."""
    seconds = until // _MILLION - since // _MILLION if since else 0
    micros = until - since if since else 0
    if not name:
        return {"duration": str(seconds), "mduration": str(micros // 1000), "uduration": str(micros)}
    return {"billsec": str(seconds), "billmsec": str(micros // 1000), "billusec": str(micros)}


def media_of(conversation: Conversation) -> dict[str, str]:
    port = conversation.port
    if port is None or conversation.theirs is None:
        return {}
    heard = port.figures
    received = {
        "media_bytes": heard.octets,
        "packet_count": heard.packets,
        "media_packet_count": heard.packets - heard.dtmf_packets,
        "skip_packet_count": heard.lost,
        "dtmf_packet_count": heard.dtmf_packets,
    }
    sent = {"media_bytes": port.sent_octets, "packet_count": port.sent, "media_packet_count": port.sent}
    return {
        **{f"rtp_audio_in_{name}": str(value) for name, value in received.items()},
        "rtp_audio_in_jitter_min_variance": f"{heard.jitter_min_ms or 0.0:.2f}",
        "rtp_audio_in_jitter_max_variance": f"{heard.jitter_max_ms:.2f}",
        **{f"rtp_audio_out_{name}": str(value) for name, value in sent.items()},
    }
