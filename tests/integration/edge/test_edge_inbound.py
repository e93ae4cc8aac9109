"""From the outside: who may call, what is refused and how, and what the switch is told."""

import asyncio
import re

import httpx
import pytest

from switchlink.testing.running_edge import RunningEdge
from switchlink.testing.wire import SDP, Wire, reply, request

ACME = "acme.sip.keepline.test"


def invite(wire: Wire, uri: str, extra: str = "", **headers: str) -> str:
    return request("INVITE", uri, wire, extra, SDP, **headers)


async def test_a_call_on_the_trunks_domain_reaches_the_switch_with_its_marks(
    edge: RunningEdge, switch: Wire, provider: Wire
) -> None:
    provider.send(invite(provider, f"sip:+4930777@{ACME.upper()};transport=udp"), edge.public)
    call = await switch.receive("INVITE")
    assert call.uri == f"sip:+4930777@{ACME}"
    assert call.all("X-Keepline-Tenant") == ["t_demo"]
    assert call.all("X-Keepline-Trunk") == ["trk_acme"]
    assert call.all("X-Keepline-Source") == [provider.at]
    assert re.fullmatch(r"call_[0-9a-f-]{36}", call.one("X-Keepline-Call-Id"))
    assert call.peer == edge.inner
    assert call.text.endswith(SDP)


async def test_a_call_to_another_host_is_found_by_its_exact_number(
    edge: RunningEdge, switch: Wire, provider: Wire
) -> None:
    provider.send(invite(provider, "sip:+4930123@203.0.113.9"), edge.public)
    call = await switch.receive("INVITE")
    assert call.uri == f"sip:+4930123@{ACME}"
    assert call.one("X-Keepline-Trunk") == "trk_acme"


@pytest.mark.parametrize(
    "uri",
    [
        "sip:+4930124@203.0.113.9",
        "sip:+4930123@203.0.113.9",
        "tel:+4930123",
        "sip:+49301234@203.0.113.9",
        "sip:4930123@203.0.113.9",
        "sip:+4930999@203.0.113.9",
        "sip:+4930777@other.sip.keepline.test",
        "sip:+1@version",
        "sip:203.0.113.9",
    ],
)
async def test_a_strangers_call_to_nobody_is_answered_with_silence(
    edge: RunningEdge, switch: Wire, stranger: Wire, uri: str
) -> None:
    """A source that a trunk knows is answered (test_edge_sources)."""
    stranger.send(invite(stranger, uri), edge.public)
    assert await stranger.nothing(0.2)
    assert await switch.nothing(0.01)


@pytest.mark.parametrize(
    ("host", "domain", "code"),
    [
        ("127.0.66.6", ACME, "source_not_allowed"),
        ("127.0.1.1", "globex.sip.keepline.test", "source_not_allowed"),
        ("127.0.1.1", "nobody.sip.keepline.test", "source_not_allowed"),
        ("127.0.1.1", "closed.sip.keepline.test", "trunk_disabled"),
        ("127.0.66.6", "closed.sip.keepline.test", "source_not_allowed"),
    ],
)
async def test_a_trunk_takes_calls_from_its_own_networks_alone(  # noqa: PLR0917
    edge: RunningEdge, switch: Wire, wires, host: str, domain: str, code: str
) -> None:
    caller = await wires(host)
    caller.send(invite(caller, f"sip:+4930123@{domain}"), edge.public)
    answer = await caller.receive()
    assert answer.status == 403
    assert answer.start.endswith(f"({code})")
    assert await switch.nothing(0.05)


async def test_flags_and_fields_that_this_edge_does_not_know_are_passed_over(
    edge: RunningEdge, switch: Wire, provider: Wire
) -> None:
    provider.send(invite(provider, "sip:+4930777@later.sip.keepline.test"), edge.public)
    assert (await switch.receive("INVITE")).one("X-Keepline-Trunk") == "trk_later"


@pytest.mark.parametrize("method", ["MESSAGE", "REGISTER", "SUBSCRIBE", "NOTIFY", "PUBLISH", "REFER", "FOO"])
async def test_a_method_that_no_call_needs_is_refused(
    edge: RunningEdge, switch: Wire, provider: Wire, method: str
) -> None:
    provider.send(request(method, f"sip:+4930123@{ACME}", provider), edge.public)
    answer = await provider.receive()
    assert answer.start == "SIP/2.0 405 Method not allowed (method_not_allowed)"
    assert "INVITE" in answer.one("Allow")
    assert await switch.nothing(0.05)


@pytest.mark.parametrize("uri", ["sip:{public}", f"sip:{ACME}", f"sip:+4930123@{ACME}"])
async def test_a_keepalive_is_answered_by_the_edge(
    edge: RunningEdge, switch: Wire, provider: Wire, uri: str
) -> None:
    target = uri.replace("{public}", "{}:{}".format(*edge.public))
    provider.send(request("OPTIONS", target, provider), edge.public)
    assert (await provider.receive()).status == 200
    assert await switch.nothing(0.05)


@pytest.mark.parametrize(
    ("headers", "extra", "status", "code"),
    [
        ({"max_forwards": "0"}, "", 483, "too_many_hops"),
        ({}, "Proxy-Require: sec-agree\r\n", 420, "extension_unsupported"),
        ({}, "Require: 100rel, nothingSupportsThis\r\n", 420, "extension_unsupported"),
        ({}, "Require: timer\r\nRequire: other\r\n", 420, "extension_unsupported"),
        ({"cseq": "1 BYE"}, "", 400, "request_malformed"),
        ({"content_type": "application/unknown"}, "", 415, "body_unsupported"),
        ({}, "Accept: text/nobodyKnowsThis\r\n", 406, "answer_unacceptable"),
    ],
)
async def test_what_is_not_sane_is_refused_with_its_reason(  # noqa: PLR0917
    edge: RunningEdge,
    switch: Wire,
    provider: Wire,
    headers: dict[str, str],
    extra: str,
    status: int,
    code: str,
) -> None:
    provider.send(invite(provider, f"sip:+4930123@{ACME}", extra, **headers), edge.public)
    answer = await provider.receive()
    assert answer.status == status
    assert answer.start.endswith(f"({code})")
    assert await switch.nothing(0.05)


@pytest.mark.parametrize("missing", ["to", "from_", "call_id", "cseq", "via"])
async def test_a_request_that_cannot_even_be_answered_is_dropped(
    edge: RunningEdge, switch: Wire, provider: Wire, missing: str
) -> None:
    provider.send(invite(provider, f"sip:+4930123@{ACME}", **{missing: "-"}), edge.public)
    assert await switch.nothing(0.2)


@pytest.mark.parametrize("host", ["#file", "%23file", "_file", "version"])
async def test_the_tables_own_keys_name_no_trunk(
    edge: RunningEdge, switch: Wire, provider: Wire, host: str
) -> None:
    provider.send(invite(provider, f"sip:#file@{host}"), edge.public)
    assert await switch.nothing(0.2)


@pytest.mark.parametrize(
    "user",
    ["+49,30", "+49|30", "+49%0d%0a", "${x}", "+49{30}", "a%2cb", "x" * 65, "+49'30", "+49%00"],
)
async def test_a_called_number_that_could_be_a_command_is_refused(
    edge: RunningEdge, switch: Wire, provider: Wire, user: str
) -> None:
    provider.send(invite(provider, f"sip:{user}@{ACME}"), edge.public)
    answer = await provider.receive()
    assert answer.status == 400
    assert await switch.nothing(0.05)


async def test_headers_in_the_request_uri_are_refused(
    edge: RunningEdge, switch: Wire, provider: Wire
) -> None:
    provider.send(invite(provider, f"sip:+4930123@{ACME}?X-Keepline-Tenant=evil"), edge.public)
    assert (await provider.receive()).status == 400
    assert await switch.nothing(0.05)


async def test_a_repeated_invite_is_one_call(edge: RunningEdge, switch: Wire, provider: Wire) -> None:
    text = invite(provider, f"sip:+4930123@{ACME}")
    provider.send(text, edge.public)
    call = await switch.receive("INVITE")
    switch.send(reply(call, 180, "Ringing", tag="s"), call.peer)
    await provider.receive(180)
    provider.send(text, edge.public)
    await provider.receive(180)
    assert await switch.nothing(0.2)


async def test_a_response_that_belongs_to_no_call_goes_nowhere(
    edge: RunningEdge, switch: Wire, stranger: Wire, agent: Wire
) -> None:
    via = "Via: SIP/2.0/UDP {};branch=z9hG4bK{}\r\n"
    text = (
        "SIP/2.0 200 OK\r\n"
        + via.format("{}:{}".format(*edge.public), "x.y.0")
        + via.format(switch.at, "other")
        + "From: <sip:a@b>;tag=1\r\nTo: <sip:c@d>;tag=2\r\nCall-ID: stray\r\nCSeq: 1 INVITE\r\n"
        "Content-Length: 0\r\n\r\n"
    )
    stranger.send(text, edge.public)
    assert await switch.nothing()


async def test_the_json_rpc_socket_takes_no_sip(edge: RunningEdge, switch: Wire) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", edge.run.ports.rpc)
    text = (
        f"INVITE sip:+4930123@{ACME} SIP/2.0\r\nVia: SIP/2.0/TCP 127.0.0.1;branch=z9hG4bKt\r\n"
        "From: <sip:a@b>;tag=1\r\nTo: <sip:c@d>\r\nCall-ID: rpc\r\nCSeq: 1 INVITE\r\nMax-Forwards: 70\r\n"
        "Content-Length: 0\r\n\r\n"
    )
    writer.write(text.encode())
    assert await switch.nothing()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(reader.read(1), 0.2)
    writer.close()


@pytest.mark.parametrize("path", ["/RPC", "/", "/metrics"])
async def test_no_json_rpc_on_the_public_socket(edge: RunningEdge, path: str) -> None:
    call = {"jsonrpc": "2.0", "method": "core.uptime", "id": 1}
    async with httpx.AsyncClient() as client:
        answer = await client.post(f"http://127.0.0.1:{edge.public[1]}{path}", json=call)
        assert answer.status_code == 404
        inside = await client.post(edge.run.rpc_url, json=call)
        assert inside.json()["result"]["uptime"] >= 0
