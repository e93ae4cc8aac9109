"""Every usual writing of the called number is one number."""

import pytest

from switchlink.testing.running_edge import RunningEdge
from switchlink.testing.wire import SDP, Wire, request

ACME = "acme.sip.keepline.test"
NPDI = ";npdi;rn=+442079460999"
TGRP = ";tgrp=1;trunk-context=gw.example"


@pytest.mark.parametrize(
    ("uri", "number"),
    [
        # parameters of a telephone number are no part of it (RFC 4694, RFC 4904, RFC 3966)
        (f"sip:+442079460123{NPDI}@{{acme}}", "+442079460123"),
        (f"sip:+442079460123{NPDI}@{{acme}};user=phone", "+442079460123"),
        (f"sip:+442079460123{TGRP}@{{acme}}", "+442079460123"),
        (f"sip:+442079460123{TGRP}@{{acme}};user=phone", "+442079460123"),
        ("sip:+442079460123;cic=+1-6789;cic=5@{acme}", "+442079460123"),
        ("sip:442079460123;isub=12;ext=7@{acme}", "442079460123"),
        ("sip:+442079460123;ext=1:secret@{acme}", "+442079460123"),
        ("sip:2079460123;phone-context=+44@{acme}", "+442079460123"),
        ("sip:2079460123;phone-context=%2B44;npdi@{acme};user=phone", "+442079460123"),
        ("sip:+442079460123;phone-context=+1@{acme}", "+442079460123"),
        ("sip:02079460123;phone-context=gw.example@{acme}", "02079460123"),
        # separators mean nothing (RFC 3966, 5.1.1), and an escape is what it stands for
        ("sip:+44-20-7946-0123@{acme}", "+442079460123"),
        ("sip:+44(20)79460123@{acme}", "+442079460123"),
        ("sip:+44.20.7946.0123@{acme}", "+442079460123"),
        ("sip:(020)7946-0123@{acme}", "02079460123"),
        ("sip:%2B442079460123@{acme}", "+442079460123"),
        ("sip:%2b44%20%2820%29%2D%37946%2E0123@{acme}", "+442079460123"),
        ("sips:+442079460123@{acme}", "+442079460123"),
        # a name is not a number, and nothing is taken out of it
        ("sip:front-desk.1@{acme}", "front-desk.1"),
        ("sip:%66ront@{acme}", "front"),
        ("sip:*21@{acme}", "*21"),
    ],
)
async def test_a_writing_of_a_number_is_that_number(
    edge: RunningEdge, switch: Wire, provider: Wire, uri: str, number: str
) -> None:
    provider.send(request("INVITE", uri.format(acme=ACME), provider, body=SDP), edge.public)
    assert (await switch.receive("INVITE")).uri == f"sip:{number}@{ACME}"


@pytest.mark.parametrize(
    "uri",
    [
        "tel:+4930123",
        "tel:+49-30-123",
        "tel:%2B49%2D30%2d123",
        "tel:+49(30)123",
        "TEL:+4930123",
        f"tel:+4930123{NPDI}",
        "tel:30123;phone-context=+49",
        "tel:30-123;isub=a:b;phone-context=+4-9",
        "sip:30123;phone-context=+49@203.0.113.9",
        "sip:%2B49-30-123;npdi@203.0.113.9;user=phone",
    ],
)
async def test_a_number_without_a_domain_is_found_in_every_writing(
    edge: RunningEdge, switch: Wire, provider: Wire, uri: str
) -> None:
    provider.send(request("INVITE", uri, provider, body=SDP), edge.public)
    call = await switch.receive("INVITE")
    assert (call.uri, call.one("X-Keepline-Trunk")) == (f"sip:+4930123@{ACME}", "trk_acme")


@pytest.mark.parametrize(
    "user",
    [
        "%00",
        "%0d%0a",
        "a%40b",
        "+49%3B30",
        "30;phone-context=+4x",
        "30;phone-context=+%00",
        "+",
        "-",
        "()",
        "1" * 65,
        "1" * 9000,
        "+4930123;x=" + "a" * 9000,
    ],
)
async def test_what_is_no_number_in_any_writing_is_refused_by_its_code(
    edge: RunningEdge, switch: Wire, provider: Wire, user: str
) -> None:
    asked = request("INVITE", f"sip:{user}@{ACME}", provider, body=SDP, to="<sip:a@h>")
    provider.send(asked, edge.public)
    assert (await provider.receive()).start == "SIP/2.0 400 Called number not understood (number_malformed)"
    assert await switch.nothing(0.02)


@pytest.mark.parametrize("host", [f"{ACME}.", f"{ACME.upper()}.", f"{ACME}.:5060", f"{ACME}.;transport=udp"])
async def test_an_absolute_name_is_the_same_domain(
    edge: RunningEdge, switch: Wire, provider: Wire, host: str
) -> None:
    provider.send(request("INVITE", f"sip:442079460123@{host}", provider, body=SDP), edge.public)
    assert (await switch.receive("INVITE")).uri == f"sip:442079460123@{ACME}"
    provider.send(request("OPTIONS", f"sip:{host}", provider), edge.public)
    await provider.receive(200)


@pytest.mark.parametrize("host", [f"{ACME}..", f".{ACME}", f"a..{ACME}", "."])
async def test_a_name_with_empty_labels_is_nobodys(
    edge: RunningEdge, switch: Wire, provider: Wire, host: str
) -> None:
    provider.send(request("INVITE", f"sip:442079460123@{host}", provider, body=SDP), edge.public)
    assert await switch.nothing(0.1)
