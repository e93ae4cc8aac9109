"""A caller that cannot be shown costs the name, not the call; who withholds it is shown to nobody."""

import pytest

from switchlink.testing.running_edge import RunningEdge
from switchlink.testing.wire import SDP, Dialog, Wire, caller_dialog, reply, request, within

URI = "sip:+4930123@acme.sip.keepline.test"
NOBODY = '"Anonymous" <sip:anonymous@anonymous.invalid>;tag=a'
A = "<sip:+15550100@h>;tag=a"

NAMES = [
    '"A ^ B Ltd"',
    '"{ACME}"',
    '"${system(id)}"',
    '"%0d%0aX: y"',
    '"a < b {c}" ',
    "{x}",
    "Caf\u00e9",
    "Doe, J",
    '"{folded}"\r\n',
    '"Caf\xe9"',
    '"Sam\\ "',
    '"Sam\\\\"',
    '"\\"quoted\\" \\\\"',
    '"a\\"b"',
    '"J\\" <sip:+15550199@h>;tag=b; x=\\""',
    '"J%22 <sip:+15550199@h>"',
    "J%20R",
    '"100%25"',
    '"\x80\x80"',
    # our own parser gives up on these
    '"Sam\\"',
    '"open',
    '"a" "b"',
    'Dr. "Bob" X',
    "A;B",
    'A "B, C" D;tag=x',
]
UNREADABLE = [
    "<sip:@h>;tag=a",
    "<sip:@198.51.100.10:5060>;tag=a",
    "sip:@h;tag=a",
    '"A" <sip:@h>;tag=a',
    "<sip:%7Bx%7D@h>;tag=a",
    "<sip:+1555%0D%0Ax@h>;tag=a",
    "<sip:{x}@h>;tag=a",
    "<sip:`touch%20/x`@127.0.1.1>;tag=a",
    "<sip:a|b@h>;tag=a",
    "<sip:a%zz@h>;tag=a",
    "<sip:caf\u00e9@h>;tag=a",
    "<sip:a@[::1>;tag=a",
    "<sip:a@h:port>;tag=a",
    "<sip:a@b@h>;tag=a",
    "<sip:a@h?Replaces=x>;tag=a",
    "<http://h/x>;tag=a",
    "*;tag=a",
    '<sip:a@h>;tag=a;x="{"',
]


def call(wire: Wire, extra: str = "", **headers: str) -> bytes:
    # one octet for each of the first 256 characters, so that Latin-1 can be written
    text = request("INVITE", URI, wire, extra, SDP, **headers)
    return text.encode("latin-1" if "\xe9" in text or "\x80" in text else "utf-8")


@pytest.mark.parametrize("name", NAMES)
async def test_a_name_that_a_switch_might_not_read_is_left_away(
    edge: RunningEdge, switch: Wire, provider: Wire, name: str
) -> None:
    provider.send(call(provider, from_=f"{name} {A}"), edge.public)
    assert (await switch.receive("INVITE")).all("From") == [A]


@pytest.mark.parametrize("name", ['"A ^ B"', '"{b}"', "Caf\u00e9", "(ob"])
async def test_a_called_name_is_left_away_likewise(
    edge: RunningEdge, switch: Wire, provider: Wire, name: str
) -> None:
    provider.send(call(provider, to=f"{name} <{URI}>"), edge.public)
    assert (await switch.receive("INVITE")).all("To") == [f"<{URI}>"]


@pytest.mark.parametrize("value", ["<sip:@h>", "<urn:service:sos>", "<sip:`x`@h>", "<sip:%7Bx%7D@h>"])
async def test_a_called_address_that_nobody_can_read_costs_no_call(
    edge: RunningEdge, switch: Wire, provider: Wire, value: str
) -> None:
    """The request URI says who is called; the answer has what was asked."""
    provider.send(call(provider, to=value), edge.public)
    invite = await switch.receive("INVITE")
    assert invite.all("To") == [NOBODY.removesuffix(";tag=a")]
    switch.send(reply(invite, 180, "Ringing", tag="s"), invite.peer)
    assert (await provider.receive(180)).all("To") == [f"{value};tag=s"]


@pytest.mark.parametrize("value", UNREADABLE)
async def test_an_address_that_nobody_can_read_is_an_anonymous_caller(
    edge: RunningEdge, switch: Wire, provider: Wire, value: str
) -> None:
    provider.send(call(provider, from_=value), edge.public)
    assert (await switch.receive("INVITE")).all("From") == [NOBODY]


@pytest.mark.parametrize(
    "value",
    [
        NOBODY,
        "<sip:198.51.100.10>;tag=a",
        '"Acme" <sip:198.51.100.10:5060;transport=udp>;tag=a',
        "sip:h;tag=a",
        "<sip:anonymous@acme.sip.keepline.test>;tag=a",
        '"J" <sip:ANONYMOUS;x=1@h>;tag=a',
        '"Restricted" <sip:Restricted@h>;tag=a',
        "<sip:unavailable@unknown.invalid>;tag=a",
        "sip:unknown@h;tag=a",
        "<sip:+12025550101@anonymous.invalid>;tag=a",
        "<sip:+12025550101@Anonymous.Invalid.>;tag=a",
    ],
)
async def test_a_caller_who_says_nothing_is_anonymous_in_one_writing(
    edge: RunningEdge, switch: Wire, provider: Wire, value: str
) -> None:
    provider.send(call(provider, from_=value), edge.public)
    assert (await switch.receive("INVITE")).all("From") == [NOBODY]


@pytest.mark.parametrize(
    "address",
    ["anonymouse@h", "x-anonymous@h", "+1555@h", "private.desk@h", "unknown1@h", "+1555@pbx_1.local"],
)
async def test_who_only_looks_like_nobody_is_shown(
    edge: RunningEdge, switch: Wire, provider: Wire, address: str
) -> None:
    value = f'"Anonymous" <sip:{address}>;tag=a'
    provider.send(call(provider, from_=value), edge.public)
    assert (await switch.receive("INVITE")).all("From") == [value]


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("<tel:+12025550101>;tag=a", "<sip:+12025550101@tel.invalid>;tag=a"),
        (
            '"J" <tel:+1-202-555-0101;ext=1;phone-context=+1>;tag=a',
            '"J" <sip:+1-202-555-0101@tel.invalid>;tag=a',
        ),
        ("tel:+12025550101;tag=a", "<sip:+12025550101@tel.invalid>;tag=a"),
        ('"{x}" <TEL:+12025550101>;tag=a', "<sip:+12025550101@tel.invalid>;tag=a"),
        ('"J\\" <tel:%2B12025550101>;tag=a', "<sip:%2B12025550101@tel.invalid>;tag=a"),
    ],
)
async def test_a_number_without_a_host_is_a_caller(
    edge: RunningEdge, switch: Wire, provider: Wire, said: str, shown: str
) -> None:
    provider.send(call(provider, from_=said, to="<tel:+4930123>"), edge.public)
    invite = await switch.receive("INVITE")
    assert (invite.all("From"), invite.all("To")) == ([shown], ["<sip:+4930123@tel.invalid>"])


async def test_a_switch_calls_for_nobody_as_anonymous(edge: RunningEdge, switch: Wire, agent: Wire) -> None:
    """RFC 3323, 4.1: whatever address the switch writes behind the user."""
    said = f'"Anonymous" <sip:anonymous@{switch.at}>;tag=a'
    route = "Route: <sip:{}:{};lr>\r\n".format(*edge.inner)
    switch.send(request("INVITE", f"sip:bot@{agent.at}", switch, route, SDP, from_=said), edge.inner)
    leg = await agent.receive("INVITE")
    assert leg.all("From") == [NOBODY]
    agent.send(reply(leg, 200, "OK", extra=f"Contact: <sip:{agent.at}>\r\n", tag="b", body=SDP), leg.peer)
    answer = await switch.receive(200)
    assert answer.all("From") == [said]
    dialog = caller_dialog(answer)
    for method in ("ACK", "INFO", "BYE"):
        cseq = dialog.cseq if method == "ACK" else None
        switch.send(within(dialog, method, switch, cseq=cseq), edge.inner)
        asked = await agent.receive(method)
        assert asked.all("From") == [NOBODY]
        if method != "ACK":
            agent.send(reply(asked, 200, "OK"), asked.peer)
            assert (await switch.receive(200)).all("From") == [said]


@pytest.mark.parametrize(
    "privacy", ["id", "user", "ID;critical", "header ; id", "session;user;id", "none\r\nPrivacy: id"]
)
@pytest.mark.parametrize(
    "asserted",
    ["", "P-Asserted-Identity: <tel:+12025550101>\r\n", "P-Preferred-Identity: <sip:+12025550101@h>\r\n"],
)
async def test_a_withheld_number_reaches_no_switch(
    edge: RunningEdge, switch: Wire, provider: Wire, privacy: str, asserted: str
) -> None:
    extra = f"Privacy: {privacy}\r\n{asserted}"
    provider.send(
        call(provider, extra, from_='"J" <sip:+12025550101@h>;tag=a', contact="<sip:h>"), edge.public
    )
    invite = await switch.receive("INVITE")
    assert invite.all("From") == [NOBODY]
    assert "2025550101" not in invite.text


@pytest.mark.parametrize(
    ("privacy", "body"),
    [
        ("header;\r\n id", SDP + "\0"),  # with a NUL in its body nothing is unfolded
        ("id", SDP + "a=x:" + "x" * 9000),
        ("id\r\nSubject: " + "x" * 9000, SDP),
    ],
    ids=["binary parts", "long body", "long head"],
)
async def test_a_number_is_withheld_in_every_message_that_passes(
    edge: RunningEdge, switch: Wire, provider: Wire, privacy: str, body: str
) -> None:
    text = request("INVITE", URI, provider, f"Privacy: {privacy}\r\n", body, from_=A)
    provider.send(text, edge.public)
    assert (await switch.receive("INVITE")).all("From") == [NOBODY]


async def test_a_privacy_in_the_body_withholds_nothing(
    edge: RunningEdge, switch: Wire, provider: Wire
) -> None:
    provider.send(call(provider, from_=A).replace(b"a=rtpmap:0", b"privacy:id\r\na=x:0"), edge.public)
    assert (await switch.receive("INVITE")).all("From") == [A]


async def test_a_number_is_withheld_as_long_as_its_call_lasts(
    edge: RunningEdge, switch: Wire, provider: Wire
) -> None:
    """Who asks for privacy asks with the INVITE alone."""
    provider.send(call(provider, "Privacy: id\r\n", from_=A), edge.public)
    invite = await switch.receive("INVITE")
    contact = f"Contact: <sip:{switch.at}>\r\n"
    switch.send(reply(invite, 200, "OK", extra=contact, tag="s", body=SDP), invite.peer)
    dialog = caller_dialog(await provider.receive(200))
    assert dialog.local == A
    for method in ("ACK", "INVITE", "UPDATE", "INFO", "BYE"):
        cseq = 1 if method == "ACK" else None
        provider.send(within(dialog, method, provider, cseq=cseq), edge.public)
        asked = await switch.receive(method)
        assert asked.all("From") == [NOBODY]
        if method != "ACK":
            switch.send(reply(asked, 200, "OK"), asked.peer)
            assert (await provider.receive(200)).all("From") == [A]


RPID = "Remote-Party-ID: <sip:+15550100@h>"


@pytest.mark.parametrize(
    ("header", "hidden"),
    [
        (f"{RPID};party=calling;screen=yes;privacy=full", True),
        ('remote-party-id : "J" <sip:+15550100@h>; party=calling;\r\n Privacy = "URI"', True),
        (f'{RPID};privacy="name , uri"', True),
        (f"{RPID};privacy=full-network", True),
        (f"{RPID};privacy=yes", True),
        (f'{RPID};privacy="name,off"', False),
        (f"{RPID};privacy=off, <sip:full@h>;privacy=name", False),
        (f"{RPID};privacy=off", False),
        (f"{RPID};privacy=fully;screen=full", False),
        (RPID, False),
    ],
)
async def test_an_older_way_to_withhold_a_number_is_known(
    edge: RunningEdge, switch: Wire, provider: Wire, *, header: str, hidden: bool
) -> None:
    provider.send(call(provider, f"{header}\r\n", from_=A), edge.public)
    assert (await switch.receive("INVITE")).all("From") == [NOBODY if hidden else A]


@pytest.mark.parametrize("privacy", ["none", "session", "header", "idle", "", "none\r\nX: ;id", "\r\nX:id"])
async def test_who_withholds_nothing_is_shown(
    edge: RunningEdge, switch: Wire, provider: Wire, privacy: str
) -> None:
    provider.send(call(provider, f"Privacy: {privacy}\r\n", from_=A), edge.public)
    assert (await switch.receive("INVITE")).all("From") == [A]


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ('"{x}" <sip:+15550100@h>;tag=a', "<sip:+15550100@h>;tag=a"),
        ("<sip:@h>;tag=a", NOBODY),
        ('"J\\" <sip:+15550100@h>;tag=a', "<sip:+15550100@h>;tag=a"),
        ('"J\\" <sip:anonymous@h>;tag=a', NOBODY),
    ],
)
async def test_the_other_side_is_answered_as_it_asked(
    edge: RunningEdge, switch: Wire, provider: Wire, said: str, shown: str
) -> None:
    """Answers bear the From and To of their request (RFC 3261, 8.2.6.2), and the whole call is one dialog."""
    provider.send(call(provider, from_=said, to='"{y}" <sip:b@h>'), edge.public)
    invite = await switch.receive("INVITE")
    contact = f"Contact: <sip:{switch.at}>\r\n"
    for status in (180, 200):
        switch.send(reply(invite, status, "Whatever", extra=contact, tag="s", body=SDP), invite.peer)
        answer = await provider.receive(status)
        assert f"From: {said}\r\n" in answer.text
        assert answer.all("To") == ['"{y}" <sip:b@h>;tag=s']
    dialog = caller_dialog(answer)
    dialog = Dialog(dialog.call_id, said, '"{y}" <sip:b@h>;tag=s', dialog.target, dialog.routes)
    for method in ("ACK", "INFO", "BYE"):
        cseq = 1 if method == "ACK" else None
        provider.send(within(dialog, method, provider, cseq=cseq), edge.public)
        asked = await switch.receive(method)
        assert (asked.all("From"), asked.all("To")) == ([shown], ["<sip:b@h>;tag=s"])
        if method != "ACK":
            switch.send(reply(asked, 200, "OK"), asked.peer)
            answer = await provider.receive(200)
            assert f"From: {said}\r\n" in answer.text
            assert answer.all("To") == ['"{y}" <sip:b@h>;tag=s']


@pytest.mark.parametrize("said", ["<sip:@h>;tag=a", '"J\\" <sip:anonymous@h>;tag=a'])
async def test_such_a_call_can_be_cancelled(
    edge: RunningEdge, switch: Wire, provider: Wire, said: str
) -> None:
    text = call(provider, from_=said).decode()
    provider.send(text, edge.public)
    invite = await switch.receive("INVITE")
    switch.send(reply(invite, 180, "Ringing", tag="s"), invite.peer)
    await provider.receive(180)
    provider.send(text.split("Content-Type")[0].replace("INVITE", "CANCEL") + "\r\n", edge.public)
    cancel = await switch.receive("CANCEL")
    assert cancel.all("From") == [NOBODY]
    switch.send(reply(cancel, 200, "OK"), cancel.peer)
    switch.send(reply(invite, 487, "Request Terminated", tag="s"), invite.peer)
    assert (await provider.receive(487)).all("From") == [said]
    assert (await switch.receive("ACK")).all("From") == [NOBODY]
