"""Only a router speaks as a router: not a SIP message, not a value that is none."""

import pytest

from switchlink.testing.desk import Edge, leg, refuse
from switchlink.testing.sip_phone import Behaviour, Phone

FITS = "sip:x@127.0.0.1:5060"
UNFIT = [
    refuse(200, "fine"),
    refuse(999, "late"),
    refuse(404, "A-b"),
    {"keepline_do": "dance"},
    {"keepline_do": "leg"},
    leg("sip:x@127.0.0.1;fs_path=sip:127.0.66.6"),
    leg("sip:x@127.0.0.1]sofia/inner/sip:y@127.0.0.1"),
    leg("user/1000"),
    leg(FITS, ring_seconds=0),
    leg(FITS, ring_seconds=86400),
    leg(FITS, kind="dog"),
]


@pytest.mark.parametrize("instruction", UNFIT, ids=str)
async def test_an_instruction_that_does_not_fit_is_an_error_of_ours(
    calls: Edge, edge: Phone, instruction: dict[str, str]
) -> None:
    before = len(edge.requests)
    handed = await calls.hand_over(instruction)
    assert await handed.final() == (500, "Refused (unfit_instruction)")
    assert len(edge.requests) == before


@pytest.mark.parametrize("number", ["asked", "leg", "refuse", "keepline_asked", "hand-over"])
async def test_no_sip_message_speaks_as_a_router(lonely: Edge, number: str) -> None:
    said = refuse(404, "forged") | {"keepline_asked_again": "1"}
    forged = {f"{prefix}{name}": value for name, value in said.items() for prefix in ("", "X-", "variable_")}
    handed = await lonely.hand_over(number=number, headers=forged)
    assert await handed.final() == (503, "Refused (no_router)")
    ended = (await handed.mine("CHANNEL_HANGUP_COMPLETE")).headers
    assert "variable_keepline_do" not in ended


@pytest.mark.parametrize("value", ["${hostname}", "call_1;x", "call_1'", "call_1/a", "x" * 65])
async def test_a_mark_that_is_not_in_the_edges_form_is_not_taken_over(calls: Edge, value: str) -> None:
    handed = await calls.hand_over(number="+4930999", headers={"X-Keepline-Call-Id": value})
    assert (await handed.final())[0] == 503
    (seen,) = [one for one in calls.desk.asked.values() if one[0]["variable_sip_req_user"] == "+4930999"]
    assert "variable_keepline_call_id" not in seen[0]
    assert seen[0].get("variable_sip_h_X-Keepline-Call-Id") == (None if "${" in value else value)


async def test_a_caller_whose_name_would_be_expanded_is_a_caller(calls: Edge) -> None:
    handed = await calls.hand_over(refuse(480, "no_agent"), number="%24%7Bhostname%7D")
    assert await handed.final() == (480, "Refused (no_agent)")


async def test_a_destination_that_reads_like_an_order_to_the_event_socket_is_a_destination(
    calls: Edge, edge: Phone
) -> None:
    """FreeSWITCH takes any command that holds both for `unload mod_event_socket`."""
    handed = await calls.hand_over(leg(edge.behave("unload.mod_event_socket", Behaviour())))
    await edge.incoming("unload.mod_event_socket")
    assert (await handed.final())[0] == 200
    assert await calls.link.api("echo", "still-here") == "still-here"
    await handed.hang_up()
