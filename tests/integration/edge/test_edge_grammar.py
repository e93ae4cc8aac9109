"""What RFC 3261 section 25.1 forbids never reaches a switch, and what it allows does."""

import pytest

from switchlink.testing.running_edge import RunningEdge
from switchlink.testing.wire import SDP, Wire, caller_dialog, reply, request, within

ACME = "acme.sip.keepline.test"

# those that a switch is shown as they are: test_edge_callers.py has the others
LEGAL_FROM = [
    "<sip:+15550100@h>;tag=a",
    "sip:+15550100@h;tag=a",
    "sip:+15550100:pass@h:5060;tag=a",
    "<sips:a@h>;tag=a",
    "<sip:anonymous@anonymous.invalid>;tag=a",
    "Acme Corp Ltd <sip:a@h>;tag=a",
    "Acme<sip:a@h>;tag=a",
    "`token'~!%*_+ <sip:a@h>;tag=a",
    '"Doe, J" <sip:a@h>;tag=a',
    '"Caf\u00e9 \u260e" <sip:a@h>;tag=a',
    '"a < b > c ; d" <sip:a@h>;tag=a',
    '""<sip:a@h>;tag=a',
    '"Folded"\r\n <sip:a@h>\r\n\t;tag=a',
    "<sip:a;b=c,d?e/f&g=h+$i@h>;tag=a",
    "<sip:j%20doe%40x@h:65535;user=phone;x;y=[1:2]/&%41>;tag=a",
    "<sip:a@[2001:db8::1]:5060>;tag=a",
    '<sip:a@h>;tag=a;x="q";y=1.2.3.4;z=[::1];bare',
]
# What is wrong with a name or an address costs those alone (test_edge_callers); this is the message's.
FORBIDDEN_FROM = [
    "<sip:a@h>;tag=a b",
    "<sip:a@h>;tag=`\u00e9",
    "<sip:a@h>;tag=a;=x",
    "<sip:a@h>;tag=a;x=a,b",
    "<sip:a@h>;tag=a, <sip:b@h>;tag=b",
    '"{x}" <sip:a@h>;tag=a, <sip:b@h>;tag=b',
    '"open <sip:a@h>;tag=a, <sip:b@h>;tag=b',
    '"open <sip:a@h>;tag=a b',
    "sip:a@h;tag=a b",
    "<sip:a@h;tag=a",
    "<sip:a b@h>;tag=a",
    '<sip:a"b@h>;tag=a',
    "<sip:a<b@h>;tag=a",
    "<sip:a\\b@h>;tag=a",
]
FORBIDDEN_ELSEWHERE = [
    ({"contact": "<sip:`x`@h>"}, ""),
    ({"contact": "<sip:a@h>, <sip:b@h>"}, ""),
    ({"contact": "*"}, ""),
    ({"call_id": "a b"}, ""),
    ({"call_id": "a@b@c"}, ""),
    ({"call_id": "caf\u00e9"}, ""),
    ({"cseq": "99999999999 INVITE"}, ""),
    ({}, "m: <sip:second@h>\r\n"),
    ({}, "Record-Route: <sip:`@h;lr>\r\n"),
    ({}, "Record-Route: sip:h;lr\r\n"),
    ({}, "Route: <sip:h;lr>, <sip:`@h>\r\n"),
    ({}, "Via: SIP/2.0/UDP h`;branch=z9hG4bKx\r\n"),
    ({"contact": "-"}, ""),
    ({"contact": "<sip:a@h_x>"}, ""),
]
# What no call needs costs itself. An identity is taken off however it is written.
BESIDE = [
    "Reply-To: <sip:`@h>\r\n",
    "Referred-By: <sip:`@h>\r\n",
    "History-Info: <sip:a@h?Reason=SIP%3Bcause%3D302>;index=1\r\n",
    "Call-Info: http://h/p\r\n",
    "Alert-Info: Bellcore-dr1\r\n",
    "Alert-Info: ;info=alert-group\r\n",
    "Error-Info: x\r\n",
    "Reason: ;cause=16\r\n",
    "Refer-To: x\r\n",
    "Path: x\r\n",
    "Session-Expires: soon\r\n",
    "x: 99999999999\r\n",
    "Min-SE:\r\n",
    "Content-Disposition: ;\r\n",
    "Event: ;\r\n",
    "RSeq: x\r\n",
    "RAck: x\r\n",
]
# Our own parser reads these no further than an answer would need.
UNANSWERABLE = [
    ({"to": "<sip:+4930123@h>, <sip:b@h>"}, ""),
    ({"cseq": "1  INVITE extra"}, ""),
    ({}, "f: <sip:second@h>;tag=b\r\n"),
    ({}, "To: <sip:second@h>\r\n"),
    ({}, "i: second\r\n"),
    ({}, "CSeq: 1 INVITE\r\n"),
    ({}, "Via: SIP/2.0/UDP\r\n"),
    ({}, "Via: nonsense\r\n"),
    ({"contact": "<tel:+4930999>"}, ""),
    ({"contact": "mailto:a@h"}, ""),
    ({"contact": "*"}, ""),
]
LEGAL_ELSEWHERE = [
    ({"call_id": "(a<b>:\\\"/[c]?{d})@h"}, ""),
    ({"cseq": "2147483647   INVITE"}, ""),
    ({}, "Record-Route: <sip:p1.example;lr>, \"P\" <sip:p2.example:5060;lr;r2=on>;x=y\r\n"),
    ({}, "Via: SIP / 2.0 / UDP  h : 5060 ;branch=z9hG4bKx;received=2001:db8::1;rport\r\n"),
    ({}, "v: SIP/2.0/TLS [2001:db8::1]:5061;branch=z9hG4bKy, SIP/2.0/UDP b.example;branch=z9hG4bKz\r\n"),
    ({}, "History-Info: <sip:a@h>;index=1, <sip:b@h?Reason=SIP>;index=1.1\r\n".replace("?Reason=SIP", "")),
    ({}, "Call-Info: <http://h/p?q=1>;purpose=icon, <cid:a@b>\r\n"),
    ({}, "Reason: Q.850;cause=16;text=\"Normal, call clearing\", SIP;cause=200\r\n"),
    ({"contact": "\"C\" <sip:a@h;ob>;+sip.instance=\"<urn:uuid:1>\";q=0.7"}, ""),
    ({"to": "\"P\" <sip:pbx@my_pbx>"}, ""),
    ({"contact": "SIP:a@h"}, ""),
    ({"contact": "\"P\" <sips:a@h>;expires=60"}, ""),
]  # fmt: skip


def call(wire: Wire, extra: str = "", **headers: str) -> str:
    return request("INVITE", f"sip:+4930123@{ACME}", wire, extra, SDP, **headers)


@pytest.mark.parametrize("value", LEGAL_FROM)
async def test_a_caller_that_the_grammar_allows_reaches_the_switch(
    edge: RunningEdge, switch: Wire, provider: Wire, value: str
) -> None:
    provider.send(call(provider, from_=value), edge.public)
    assert value.split("\r", maxsplit=1)[0] in (await switch.receive("INVITE")).text


@pytest.mark.parametrize("value", FORBIDDEN_FROM)
async def test_a_caller_that_the_grammar_forbids_is_refused(
    edge: RunningEdge, switch: Wire, provider: Wire, value: str
) -> None:
    provider.send(call(provider, from_=value), edge.public)
    assert (await provider.receive()).start == "SIP/2.0 400 From not understood (caller_malformed)"
    assert await switch.nothing(0.02)


@pytest.mark.parametrize(("headers", "extra"), FORBIDDEN_ELSEWHERE)
async def test_another_header_that_the_grammar_forbids_is_refused_by_its_name(
    edge: RunningEdge, switch: Wire, provider: Wire, headers: dict[str, str], extra: str
) -> None:
    provider.send(call(provider, extra, **headers), edge.public)
    answer = await provider.receive()
    assert answer.status == 400
    assert answer.start.endswith(("(header_malformed)", "(request_malformed)"))
    assert await switch.nothing(0.02)


@pytest.mark.parametrize("extra", BESIDE)
async def test_what_stands_beside_a_call_and_cannot_be_read_costs_no_call(
    edge: RunningEdge, switch: Wire, provider: Wire, extra: str
) -> None:
    provider.send(call(provider, extra), edge.public)
    invite = await switch.receive("INVITE")
    assert invite.all(extra.split(":", maxsplit=1)[0]) == []
    assert invite.text.endswith(SDP)


REPEATED = [
    ("Session-Expires: 90;refresher=uac", "x: 120"),
    ("Min-SE: 90", "MIN-SE: 120"),
    ("Content-Disposition: session", "Content-Disposition: session"),
    ("Event: a", "o: b"),
    ("RSeq: 1", "RSeq: 2"),
    ("RAck: 1 1 INVITE", "RAck: 2 1 INVITE"),
]


@pytest.mark.parametrize(("first", "second"), REPEATED)
async def test_what_a_message_has_once_and_comes_twice_costs_no_call(  # noqa: PLR0917
    edge: RunningEdge, switch: Wire, provider: Wire, agent: Wire, first: str, second: str
) -> None:
    """The first is taken. FreeSWITCH refuses such a call, and is deaf to such an answer."""
    twice = f"{first}\r\n{second}\r\n"
    provider.send(call(provider, twice), edge.public)
    invite = await switch.receive("INVITE")
    switch.send(request("INVITE", f"sip:bot@{agent.at}", switch, body=SDP), edge.inner)
    leg = await agent.receive("INVITE")
    agent.send(reply(leg, 180, "Ringing", extra=twice + "Expires: x\r\n", tag="a"), leg.peer)
    for came in (invite, await switch.receive(180)):
        assert f"{first}\r\n" in came.text
        assert f"{second}\r\n" not in came.text.replace(f"{first}\r\n", "", 1)
        assert came.all("Expires") == []
    agent.send(reply(leg, 486, "Busy", tag="a"), leg.peer)
    await switch.receive(486)


@pytest.mark.parametrize(
    "contact",
    [
        "M\u00fcller <sip:pbx@{at}>;expires=60",
        "Doe, J <sip:pbx@{at}>;expires=60",
        '"a<b" {{x}} <sip:pbx@{at}>;expires=60',
    ],
)
async def test_a_name_in_contact_costs_no_call(
    edge: RunningEdge, switch: Wire, provider: Wire, contact: str
) -> None:
    provider.send(call(provider, contact=contact.format(at=provider.at)), edge.public)
    assert (await switch.receive("INVITE")).all("Contact") == [f"<sip:pbx@{provider.at}>;expires=60"]


FOLDED = {"subject": "a\r\n b,\r\n\tc", "from_": '"a\r\n b"\r\n <sip:+15550100@h>\r\n ;tag=a'}


async def test_a_long_head_is_taken_or_refused_and_never_met_with_silence(
    edge: RunningEdge, switch: Wire, provider: Wire
) -> None:
    """Above 8 KB no text is set right here: a switch unfolds by itself, a name in Contact is refused."""
    long = f"Subject: a\r\n b\r\nX: {'x' * 9000}\r\n"
    provider.send(call(provider, long), edge.public)
    assert (await switch.receive("INVITE")).text.endswith(SDP)
    provider.send(call(provider, long, contact="Doe, J <sip:pbx@h>"), edge.public)
    assert (await provider.receive(400)).start.endswith(" Contact not understood (header_malformed)")


async def test_a_folded_line_means_what_it_means_on_one(
    edge: RunningEdge, switch: Wire, provider: Wire
) -> None:
    provider.send(call(provider, **FOLDED), edge.public)
    invite = await switch.receive("INVITE")
    assert (invite.one("Subject"), invite.one("From")) == ("a b, c", '"a b" <sip:+15550100@h> ;tag=a')
    assert invite.text.endswith(SDP)


@pytest.mark.parametrize(("headers", "extra"), UNANSWERABLE)
async def test_what_cannot_even_be_answered_reaches_no_switch(
    edge: RunningEdge, switch: Wire, provider: Wire, headers: dict[str, str], extra: str
) -> None:
    provider.send(call(provider, extra, **headers), edge.public)
    assert await switch.nothing(0.1)


@pytest.mark.parametrize(("headers", "extra"), LEGAL_ELSEWHERE)
async def test_another_header_that_the_grammar_allows_reaches_the_switch(
    edge: RunningEdge, switch: Wire, provider: Wire, headers: dict[str, str], extra: str
) -> None:
    provider.send(call(provider, extra, **headers), edge.public)
    await switch.receive("INVITE")


@pytest.mark.parametrize("uri", ["sip:+49`30@{acme}", "sip:+4930@{acme};x=`"])
async def test_a_request_uri_that_the_grammar_forbids_is_refused(
    edge: RunningEdge, switch: Wire, provider: Wire, uri: str
) -> None:
    provider.send(request("INVITE", uri.format(acme=ACME), provider, body=SDP, to="<sip:a@h>"), edge.public)
    assert (await provider.receive()).status == 400
    assert await switch.nothing(0.02)


async def test_within_a_call_the_same_is_refused(edge: RunningEdge, switch: Wire, provider: Wire) -> None:
    provider.send(call(provider), edge.public)
    invite = await switch.receive("INVITE")
    contact = f"Contact: <sip:{switch.at}>\r\n"
    switch.send(reply(invite, 200, "OK", extra=contact, tag="s", body=SDP), invite.peer)
    dialog = caller_dialog(await provider.receive(200))
    bad = "Record-Route: <sip:`@h>\r\n"
    provider.send(within(dialog, "ACK", provider, bad, cseq=1), edge.public)
    assert await switch.nothing(0.1)
    provider.send(within(dialog, "ACK", provider, BESIDE[0], cseq=1), edge.public)
    assert (await switch.receive("ACK")).all("Reply-To") == []
    for method in ("INVITE", "INFO", "UPDATE", "BYE"):
        provider.send(within(dialog, method, provider, bad), edge.public)
        assert (await provider.receive()).start.endswith(" Record-Route not understood (header_malformed)")
        assert await switch.nothing(0.02)
    provider.send(within(dialog, "BYE", provider, BESIDE[0]), edge.public)
    assert (await switch.receive("BYE")).all("Reply-To") == []


async def test_a_cancel_brings_no_reason_that_a_switch_cannot_read(
    edge: RunningEdge, switch: Wire, provider: Wire
) -> None:
    text = call(provider)
    provider.send(text, edge.public)
    invite = await switch.receive("INVITE")
    switch.send(reply(invite, 180, "Ringing", tag="s"), invite.peer)
    await provider.receive(180)
    head = text.split("Content-Type")[0].replace("INVITE", "CANCEL")
    provider.send(head + "Reason: `\u00e9`\r\nReason: Q.850;cause=16\r\n\r\n", edge.public)
    cancel = await switch.receive("CANCEL")
    assert cancel.all("Reason") == ["Q.850;cause=16"]
    switch.send(reply(cancel, 200, "OK"), cancel.peer)
    switch.send(reply(invite, 487, "Request Terminated", tag="s"), invite.peer)
    await provider.receive(487)


@pytest.mark.parametrize(
    "extra",
    [
        "Contact: <sip:`@h>\r\n",
        "Record-Route: nonsense\r\n",
        "To: <sip:`@h>;tag=x\r\n",
    ],
)
async def test_a_reply_that_a_switch_would_drop_is_dropped_here(
    edge: RunningEdge, switch: Wire, agent: Wire, extra: str
) -> None:
    switch.send(request("INVITE", f"sip:bot@{agent.at}", switch, body=SDP), edge.inner)
    leg = await agent.receive("INVITE")
    await switch.receive(100)
    agent.send(reply(leg, 180, "Ringing", extra=extra, tag="a"), leg.peer)
    assert await switch.nothing(0.2)
    agent.send(reply(leg, 486, "Busy", tag="a"), leg.peer)
    await switch.receive(486)


async def test_a_stranger_learns_nothing_of_the_grammar(
    edge: RunningEdge, switch: Wire, stranger: Wire
) -> None:
    stranger.send(call(stranger, from_="<sip:x@h>;tag=`"), edge.public)
    assert (await stranger.receive()).start.endswith("(source_not_allowed)")


@pytest.mark.parametrize("extra", ["Alert-Info: nonsense\r\n", "Reply-To: <sip:a b@h>\r\n", "Reason: ;\r\n"])
async def test_what_an_answer_says_beside_is_taken_off_and_the_answer_passes(
    edge: RunningEdge, switch: Wire, agent: Wire, extra: str
) -> None:
    switch.send(request("INVITE", f"sip:bot@{agent.at}", switch, body=SDP), edge.inner)
    leg = await agent.receive("INVITE")
    agent.send(reply(leg, 486, "Busy", extra=extra + "Reason: Q.850;cause=17\r\n", tag="a"), leg.peer)
    answer = await switch.receive(486)
    assert extra not in answer.text
    assert answer.all("Reason") == ["Q.850;cause=17"]


async def test_a_message_that_fits_in_no_datagram_with_our_marks_is_refused(
    edge: RunningEdge, switch: Wire, provider: Wire
) -> None:
    provider.send(call(provider, f"Subject: {'x' * 20_000}\r\n"), edge.public)
    assert (await provider.receive()).start == "SIP/2.0 513 Message too large (message_too_large)"
    assert await switch.nothing(0.02)
