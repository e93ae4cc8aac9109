"""Nobody outside speaks in our name, and nothing inner leaves."""

import pytest

from switchlink.testing.running_edge import RunningEdge
from switchlink.testing.wire import SDP, Message, Wire, caller_dialog, reply, request, within

ACME = "acme.sip.keepline.test"
FORGED = [
    "X-Keepline-Tenant: forged\r\n",
    "x-keepline-tenant: forged\r\n",
    "X-KEEPLINE-TENANT:forged\r\n",
    "X-Keepline-Tenant : forged\r\n",
    "X-Keepline-Tenant\t: forged\r\n",
    "X-Keepline-Tenant \t \t: forged\r\n",
    "X-Keepline-Tenant:\r\n forged\r\n",
    "X-Keepline-Tenant:\r\n\tforged\r\n",
    "X-Keepline-Tenant: a,\r\n forged\r\n",
    "X-Keepline-Anything: forged\r\n",
    "X-Keepline-: forged\r\n",
    "X-Keepline-Call-Id: call_00000000-0000-0000-0000-000000forged\r\n",
    "X-Keepline-Tenant: forged\r\nX-Keepline-Tenant: forged\r\nX-Keepline-Trunk: forged\r\n",
    "P-Asserted-Identity: <sip:forged@x>\r\n",
    "p-asserted-identity : <sip:forged@x>\r\n",
    "Remote-Party-ID: <sip:forged@x>\r\n",
    "Diversion: <sip:forged@x>\r\n",
    "DIVERSION\t: <sip:forged@x>\r\n",
    "X-FS-Support: forged\r\n",
    "P-Preferred-Identity: <sip:forged@x>\r\n",
    'p-preferred-identity\t:\r\n "forged" <sip:+12025550102@x>\r\n',
    "P-Preferred-Identity: <tel:+12025550102>, <sip:forged@x>\r\nPrivacy: id\r\n",
    "History-Info: <sip:forged@x>;index=1, <sip:b@x>;index=1.1\r\n",
    "Referred-By: <sip:forged@x>\r\n",
    "b: <sip:forged@x>\r\n",
    "Identity: eyJhbGciOiJFUzI1NiJ9.forged.sig;info=<https://x/y.pem>\r\n",
    "y: eyJhbGciOiJFUzI1NiJ9.forged.sig;info=<https://x/y.pem>\r\n",
    "P-Charge-Info: <sip:forged@x>\r\n",
    "P-Called-Party-ID: <sip:forged@x>\r\np-dcs-trace-party-id : <sip:forged@x>\r\n",
    "Route: <sip:forged.example;lr>\r\n",
    "Route: <sip:127.0.0.1:5060;lr>, <sip:forged.example;lr>\r\n",
    "Subject: a\nX-Keepline-Tenant: forged\r\n",
]
SMUGGLED = [
    "Subject: a\rX-Keepline-Tenant: forged\r\n",
    "Subject: a\r\rX-Keepline-Tenant: forged\r\n",
    "Subject: a\0X-Keepline-Tenant: forged\r\n",
    "Subject: a\0\rX-Keepline-Tenant: forged\r\n",
    'Subject: a\\"\0\rX-Keepline-Tenant: forged\r\n',
    "Subject: a\vX-Keepline-Tenant: forged\r\n",
    "Subject: a\x1cX-Keepline-Tenant: forged\r\n",
    "X-Keepline\x00-Tenant: forged\r\n",
    "X-Keepline-Tenant\r\n : forged\r\n",
    "X-Keepline-Tenant\r: forged\r\n",
]


def call(wire: Wire, extra: str) -> str:
    return request("INVITE", f"sip:+4930123@{ACME}", wire, extra, SDP)


def assert_ours(invite: Message) -> None:
    assert "forged" not in invite.text.lower()
    assert invite.all("X-Keepline-Tenant") == ["t_demo"]
    assert len(invite.all("X-Keepline-Call-Id")) == 1


@pytest.mark.parametrize("extra", FORGED)
async def test_a_forged_header_is_taken_off_in_every_spelling(
    edge: RunningEdge, switch: Wire, provider: Wire, extra: str
) -> None:
    provider.send(call(provider, extra), edge.public)
    assert_ours(await switch.receive("INVITE"))


@pytest.mark.parametrize("extra", SMUGGLED)
async def test_a_header_that_hides_in_another_one_never_reaches_the_switch(
    edge: RunningEdge, switch: Wire, provider: Wire, extra: str
) -> None:
    provider.send(call(provider, extra), edge.public)
    assert await switch.nothing(0.2)


@pytest.mark.parametrize(
    "extra",
    ["Subject: caf\u00e9 \\0 \\\\0\r\n", "X-Provider-Call: 12:34|5\r\n"],
)
async def test_odd_headers_that_hide_nothing_pass(
    edge: RunningEdge, switch: Wire, provider: Wire, extra: str
) -> None:
    provider.send(call(provider, extra), edge.public)
    invite = await switch.receive("INVITE")
    assert extra in invite.text
    assert_ours(invite)


async def test_within_a_dialog_nothing_is_forged_either(
    edge: RunningEdge, switch: Wire, provider: Wire
) -> None:
    provider.send(call(provider, ""), edge.public)
    invite = await switch.receive("INVITE")
    switch.send(
        reply(invite, 200, "OK", extra=f"Contact: <sip:{switch.at}>\r\n", tag="s", body=SDP), invite.peer
    )
    dialog = caller_dialog(await provider.receive(200))
    provider.send(within(dialog, "ACK", provider, "X-Keepline-Tenant : forged\r\n", cseq=1), edge.public)
    assert "forged" not in (await switch.receive("ACK")).text
    provider.send(within(dialog, "INFO", provider, "x-keepline-trunk\t: forged\r\n"), edge.public)
    info = await switch.receive("INFO")
    assert "forged" not in info.text
    switch.send(reply(info, 200, "OK"), info.peer)
    await provider.receive(200)
    provider.send(within(dialog, "INFO", provider, "Subject: a\rX-Keepline-Trunk: forged\r\n"), edge.public)
    assert await switch.nothing(0.2)


async def test_inner_names_do_not_leave_in_a_reply(edge: RunningEdge, switch: Wire, provider: Wire) -> None:
    provider.send(call(provider, ""), edge.public)
    invite = await switch.receive("INVITE")
    inner = "X-Keepline-Secret: a\r\nx-fs-support: b\r\n"
    for status in (180, 486):
        switch.send(reply(invite, status, "Whatever", extra=inner, tag="s"), invite.peer)
        text = (await provider.receive(status)).text.lower()
        assert "x-keepline" not in text
        assert "x-fs" not in text
