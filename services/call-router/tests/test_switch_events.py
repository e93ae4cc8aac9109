"""Events of the switch as happenings, also when their values are hostile."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from call_router.adapters.switch_events import Unidentified, happening_of
from call_router.domain.call_event import Media
from call_router.domain.call_state import Failure, HungUp, Parked, PickedUp
from switchlink.esl import EslEvent

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
PARK = {
    "Event-Name": "CHANNEL_PARK",
    "Unique-ID": "0f9c2d3e-uuid",
    "Call-Direction": "inbound",
    "Event-Date-Timestamp": "1795424400500000",
    "Caller-Channel-Created-Time": "1795424400000000",
    "Caller-Caller-ID-Number": "+4917012345678",
    "Caller-Destination-Number": "+49301234567",
    "variable_sip_h_X-Keepline-Tenant": "t_a",
    "variable_sip_h_X-Keepline-Trunk": "trk_a",
    "variable_sip_h_X-Keepline-Call-Id": "call_0f9c2d3e",
    "variable_sip_h_X-Keepline-Source": "127.0.1.5:5060",
}
AGAIN = {
    **PARK,
    "Caller-Destination-Number": "keepline-leg",
    "variable_sip_req_user": "+49301234567",
    "variable_keepline_leg": "0",
    "variable_originate_disposition": "USER_BUSY",
    "variable_last_bridge_proto_specific_hangup_cause": "sip:486",
}
END = {
    **AGAIN,
    "Event-Name": "CHANNEL_HANGUP_COMPLETE",
    "Hangup-Cause": "NORMAL_CLEARING",
    "variable_sip_hangup_disposition": "recv_bye",
    "variable_start_uepoch": "1795424400000000",
    "variable_answer_uepoch": "1795424403000000",
    "variable_end_uepoch": "1795424463250000",
    "variable_rtp_audio_in_packet_count": "3000",
    "variable_rtp_audio_out_packet_count": "2990",
    "variable_rtp_audio_in_skip_packet_count": "5",
    "variable_rtp_audio_in_jitter_max_variance": "1.25",
    "variable_read_codec": "PCMU",
}


def _happening(headers: dict[str, str], **changes: str) -> Any:
    return happening_of(EslEvent({**headers, **changes}), NOW)


def test_a_park_is_a_call_with_what_the_edge_says_of_it() -> None:
    parked = _happening(PARK)
    assert isinstance(parked, Parked)
    call = parked.channel.call
    assert (call.tenant_id, call.trunk_id, call.call_id) == ("t_a", "trk_a", "call_0f9c2d3e")
    assert (call.called, call.caller, call.source) == ("+49301234567", "+4917012345678", "127.0.1.5:5060")
    assert (parked.at - parked.channel.started_at).total_seconds() == 0.5
    assert (parked.channel.leg, parked.failure) == (None, None)


def test_a_second_park_says_which_leg_failed_and_how() -> None:
    parked = _happening(AGAIN)
    assert (parked.channel.leg, parked.failure) == (0, Failure(486, "USER_BUSY"))
    assert parked.channel.call.called == "+49301234567"


def test_the_end_says_when_how_and_with_what_quality() -> None:
    ended = _happening(END)
    assert isinstance(ended, HungUp)
    assert (ended.cause, ended.answered, ended.ended_by) == ("NORMAL_CLEARING", True, "caller")
    assert (ended.setup_ms, ended.talk_ms) == (3000, 60250)
    assert ended.media == Media(3000, 2990, 5, 1.25, "PCMU")


def test_what_was_not_measured_is_absent() -> None:
    silent = {name: value for name, value in END.items() if "rtp" not in name and "codec" not in name}
    assert _happening(silent).media is None
    unanswered = _happening(END, variable_answer_uepoch="0")
    assert (unanswered.answered, unanswered.media, unanswered.talk_ms) == (False, None, None)


@pytest.mark.parametrize("name", ["CHANNEL_ANSWER", "CHANNEL_BRIDGE"])
def test_either_of_two_events_is_the_answer(name: str) -> None:
    assert isinstance(_happening(PARK, **{"Event-Name": name}), PickedUp)


@pytest.mark.parametrize(
    "changes",
    [{"Call-Direction": "outbound"}, {"Event-Name": "HEARTBEAT"}, {"Event-Name": "OTHER"}, {"Unique-ID": ""}],
)
def test_what_is_not_the_providers_side_of_a_call_is_nothing(changes: dict[str, str]) -> None:
    assert _happening(PARK, **changes) is None


@pytest.mark.parametrize("name", ["Tenant", "Trunk", "Call-Id"])
@pytest.mark.parametrize("value", ["", "t a", "t_a\r\nX: y", "t,a", "${x}", "t" * 65, "t'a"])
def test_a_call_whose_marks_do_not_fit_is_nobodys(name: str, value: str) -> None:
    with pytest.raises(Unidentified):
        _happening(PARK, **{f"variable_sip_h_X-Keepline-{name}": value})


@given(st.dictionaries(st.sampled_from(sorted(END)), st.text(max_size=80)))
def test_no_value_breaks_the_reading(changes: dict[str, str]) -> None:
    try:
        happening = _happening(END, **changes)
    except Unidentified:
        return
    if happening is not None:
        assert happening.channel.call.called.isprintable()
        assert happening.channel.call.caller.isprintable()
