"""Events of the switch, and what it keeps of ended calls, as what happened to a call."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from call_router.adapters.switch.channel import failure_of, leg_times
from call_router.adapters.switch.hand_overs import HandOvers
from call_router.adapters.switch.happenings import EVENTS, happening_of, seen_of
from call_router.adapters.switch.ledger import entry_of
from call_router.domain.call_event import Media
from call_router.domain.journey import LegTimes
from call_router.domain.live_call import HungUp, LegMoved, Seen
from servicekit.testing import FakeClock
from switchlink.esl import EslEvent

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
CREATE = {
    "Event-Name": "CHANNEL_CREATE",
    "Unique-ID": "0f9c2d3e-uuid",
    "Call-Direction": "inbound",
    "Event-Date-Timestamp": "1795424400500000",
    "Caller-Channel-Created-Time": "1795424400000000",
    "Caller-Caller-ID-Number": "+4917012345678",
    "variable_sip_req_user": "+49301234567",
    "variable_sip_h_X-Keepline-Tenant": "t_a",
    "variable_sip_h_X-Keepline-Trunk": "trk_a",
    "variable_sip_h_X-Keepline-Call-Id": "call_0f9c2d3e",
    "variable_sip_h_X-Keepline-Source": "127.0.1.5:5060",
}
LEG = {
    "Event-Name": "CHANNEL_ANSWER",
    "Unique-ID": "agents-uuid",
    "Call-Direction": "outbound",
    "Event-Date-Timestamp": "1795424403000000",
    "Other-Leg-Unique-ID": "0f9c2d3e-uuid",
    "variable_keepline_leg": "1",
}
END = {
    **CREATE,
    "Event-Name": "CHANNEL_HANGUP_COMPLETE",
    "Hangup-Cause": "NORMAL_CLEARING",
    "variable_sip_hangup_disposition": "recv_bye",
    "variable_answer_uepoch": "1795424403000000",
    "variable_end_uepoch": "1795424463250000",
    "variable_rtp_audio_in_packet_count": "3000",
    "variable_rtp_audio_out_packet_count": "2990",
    "variable_rtp_audio_in_skip_packet_count": "5",
    "variable_rtp_audio_in_jitter_max_variance": "1.25",
    "variable_read_codec": "PCMU",
}


FAR = "variable_last_bridge_proto_specific_hangup_cause"
BYE_OF_THE_AGENT = {FAR: "sip:200", "variable_sip_hangup_phrase": "OK"}
SESSION_OF_THE_AGENT = {FAR: "sip:200", "variable_sip_hangup_phrase": "to BYE"}
EXPIRED = "session_expired"
# disposition, more, cause of the switch: who ended it, and why
ENDS = [
    ("recv_bye", {}, "NORMAL_CLEARING", "caller", "NORMAL_CLEARING"),
    ("recv_cancel", {}, "ORIGINATOR_CANCEL", "caller", "ORIGINATOR_CANCEL"),
    ("send_bye", BYE_OF_THE_AGENT, "NORMAL_CLEARING", "agent", "NORMAL_CLEARING"),
    ("send_bye", {}, "NORMAL_CLEARING", "keepline", "MANAGER_REQUEST"),
    ("send_bye", {}, "MEDIA_TIMEOUT", "keepline", "MEDIA_TIMEOUT"),
    ("send_bye", {}, "SYSTEM_SHUTDOWN", "keepline", "SYSTEM_SHUTDOWN"),
    # of a leg that failed before the one that answered
    (
        "send_bye",
        {FAR: "sip:486"},
        "MEDIA_TIMEOUT",
        "keepline",
        "MEDIA_TIMEOUT",
    ),
    ("send_refuse", {"variable_answer_uepoch": "0"}, "CALL_REJECTED", "keepline", "CALL_REJECTED"),
    ("", {"variable_end_uepoch": "1795424435000000"}, "NORMAL_UNSPECIFIED", "keepline", "ack_missing"),
    # a session that nobody refreshed
    ("", {"variable_end_uepoch": "1795424484000000"}, "NORMAL_CLEARING", "keepline", "session_expired"),
    # an hour's call that was not refreshed for half of it
    ("", {"variable_end_uepoch": "1795428003000000"}, "NORMAL_CLEARING", "keepline", "session_expired"),
    # our refresh: the caller does not answer, or knows of no call
    ("recv_refuse", {"variable_sip_term_status": "408"}, "RECOVERY_ON_TIMER_EXPIRE", "keepline", EXPIRED),
    ("recv_refuse", {"variable_sip_term_status": "481"}, "NORMAL_TEMPORARY_FAILURE", "keepline", EXPIRED),
    # the agent likewise, or it promised to refresh and did not
    ("send_bye", {FAR: "sip:408"}, "RECOVERY_ON_TIMER_EXPIRE", "keepline", EXPIRED),
    ("send_bye", {FAR: "sip:481"}, "NORMAL_TEMPORARY_FAILURE", "keepline", EXPIRED),
    ("send_bye", SESSION_OF_THE_AGENT, "NORMAL_CLEARING", "keepline", EXPIRED),
    ("send_bye", {**SESSION_OF_THE_AGENT, FAR: "sip:500"}, "NORMAL_TEMPORARY_FAILURE", "keepline", EXPIRED),
    # what an earlier leg was refused with
    (
        "send_bye",
        {"variable_sip_hangup_phrase": "too busy"},
        "NORMAL_CLEARING",
        "keepline",
        "MANAGER_REQUEST",
    ),
    # of a call that never was answered a 408 is what became of a leg
    ("send_refuse", {FAR: "sip:408", "variable_answer_uepoch": "0"}, "NO_ANSWER", "keepline", "NO_ANSWER"),
]


@pytest.mark.parametrize(("disposition", "more", "said", "by", "cause"), ENDS)
def test_who_ended_a_call_and_why(
    disposition: str, more: dict[str, str], said: str, by: str, cause: str
) -> None:
    end = {**END, **more, "variable_sip_hangup_disposition": disposition, "variable_hangup_cause": said}
    found = _happening(end)
    assert isinstance(found, HungUp)
    assert (found.ended_by, found.cause) == (by, cause)


def _happening(headers: dict[str, str], **changes: str) -> Any:
    return happening_of(EslEvent({**headers, **changes}), NOW)


@pytest.fixture
def marks(still_world: Any) -> dict[str, str]:
    """What a router left on the channel."""
    told = HandOvers(still_world.table, FakeClock(), lambda: 0.5, "r1").decide(CREATE)
    return {f"variable_{name}": value for name, value in told.items()}


@pytest.mark.parametrize(
    ("number", "caller"),
    [
        ("+4917012345678", "+4917012345678"),
        ("anonymous", ""),
        ("Anonymous", ""),
        ("", ""),
        ("alice", "alice"),
    ],
)
def test_who_withholds_a_number_is_no_caller(number: str, caller: str) -> None:
    found = _happening(CREATE, **{"Caller-Caller-ID-Number": number})
    assert isinstance(found, Seen)
    assert found.channel.call.caller == caller


def test_the_start_is_a_sight_of_the_channel() -> None:
    seen = _happening(CREATE)
    assert isinstance(seen, Seen)
    assert (seen.channel.uuid, seen.channel.journey, seen.answered_at) == ("0f9c2d3e-uuid", None, None)


@pytest.mark.parametrize("subclass", ["keepline::decided", "keepline::leg_failed"])
def test_a_decision_is_told_by_the_channel_itself(subclass: str, marks: dict[str, str]) -> None:
    seen = _happening({**CREATE, **marks, "Event-Name": "CUSTOM", "Event-Subclass": subclass})
    assert isinstance(seen, Seen)
    assert seen.channel.journey is not None
    assert [leg.agent_id for leg in seen.channel.journey.legs] == ["agt_first", "agt_second"]
    assert seen.channel.leg == 0


@pytest.mark.parametrize(
    ("name", "step"),
    [
        ("CHANNEL_CREATE", "started"),
        ("CHANNEL_PROGRESS", "ringing"),
        ("CHANNEL_PROGRESS_MEDIA", "early_media"),
        ("CHANNEL_ANSWER", "answered"),
    ],
)
def test_an_agents_channel_gets_its_leg_on(name: str, step: str) -> None:
    moved = _happening(LEG, **{"Event-Name": name})
    assert (moved.uuid, moved.leg, moved.step) == ("0f9c2d3e-uuid", 1, step)


@pytest.mark.parametrize(
    "changes",
    [
        {"Event-Name": "CHANNEL_BRIDGE"},
        {"Event-Name": "CHANNEL_HANGUP_COMPLETE"},
        {"variable_keepline_leg": "x"},
        {"variable_keepline_leg": ""},
    ],
)
def test_neither_a_bridge_nor_an_unmarked_channel_is_an_answer(changes: dict[str, str]) -> None:
    assert _happening(LEG, **changes) is None


@pytest.mark.parametrize("name", ["CHANNEL_ANSWER", "CHANNEL_PROGRESS_MEDIA", "CHANNEL_BRIDGE", "HEARTBEAT"])
def test_the_providers_own_answer_says_nothing(name: str) -> None:
    assert _happening(CREATE, **{"Event-Name": name}) is None


def test_the_end_says_when_how_and_with_what_quality() -> None:
    ended = _happening(END)
    assert isinstance(ended, HungUp)
    assert (ended.cause, ended.ended_by) == ("NORMAL_CLEARING", "caller")
    assert ended.answered_at is not None
    assert (ended.at - ended.answered_at).total_seconds() == 60.25
    assert ended.media == Media(3000, 2990, 5, 1.25, "PCMU")


def test_where_no_packet_came_none_was_lost() -> None:
    ended = _happening(END, variable_rtp_audio_in_packet_count="0")
    assert isinstance(ended, HungUp)
    assert ended.media == Media(0, 2990, None, 1.25, "PCMU")


# noted of the leg's answer on the channel whose last leg is 1
LEG_CODECS = [
    ("1:1795424403000000:PCMA", "PCMA"),
    ("1:1795424403000000:opus", "opus"),
    ("1:1795424403000000:", ""),
    ("1:1795424403000000", ""),
    ("0:1795424403000000:PCMA", ""),
    ("1:1795424403000000:PC MA", ""),
    ("1:1795424403000000:PCMA;x=1", ""),
    ("1:1795424403000000:PCMA:PCMU", ""),
    ("1:1795424403000000:PCMA\n", ""),
    ("1:1795424403000000:" + "A" * 17, ""),
    ("", ""),
]


@pytest.mark.parametrize(("noted", "codec"), LEG_CODECS)
def test_the_end_says_what_the_leg_was_answered_in(noted: str, codec: str, marks: dict[str, str]) -> None:
    on_the_channel = {"variable_keepline_leg": "1", "variable_keepline_leg_answered": noted}
    ended = _happening({**END, **marks, **on_the_channel})
    assert ended.media.leg_codec == codec
    answer = datetime(2026, 11, 23, 9, 0, 3, tzinfo=UTC) if noted.startswith("1:") else None
    assert ended.channel.times.answered_at == answer
    if ";" not in noted and "\n" not in noted:
        # these end a value, and a line, of the ledger
        assert entry_of(_entry(marks, leg="1", leg_answered=noted)) == ended


def test_what_was_not_measured_is_absent() -> None:
    silent = {name: value for name, value in END.items() if "rtp" not in name and "codec" not in name}
    assert _happening(silent).media is None
    unanswered = _happening(END, variable_answer_uepoch="0")
    assert (unanswered.answered_at, unanswered.media) == (None, None)


def test_a_dump_says_since_when_it_is_answered() -> None:
    seen = seen_of({**CREATE, "Caller-Channel-Answered-Time": "1795424403000000"}, NOW)
    assert seen is not None
    assert seen.answered_at is not None
    assert seen_of({**CREATE, "Caller-Channel-Answered-Time": "0"}, NOW) == Seen(seen.channel)


def _entry(marks: dict[str, str], **changes: str) -> str:
    known = {
        "call": "call_0f9c2d3e",
        "start": "1795424400000000",
        "answer": "1795424403000000",
        "end": "1795424463250000",
        "cause": "NORMAL_CLEARING",
        "sip": "",
        "by": "recv_bye",
        "in": "3000",
        "out": "2990",
        "lost": "5",
        "jitter": "1.25",
        "codec": "PCMU",
        "leg": "0",
        "refused": "",
        "code": "",
        "decision": marks["variable_keepline_decision"],
        **changes,
    }
    return "D/keepline_0f9c2d3e-uuid/uuid=0f9c2d3e-uuid;" + ";".join(
        f"{name}={value}" for name, value in known.items()
    )


def test_an_entry_of_the_ledger_says_what_the_event_would_have_said(marks: dict[str, str]) -> None:
    kept, heard = entry_of(_entry(marks)), _happening({**END, **marks})
    assert kept == heard


def test_a_refusal_in_the_ledger_says_its_status(marks: dict[str, str]) -> None:
    kept = entry_of(_entry(marks, answer="0", refused="486", code="agent_busy", by="send_refuse"))
    assert kept is not None
    assert (kept.channel.refused, kept.answered_at, kept.ended_by) == ((486, "agent_busy"), None, "keepline")


UNDECIDED = (
    "D/undecided-0_f9c/uuid=0f9c2d3e-uuid;call=call_0f9c2d3e;attempt=2;tenant=t_a;trunk=trk_a"
    ";source=127.0.1.5:5060;edge=edge1;called=+49301234567;caller=+4917012345678;start=1795424400000000"
    ";end=1795424400100000;cause=NORMAL_TEMPORARY_FAILURE;sip=;by=send_refuse"
)


def test_an_entry_of_a_call_that_nobody_decided_says_what_the_event_would_have_said() -> None:
    marks = {"variable_sip_h_X-Keepline-Attempt": "2", "variable_sip_h_X-Keepline-Edge": "edge1"}
    end = {
        "Event-Name": "CHANNEL_HANGUP_COMPLETE",
        "Hangup-Cause": "NORMAL_TEMPORARY_FAILURE",
        "variable_sip_hangup_disposition": "send_refuse",
        "variable_end_uepoch": "1795424400100000",
    }
    assert entry_of(UNDECIDED) == _happening({**CREATE, **marks, **end})


def test_an_entry_of_a_call_that_no_router_could_decide_says_its_refusal() -> None:
    kept = entry_of(f"{UNDECIDED};refused=503;code=decision_failed;decision=")
    assert kept is not None
    assert kept.channel.refused == (503, "decision_failed")


@pytest.mark.parametrize("unlike", ["uuid=;", "uuid=0 9;", "call=;", "tenant=t a;", "end=;", "start=x;"])
def test_an_undecided_entry_that_does_not_fit_is_none(unlike: str) -> None:
    name = unlike.partition("=")[0]
    assert entry_of(re.sub(f"{name}=[^;]*;", unlike, UNDECIDED)) is None


@pytest.mark.parametrize("changes", [{"decision": ""}, {"decision": "1AAAA"}, {"end": ""}, {"start": "x"}])
def test_an_entry_that_does_not_fit_is_none(changes: dict[str, str], marks: dict[str, str]) -> None:
    assert entry_of(_entry(marks, **changes)) is None


@pytest.mark.parametrize("line", ["", "+OK", "D/other_uuid/call=1", "D/keepline_/call=1", "L/keepline_u/1/2"])
def test_a_line_that_is_no_entry_is_none(line: str) -> None:
    assert entry_of(line) is None


@given(st.dictionaries(st.sampled_from(sorted({**END, **LEG})), st.text(max_size=80)))
def test_no_value_breaks_the_reading(changes: dict[str, str]) -> None:
    for headers in (END, LEG, CREATE):
        happening = _happening(headers, **changes)
        if isinstance(happening, Seen | HungUp):
            assert happening.channel.call.called.isprintable()
            assert happening.channel.call.caller.isprintable()
        else:
            assert happening is None or isinstance(happening, LegMoved)


def test_subclasses_stand_behind_all_names_of_events() -> None:
    """The switch takes each word after CUSTOM for a subclass (mod_event_socket)."""
    after = EVENTS[EVENTS.index("CUSTOM") + 1 :]
    assert all("::" in name for name in after)
    assert "BACKGROUND_JOB" in EVENTS


def test_what_the_switch_noted_of_an_earlier_leg_is_not_of_this_one() -> None:
    noted = {
        "variable_keepline_leg": "1",
        "variable_keepline_leg_began": "1:1795424402000000",
        "variable_keepline_leg_rang": "0:1795424401000000",
        "variable_keepline_leg_media": "1:what",
        "variable_keepline_leg_answered": "1:",
    }
    seen = seen_of({**CREATE, **noted}, NOW)
    assert seen is not None
    assert seen.channel.times == LegTimes(datetime(2026, 11, 23, 9, 0, 2, tzinfo=UTC))
    entry = ";".join(f"{name.removeprefix('variable_keepline_')}={value}" for name, value in noted.items())
    assert leg_times(dict(pair.split("=") for pair in entry.split(";")), "leg_", 1) == seen.channel.times


def test_a_failed_leg_takes_along_what_the_switch_noted_of_it() -> None:
    noted = {"variable_keepline_failed_leg": "0", "variable_keepline_leg_rang": "0:1795424401000000"}
    assert failure_of(noted).times.rang_at == datetime(2026, 11, 23, 9, 0, 1, tzinfo=UTC)


@pytest.mark.parametrize("status", ["sip:180", "sip:200"])
def test_a_leg_that_failed_with_no_refusal_said_what_cannot_be_used(status: str) -> None:
    """Its 183 or 200 had SDP that the switch could not read."""
    said = {"variable_originate_disposition": "NORMAL_CLEARING"}
    failure = failure_of({**said, "variable_last_bridge_proto_specific_hangup_cause": status})
    assert (failure.sip_status, failure.cause) == (0, "INCOMPATIBLE_DESTINATION")


def test_a_leg_that_answered_and_was_gone_before_the_caller_was_answered_refused_nothing() -> None:
    gone = {
        "variable_originate_disposition": "SUCCESS",
        "variable_last_bridge_hangup_cause": "NORMAL_CLEARING",
        "variable_last_bridge_proto_specific_hangup_cause": "sip:200",
        "variable_keepline_failed_leg": "0",
        "variable_keepline_leg_answered": "0:1795424401000000:PCMU",
    }
    failure = failure_of(gone)
    assert (failure.sip_status, failure.cause) == (0, "NORMAL_CLEARING")
