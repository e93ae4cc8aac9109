"""How calls ended, as the switch keeps it until it was told: mod_hash, realm `keepline`, by channel.

The dialplan writes an entry as `name=value;...` when the channel ends (infra/freeswitch/dialplan); the
decision in it says whose call it was. The end of a call that no router decided is in one of 65,536 places
(realms `undecided-<hex digit>`), where the edge's marks say whose it was, until another such call takes it.
"""

import asyncio
import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from call_router.adapters.switch.channel import channel_of, leg_times, moment_of
from call_router.adapters.switch.happenings import hung_up
from call_router.adapters.switch.journey_text import Unreadable, journey_of
from call_router.adapters.switch.questions import is_uuid
from call_router.domain.live_call import Channel, HungUp
from servicekit.telemetry.logging import logger
from switchlink.esl import CommandRefused, EslLink

_log = logger(__name__)
_LONG = 30.0
_AT_ONCE = 200
# a call that asks this router meanwhile waits so long
_READ_AT_ONCE = 20
# how `hash_dump` writes it: D/<realm>_<key>/<value>
_LINE = re.compile(r"D/(keepline|undecided-[0-9a-f])_[^/]{1,64}/uuid=(?P<uuid>[^/;]{1,64});(?P<value>.*)")
_PLACES = tuple(f"undecided-{digit}" for digit in "0123456789abcdef")
_SMALL = re.compile(r"[0-9]{1,6}")
# the entry's names, as the channel's events have them
_NAMES = {
    "answer": "answer_uepoch",
    "end": "end_uepoch",
    "cause": "hangup_cause",
    "sip": "sip_term_status",
    "by": "sip_hangup_disposition",
    "far": "last_bridge_proto_specific_hangup_cause",
    "phrase": "sip_hangup_phrase",
    "in": "rtp_audio_in_packet_count",
    "out": "rtp_audio_out_packet_count",
    "lost": "rtp_audio_in_skip_packet_count",
    "jitter": "rtp_audio_in_jitter_max_variance",
    "codec": "read_codec",
    "leg_answered": "keepline_leg_answered",
}
# of a call that nobody decided, or that a router could not
_MARKS = {
    "tenant": "variable_sip_h_X-Keepline-Tenant",
    "trunk": "variable_sip_h_X-Keepline-Trunk",
    "call": "variable_sip_h_X-Keepline-Call-Id",
    "attempt": "variable_sip_h_X-Keepline-Attempt",
    "source": "variable_sip_h_X-Keepline-Source",
    "edge": "variable_sip_h_X-Keepline-Edge",
    "called": "variable_sip_req_user",
    "caller": "Caller-Caller-ID-Number",
    "refused": "variable_keepline_refuse_status",
    "code": "variable_keepline_refuse_code",
}


class Ledger:
    """Each raises EslError when the switch does not answer."""

    def __init__(self, link: EslLink) -> None:
        self._link = link

    async def read(self) -> Sequence[HungUp]:
        found: list[HungUp] = []
        # in parts: an answer has a bound
        for realm in ("keepline", *_PLACES):
            for number, line in enumerate(await self._dump(realm), 1):
                end = entry_of(line)
                if end is not None:
                    found.append(end)
                if number % _READ_AT_ONCE == 0:
                    await asyncio.sleep(0)
        return found

    async def _dump(self, realm: str) -> Sequence[str]:
        try:
            return (await self._link.api("hash_dump", "db", realm, timeout=_LONG)).splitlines()
        except CommandRefused as refused:
            if "no reply" in refused.answer:
                # how the switch says that there is nothing to say
                return ()
            raise

    async def forget(self, uuids: Sequence[str]) -> None:
        for start in range(0, len(uuids), _AT_ONCE):
            await asyncio.gather(*(self._forget(uuid) for uuid in uuids[start : start + _AT_ONCE]))

    async def _forget(self, uuid: str) -> None:
        try:
            await self._link.api("hash", f"delete/keepline/{uuid}", timeout=_LONG)
        except CommandRefused:
            await self._forget_undecided(uuid)

    async def _forget_undecided(self, uuid: str) -> None:
        """Unless another call took its place meanwhile; one that does so from now on is heard."""
        place = f"undecided-{uuid[:1]}/{uuid[1:4]}"
        try:
            value = (await self._link.api("hash", f"select/{place}", timeout=_LONG)).strip()
            if value.startswith(f"uuid={uuid};"):
                await self._link.api("hash", f"delete/{place}", timeout=_LONG)
        except CommandRefused:
            return


def entry_of(line: str) -> HungUp | None:
    """None: no entry of ours."""
    found = _LINE.fullmatch(line.strip())
    if found is None or not is_uuid(found["uuid"]):
        return None
    entry = dict(pair.partition("=")[::2] for pair in found["value"].split(";"))
    started_at, ended_at = moment_of(entry.get("start", "")), moment_of(entry.get("end", ""))
    if started_at is None or ended_at is None:
        return None
    make = _channel if entry.get("decision") else _undecided
    channel = make(found["uuid"], entry, started_at)
    if channel is None:
        return None
    headers = {f"variable_{name}": entry.get(short, "") for short, name in _NAMES.items()}
    return hung_up(channel, headers, ended_at)


def _channel(uuid: str, entry: Mapping[str, str], started_at: datetime) -> Channel | None:
    try:
        journey = journey_of(entry.get("decision", ""))
    except Unreadable as unreadable:
        call_id = entry.get("call", "")[:64]
        _log.warning(
            "The end of a call cannot be told: its decision cannot be read.",
            call_id=call_id,
            reason=str(unreadable),
        )
        return None
    leg = int(entry["leg"]) if _SMALL.fullmatch(entry.get("leg", "")) else None
    status = entry.get("refused", "")
    return Channel(
        uuid,
        journey.call,
        started_at,
        journey,
        leg=leg,
        times=leg_times(entry, "leg_", leg),
        refused=(int(status), entry.get("code", "")) if _SMALL.fullmatch(status) else None,
    )


def _undecided(uuid: str, entry: Mapping[str, str], started_at: datetime) -> Channel | None:
    """Read as the channel's own headers would be."""
    headers = {name: entry.get(short, "") for short, name in _MARKS.items()}
    return channel_of({**headers, "Unique-ID": uuid}, started_at)
