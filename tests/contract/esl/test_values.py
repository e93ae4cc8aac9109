"""Values stay values: nothing that a stranger wrote becomes a header of an event."""

import uuid

from switchlink.esl import EslLink
from switchlink.testing.event_log import EventLog
from switchlink.testing.raw_esl import RawEsl
from switchlink.testing.sip_phone import Behaviour, Phone
from switchlink.testing.switch_process import RunningSwitch

NOTE = r"Bob\nEvent-Name: CHANNEL_ANSWER\nUnique-ID: forged"


async def test_a_newline_in_a_channel_variable_forges_nothing(
    link: EslLink, switch: RunningSwitch, edge: Phone
) -> None:
    edge.behave("noted", Behaviour())
    channel = str(uuid.uuid4())
    raw = await RawEsl.open(*switch.esl, switch.password)
    target = "sofia/inner/sip:noted@127.0.0.1;fs_path=sip:{}:{}".format(*edge.address)
    reply = await raw.command(
        f"api originate {{origination_uuid={channel},keepline_note='{NOTE}'}}{target} &park()"
    )
    raw.close()
    assert reply.startswith("+OK")
    log = EventLog(link)
    event = await log.first("CHANNEL_PARK", lambda e: e.uuid == channel)
    assert event.headers["variable_keepline_note"] == NOTE.replace(r"\n", "\n")
    await link.api("uuid_kill", channel)
    await log.first("CHANNEL_HANGUP_COMPLETE", lambda e: e.uuid == channel)
    assert not [e for e in log.events if e.uuid == "forged"]
