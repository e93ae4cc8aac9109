"""What the edge tells about its refusals, and that telling never holds up a call."""

from pathlib import Path

import pytest

from harness.edge_reports import Listener
from harness.until import until
from switchlink.testing.running_edge import RunningEdge, running_edge
from switchlink.testing.wire import SDP, Wire, reply, request

ACME = "acme.sip.keepline.test"


def call(wire: Wire, uri: str, **headers: str) -> str:
    return request("INVITE", uri, wire, body=SDP, **headers)


async def test_a_refusal_is_told_with_all_that_is_known(
    edge: RunningEdge, listener: Listener, stranger: Wire
) -> None:
    stranger.send(call(stranger, f"sip:+4930123@{ACME}", call_id="one@test"), edge.public)
    event = await listener.next()
    assert event.pop("dropped") >= 0
    assert event == {
        "code": "source_not_allowed",
        "sip_status": 403,
        "tenant_id": "t_demo",
        "trunk_id": "trk_acme",
        "source_address": stranger.at,
        "method": "INVITE",
        "caller": "+15550100",
        "called": "+4930123",
        "about": "",
        "sip_call_id": "one@test",
    }


@pytest.mark.parametrize(
    ("value", "privacy"),
    [
        ('"J" <sip:+12025550101@h>;tag=a', "Privacy: id\r\n"),
        ("<sip:+12025550101@h>;tag=a", "Privacy: header;user\r\n"),
        ("<sip:+12025550101@anonymous.invalid>;tag=a", ""),
        ('"Anonymous" <sip:anonymous@anonymous.invalid>;tag=a', ""),
        ("<sip:198.51.100.10>;tag=a", ""),
        ("<sip:@h>;tag=a", ""),
    ],
)
async def test_who_withholds_a_number_is_told_to_nobody(
    edge: RunningEdge, listener: Listener, stranger: Wire, value: str, privacy: str
) -> None:
    asked = request("INVITE", f"sip:+4930123@{ACME}", stranger, privacy, SDP, from_=value)
    stranger.send(asked, edge.public)
    event = await listener.next()
    assert (event["code"], event["caller"]) == ("source_not_allowed", "")


@pytest.mark.parametrize("beside", ["X: \x01", "no colon", ": no name", "Via: SIP/2.0/UDP"])
async def test_nor_where_our_parser_gives_up_before_it_comes_to_the_privacy(
    edge: RunningEdge, listener: Listener, wires, beside: str
) -> None:
    known = await wires("127.64.7.1")
    lines = call(known, "sip:+442079460123@one.sip.test").split("\r\n")
    (caller,) = [line for line in lines if line.startswith("From")]
    lines.remove(caller)
    lines[1:1] = [caller, beside, "Privacy: header;\r\n id"]
    known.send("\r\n".join(lines), edge.public)
    event = await listener.next()
    assert (event["trunk_id"], event["caller"]) == ("trk_one", "")


async def test_what_our_own_parser_gives_up_on_is_told_to_whom_knows_the_source(
    edge: RunningEdge, listener: Listener, provider: Wire, stranger: Wire
) -> None:
    for wire in (stranger, provider):
        wire.send(call(wire, f"sip:+49 30 123@{ACME}"), edge.public)
    event = await listener.next()
    assert (event["code"], event["source_address"]) == ("request_malformed", provider.at)
    assert (event["tenant_id"], event["trunk_id"]) == ("t_demo", "trk_acme")
    assert await listener.silent(0.05)


@pytest.mark.parametrize(
    ("status", "reason", "code"),
    [
        (400, "Bad Session Description", "request_malformed"),
        (406, "Not Acceptable", "body_unsupported"),
        (415, "Unsupported Media Type", "body_unsupported"),
        (420, "Bad Extension", "extension_unsupported"),
        (400, "Refused (number_malformed)", ""),
        (422, "Session Interval Too Small", ""),
        (486, "Busy Here", ""),
    ],
)
async def test_what_a_switch_refuses_before_it_asks_a_router_is_told(  # noqa: PLR0917
    edge: RunningEdge,
    switch: Wire,
    provider: Wire,
    listener: Listener,
    status: int,
    reason: str,
    code: str,
) -> None:
    provider.send(call(provider, f"sip:+4930123@{ACME}"), edge.public)
    invite = await switch.receive("INVITE")
    switch.send(reply(invite, status, reason, tag="s"), invite.peer)
    await provider.receive(status)
    if code:
        event = await listener.next()
        assert (event["code"], event["sip_status"], event["called"]) == (code, status, "+4930123")
        assert (event["tenant_id"], event["trunk_id"]) == ("t_demo", "trk_acme")
    assert await listener.silent(0.05)


async def test_what_belongs_to_no_trunk_names_none(
    edge: RunningEdge, listener: Listener, stranger: Wire
) -> None:
    stranger.send(call(stranger, f"sip:+4930123@{ACME}"), edge.public)
    assert (await listener.next())["trunk_id"] == "trk_acme"
    for _ in range(4):  # each worker has seen the trunk before
        stranger.send(call(stranger, "sip:+4930000@203.0.113.1"), edge.public)
        event = await listener.next()
        assert (event["code"], event["sip_status"]) == ("trunk_unknown", 0)
        assert (event["tenant_id"], event["trunk_id"]) == ("", "")


@pytest.mark.parametrize(
    ("uri", "trunk_id"),
    [
        (f"sip:{ACME}", "trk_acme"),
        (f"sip:+4930123@{ACME.upper()}:5060;transport=udp", "trk_acme"),
        ("sip:elsewhere.sip.keepline.test", ""),
        ("sip:203.0.113.1", ""),
        (f"sip:{ACME}?Subject=x", ""),
        (f"sip:a%40{ACME}", ""),
        (f"tel:+4930123;phone-context={ACME}", ""),
    ],
)
async def test_what_is_refused_before_its_trunk_is_looked_for_is_told_to_the_tenant_of_its_domain(
    edge: RunningEdge, listener: Listener, stranger: Wire, uri: str, trunk_id: str
) -> None:
    stranger.send(request("REGISTER", uri, stranger), edge.public)
    event = await listener.next()
    assert (event["code"], event["method"]) == ("method_not_allowed", "REGISTER")
    assert (event["trunk_id"], bool(event["tenant_id"])) == (trunk_id, bool(trunk_id))


@pytest.mark.parametrize(
    "headers",
    [
        {"call_id": 'a","code":"forged'},
        {"call_id": "a\\u0022\\"},
        {"call_id": "a|b,c{d}e"},
        {"from_": '"x" <sip:a%22b"c@h>;tag=1'},
        {"from_": "<sip:caf\u00e9@h>;tag=1"},
        {"call_id": "x" * 3000},
        {"from_": f"<sip:{'9' * 3000}@h>;tag=1"},
    ],
)
async def test_no_value_breaks_the_report(
    edge: RunningEdge, listener: Listener, stranger: Wire, headers: dict[str, str]
) -> None:
    stranger.send(call(stranger, f"sip:+4930123@{ACME}", **headers), edge.public)
    event = await listener.next()
    assert event["code"] in ("source_not_allowed", "request_malformed")
    assert all(len(str(value)) <= 128 for value in event.values())


async def test_bytes_that_are_no_text_do_not_break_it_either(
    edge: RunningEdge, listener: Listener, stranger: Wire
) -> None:
    text = call(stranger, f"sip:+4930123@{ACME}", call_id="CALLID").encode()
    stranger.send(text.replace(b"CALLID", b"\xff\xfe"), edge.public)
    assert (await listener.next())["code"] == "source_not_allowed"


async def test_beyond_the_room_that_was_granted_reports_are_counted_and_not_sent(
    edge: RunningEdge, listener: Listener, stranger: Wire
) -> None:
    await listener.grant(1, edge)
    stranger.send(call(stranger, "sip:+4930000@203.0.113.1"), edge.public)
    dropped = (await listener.next())["dropped"]
    await listener.grant(2, edge)
    for _ in range(5):
        stranger.send(call(stranger, "sip:+4930000@203.0.113.1"), edge.public)
    for _ in range(2):
        await listener.next()
    assert await listener.silent()
    await listener.grant(2, edge)
    stranger.send(call(stranger, "sip:+4930000@203.0.113.1"), edge.public)
    assert (await listener.next())["dropped"] == dropped + 3


async def test_a_reader_that_hangs_holds_up_no_call(shared_config: Path, wires) -> None:
    """The granted reports fill no socket; beyond the grant, writes would block every worker."""
    many = {"STRANGERS_REPORTS_PER_SECOND": "100000"}
    async with running_edge(shared_config, defines=many) as edge:
        switch, provider, stranger = (
            await wires("127.0.0.1"),
            await wires("127.0.1.1"),
            await wires("127.0.66.1"),
        )
        await edge.load({ACME: "t|trk|e|127.0.1.0/24|1"}, {}, [switch.peer])
        hung = await Listener.open(edge, room=1024)
        await hung.grant(200, edge)

        async def beyond_the_grant() -> bool:
            for _ in range(300):
                stranger.send(call(stranger, "sip:+4930000@203.0.113.1"), edge.public)
            # of so many the buffers of both sockets are full
            return int(await edge.value("flow", "made") or 0) > 20_000

        await until(beyond_the_grant, within=60)
        asked = call(provider, f"sip:+4930123@{ACME}")

        async def offered() -> bool:
            """Sent again as by any caller: the flood may fill the edge's receive buffer."""
            provider.send(asked, edge.public)
            return any(message.method == "INVITE" for message in switch.seen)

        await until(offered)
        hung.close()


async def test_a_refused_call_that_had_a_switch_is_told_too(shared_config: Path, wires) -> None:
    async with running_edge(shared_config) as edge:
        silent, provider = await wires("127.0.0.1"), await wires("127.0.1.1")
        await edge.load({ACME: "t|trk|e|127.0.1.0/24|1"}, {}, [silent.peer])
        listener = await Listener.open(edge)
        await listener.grant(10, edge)
        provider.send(call(provider, f"sip:+4930123@{ACME}"), edge.public)
        event = await listener.next()
        assert (event["code"], event["sip_status"]) == ("no_switch", 503)
        assert (event["tenant_id"], event["trunk_id"]) == ("t", "trk")
        listener.close()


async def test_the_reports_go_to_loopback_alone(edge: RunningEdge) -> None:
    listening = Path("/proc/net/tcp").read_text().split("\n")
    port = f"{edge.run.ports.events:04X}"
    assert [line.split()[1] for line in listening if f":{port} 00000000:0000 0A" in line] == [
        f"0100007F:{port}"
    ]


async def test_refusals_come_from_the_inner_socket_as_well(
    edge: RunningEdge, switch: Wire, agent: Wire, listener: Listener
) -> None:
    switch.send(request("MESSAGE", f"sip:bot@{agent.at}", switch), edge.inner)
    assert (await listener.next())["code"] == "method_not_allowed"
