"""A hand-over from the channel's headers to the variables that are set, also when the headers are hostile."""

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from call_router.adapters.switch.channel import channel_of
from call_router.adapters.switch.hand_overs import HandOvers
from servicekit.testing import FakeClock
from switchlink.handover import multiset

OFFER = "v=0\r\no=- 1 1 IN IP4 127.0.1.1\r\ns=-\r\nc=IN IP4 127.0.1.1\r\nt=0 0\r\n"
CHANNEL = {
    "Unique-ID": "0f9c2d3e-uuid",
    "Call-Direction": "inbound",
    "Caller-Channel-Created-Time": "1795424400000000",
    "Caller-Caller-ID-Number": "+4917012345678",
    "Caller-Destination-Number": "+49301234567",
    "variable_sip_h_X-Keepline-Tenant": "t_a",
    "variable_sip_h_X-Keepline-Trunk": "trk_a",
    "variable_sip_h_X-Keepline-Call-Id": "call_0f9c2d3e",
    "variable_sip_h_X-Keepline-Source": "127.0.1.5:5060",
    "variable_sip_h_X-Keepline-Attempt": "2",
    "variable_sip_h_X-Keepline-Edge": "edge1",
    "variable_ep_codec_string": "CORE_PCM_MODULE.PCMU@8000h@20i@64000b",
    "variable_switch_r_sdp": OFFER + "m=audio 40000 RTP/AVP 0 101\r\n",
}
FAILED = {
    "variable_keepline_failed_leg": "0",
    "variable_originate_disposition": "USER_BUSY",
    "variable_last_bridge_proto_specific_hangup_cause": "sip:486",
}


@pytest.fixture
def router(world: Any) -> HandOvers:
    return HandOvers(world.table, FakeClock(), lambda: 0.5, "r1")


def again(variables: Any) -> dict[str, str]:
    """The channel as the next router finds it."""
    return CHANNEL | FAILED | {f"variable_{name}": value for name, value in variables.items()}


def test_a_call_is_sent_to_its_first_agent(router: HandOvers) -> None:
    told = dict(router.decide(CHANNEL))
    assert told.pop("keepline_decision")
    assert told.pop("keepline_decided_at").isdigit()
    assert told == {
        "keepline_do": "leg",
        "keepline_leg": "0",
        "keepline_leg_uri": "sip:agt_first@127.0.2.1:5060;transport=udp",
        "keepline_leg_timeout": "20",
        "keepline_before_answer": "ignore_early_media=ring_ready",
        "keepline_call_id": "call_0f9c2d3e",
        "keepline_attempt": "2",
        "keepline_router": "r1",
        "keepline_ledger": "keepline/0f9c2d3e-uuid",
    }


def test_what_the_first_router_left_is_what_the_second_goes_on_with(world: Any, router: HandOvers) -> None:
    first = router.decide(CHANNEL)
    world.table.delete("pln_a")
    second = HandOvers(world.table, FakeClock(), lambda: 0.5, "r2").decide(again(first))
    assert (second["keepline_do"], second["keepline_refuse_status"]) == ("refuse", "486")
    assert (second["keepline_refuse_code"], second["keepline_router"]) == ("agent_busy", "r2")
    assert second["keepline_decided_at"] == first["keepline_decided_at"]


def test_an_offer_without_our_codecs_is_refused_with_a_warning(router: HandOvers) -> None:
    g729 = OFFER + "m=audio 40000 RTP/AVP 18 101\r\na=rtpmap:101 telephone-event/8000\r\n"
    told = router.decide({**CHANNEL, "variable_ep_codec_string": "", "variable_switch_r_sdp": g729})
    assert (told["keepline_refuse_status"], told["keepline_refuse_warning"]) == ("488", "305")


@pytest.mark.parametrize("name", ["Tenant", "Trunk", "Call-Id"])
@pytest.mark.parametrize("value", ["", "t a", "t_a\r\nX: y", "t,a", "${x}", "t" * 65, "t'a", "t_a\n"])
def test_a_call_whose_marks_do_not_fit_is_nobodys(router: HandOvers, name: str, value: str) -> None:
    told = router.decide({**CHANNEL, f"variable_sip_h_X-Keepline-{name}": value})
    assert told == {
        "keepline_do": "refuse",
        "keepline_refuse_status": "403",
        "keepline_refuse_code": "call_unidentified",
    }


@settings(max_examples=300)
@given(st.dictionaries(st.sampled_from(sorted(again({"keepline_decision": ""}))), st.text(max_size=80)))
def test_whatever_stands_on_the_channel_the_switch_gets_values_that_it_takes(
    still_world: Any, changes: dict[str, str]
) -> None:
    router = HandOvers(still_world.table, FakeClock(), lambda: 0.5, "r1")
    told = router.decide({**CHANNEL, **changes})
    assert told["keepline_do"] in ("leg", "refuse")
    assert re.fullmatch(r"\^\^\|[!-~]+", multiset(told))


def test_the_edge_says_whose_call_it_is() -> None:
    channel = channel_of(CHANNEL, FakeClock().now())
    assert channel is not None
    call = channel.call
    assert (call.tenant_id, call.trunk_id, call.call_id) == ("t_a", "trk_a", "call_0f9c2d3e")
    assert (call.called, call.caller, call.source_address) == (
        "+49301234567",
        "+4917012345678",
        "127.0.1.5:5060",
    )
    assert (call.attempt, call.edge_id) == (2, "edge1")
    assert channel.started_at.timestamp() == 1795424400


def test_an_extension_of_the_dialplan_is_not_the_called_number() -> None:
    sent_on = {
        **CHANNEL,
        "Caller-Destination-Number": "keepline-leg",
        "variable_sip_req_user": "+49301234567",
    }
    channel = channel_of(sent_on, FakeClock().now())
    assert channel is not None
    assert channel.call.called == "+49301234567"


def test_a_call_that_cannot_be_decided_is_refused_with_a_code(world: Any, router: HandOvers) -> None:
    world.table.trunks = None
    told = router.decide(CHANNEL)
    assert (told["keepline_do"], told["keepline_refuse_status"]) == ("refuse", "503")
    assert told["keepline_refuse_code"] == "decision_failed"
