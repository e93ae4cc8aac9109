"""Where a message ends, and which bodies are a call's."""

import pytest

from switchlink.testing.running_edge import RunningEdge
from switchlink.testing.wire import SDP, Wire, reply, request

ACME = "acme.sip.keepline.test"
URI = f"sip:+4930123@{ACME}"


def length(text: str, said: str) -> bytes:
    """The same message, said to be of another length."""
    head, _, body = text.partition("\r\n\r\n")
    lines = [line for line in head.split("\r\n") if not line.startswith("Content-Length")]
    return "\r\n".join([*lines, *([said] if said else []), "", body]).encode()


@pytest.mark.parametrize("beyond", [b"\r\n", b"\0\0\0\0", b"\r\n\r\n", b" ", b"a=evil\r\n", b"\xff" * 9000])
@pytest.mark.parametrize("body", [SDP, ""])
async def test_what_follows_the_body_in_a_datagram_is_not_the_message(
    edge: RunningEdge, switch: Wire, provider: Wire, body: str, beyond: bytes
) -> None:
    provider.send(request("INVITE", URI, provider, body=body).encode() + beyond, edge.public)
    call = await switch.receive("INVITE")
    assert call.raw.endswith(f"\r\n\r\n{body}".encode())
    assert call.one("X-Keepline-Tenant") == "t_demo"


@pytest.mark.parametrize(
    "said",
    [
        "",
        f"Content-Length: {len(SDP)}",
        f"l:{len(SDP)}",
        f"Content-Length : 0000000{len(SDP)} \t",
        f"Content-Length:\r\n {len(SDP)}",
    ],
)
async def test_a_datagram_need_not_say_how_long_it_is(
    edge: RunningEdge, switch: Wire, provider: Wire, said: str
) -> None:
    provider.send(length(request("INVITE", URI, provider, body=SDP), said), edge.public)
    assert (await switch.receive("INVITE")).text.endswith(SDP)


@pytest.mark.parametrize("said", [f"Content-Length: {len(SDP) + 1}", "l: 99999"])
async def test_a_message_of_which_a_part_is_missing_is_refused(
    edge: RunningEdge, switch: Wire, provider: Wire, said: str
) -> None:
    provider.send(length(request("INVITE", URI, provider, body=SDP), said), edge.public)
    assert (await provider.receive()).start.endswith("(request_malformed)")
    assert await switch.nothing(0.02)


LENGTHS = ["9" * 24, "-1", "many", "", f"{len(SDP)}\r\nl: 0"]


@pytest.mark.parametrize("said", LENGTHS)
async def test_a_length_that_is_no_number_reaches_no_switch(
    edge: RunningEdge, switch: Wire, provider: Wire, said: str
) -> None:
    """Our own parser stops there, so that it cannot be answered either."""
    provider.send(length(request("INVITE", URI, provider, body=SDP), f"Content-Length: {said}"), edge.public)
    assert await switch.nothing(0.1)


async def test_what_follows_the_body_of_an_answer_is_not_the_answer(
    edge: RunningEdge, switch: Wire, agent: Wire
) -> None:
    switch.send(request("INVITE", f"sip:bot@{agent.at}", switch, body=SDP), edge.inner)
    leg = await agent.receive("INVITE")
    contact = f"Contact: <sip:{agent.at}>\r\n"
    agent.send(reply(leg, 200, "OK", extra=contact, tag="a", body=SDP).encode() + b"\0\0a=evil", leg.peer)
    assert (await switch.receive(200)).raw.endswith(f"\r\n\r\n{SDP}".encode())
    agent.send(reply(leg, 200, "OK", extra=contact, tag="a", body=SDP).encode()[:-9], leg.peer)
    assert await switch.nothing(0.1)


PIDF = "Content-Type: application/pidf+xml\r\nContent-ID: <a@b>\r\n\r\n<presence/>"
ISUP = "Content-Disposition: signal;handling=optional\r\nContent-Type: application/isup\r\n\r\n\x01\0\x02"
AUDIO = f"Content-Type: application/sdp\r\n\r\n{SDP}"
TURNED = f"Content-Disposition: session;handling=required\r\nContent-Type: application/sdp\r\n\r\n{SDP}"


def multipart(*parts: str) -> str:
    return "".join(f"--b\r\n{part}\r\n" for part in parts) + "--b--\r\n"


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/sdp", SDP),
        ("Application/SDP ; charset=utf-8", SDP),
        ("multipart/mixed;boundary=b", multipart(AUDIO, ISUP)),
        ("multipart/mixed;boundary=b", multipart(ISUP, AUDIO)),
        ('multipart/mixed; boundary="b"', multipart(PIDF, TURNED)),
        ("multipart/related;type=x;boundary=b", multipart(PIDF, ISUP, AUDIO)),
        ("multipart/mixed;\r\n boundary=b", multipart(PIDF, AUDIO)),
        ("multipart/mixed;\r\n boundary=b", multipart(ISUP, AUDIO)),
        ("multipart/x-y;boundary=b", multipart(f"Content-Type:\r\n application/sdp\r\n\r\n{SDP}")),
        ("application / sdp", SDP),
    ],
)
@pytest.mark.parametrize("beyond", [b"", b"\0\0"])
async def test_a_body_with_sdp_in_it_is_a_call(  # noqa: PLR0917
    edge: RunningEdge, switch: Wire, provider: Wire, content_type: str, body: str, beyond: bytes
) -> None:
    text = request("INVITE", URI, provider, body=body, content_type=content_type)
    provider.send(text.encode() + beyond, edge.public)
    # with a NUL in the body it is not cut (sane.cfg)
    assert (await switch.receive("INVITE")).raw.removesuffix(beyond).endswith(body.encode())


MIXED = "multipart/mixed;boundary=b"


@pytest.mark.parametrize(
    ("content_type", "body", "passed_on"),
    [
        (MIXED, multipart(AUDIO, ISUP), SDP),
        (MIXED, multipart(ISUP, TURNED), SDP),
        ('Multipart / Mixed; boundary="b"', multipart(PIDF, ISUP, AUDIO), SDP),
        (MIXED, multipart(ISUP, PIDF), ""),
        (MIXED, multipart("Content-Type: application/sdp\r\n\r\nv=0\r\nnot for us"), ""),
        ("multipart/mixed", multipart(AUDIO), ""),
        (MIXED, "--b", ""),
        ("application/isup", "\x01\0\x02", ""),
    ],
)
@pytest.mark.parametrize("status", [183, 200])
async def test_the_sdp_of_an_answer_is_taken_out_of_its_parts(  # noqa: PLR0917
    edge: RunningEdge, switch: Wire, agent: Wire, content_type: str, body: str, passed_on: str, status: int
) -> None:
    """A switch does not look there; what holds none stays as it came."""
    switch.send(request("INVITE", f"sip:bot@{agent.at}", switch, body=SDP), edge.inner)
    leg = await agent.receive("INVITE")
    contact = f"Contact: <sip:{agent.at}>\r\n"
    said = reply(leg, status, "OK", extra=contact, tag="a", body=body, content_type=content_type)
    agent.send(said, leg.peer)
    got = await switch.receive(status)
    head, _, text = got.raw.decode().partition("\r\n\r\n")
    assert text == (passed_on or body)
    assert got.all("Content-Length") == [str(len(text))]
    assert got.all("Content-Type") == (["application/sdp"] if passed_on else [content_type])
    assert head.count("Content-Type") == 1


@pytest.mark.parametrize("beyond", [b"", b"\r\n"])
@pytest.mark.parametrize("said", ["", "l: {}", "Content-Length: {}"])
async def test_nothing_of_the_other_parts_is_left_behind_the_sdp_of_an_answer(
    edge: RunningEdge, switch: Wire, agent: Wire, said: str, beyond: bytes
) -> None:
    """Also where it does not say how long it is, or is longer and cannot be cut (a NUL in it)."""
    switch.send(request("INVITE", f"sip:bot@{agent.at}", switch, body=SDP), edge.inner)
    leg = await agent.receive("INVITE")
    body, contact = multipart(ISUP, AUDIO, ISUP), f"Contact: <sip:{agent.at}>\r\n"
    text = reply(leg, 200, "OK", extra=contact, tag="a", body=body, content_type=MIXED)
    agent.send(length(text, said.format(len(body))) + beyond, leg.peer)
    got = await switch.receive(200)
    assert got.raw.endswith(f"\r\n\r\n{SDP}".encode())
    assert got.all("Content-Length") + got.all("l") == [str(len(SDP))]


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/sdpx", SDP),
        ("multipart/mixed;boundary=b", multipart(ISUP, PIDF)),
        ("multipart/mixed", multipart(AUDIO)),
        ("multipart/mixed;\r\n boundary=b", multipart(PIDF)),
        ("text/plain", "hello"),
    ],
)
async def test_a_body_without_sdp_is_refused_with_what_we_take(
    edge: RunningEdge, switch: Wire, provider: Wire, content_type: str, body: str
) -> None:
    provider.send(request("INVITE", URI, provider, body=body, content_type=content_type), edge.public)
    answer = await provider.receive()
    assert answer.start == "SIP/2.0 415 Body is not SDP (body_unsupported)"
    assert answer.one("Accept") == "application/sdp"
    assert await switch.nothing(0.02)


@pytest.mark.parametrize("name", ["Content-Encoding", "e", "CONTENT-ENCODING "])
async def test_a_body_that_nobody_here_can_read_is_no_offer(
    edge: RunningEdge, switch: Wire, provider: Wire, name: str
) -> None:
    for encoding in ("gzip", "identity, gzip", "x"):
        provider.send(request("INVITE", URI, provider, f"{name}: {encoding}\r\n", SDP), edge.public)
        answer = await provider.receive()
        assert answer.start == "SIP/2.0 415 Body is encoded (body_unsupported)"
        assert answer.all("Accept-Encoding") == ["identity"]
    # the one is no encoding, and without a body there is none
    for encoding, body in (("Identity", SDP), ("gzip", "")):
        provider.send(request("INVITE", URI, provider, f"{name}: {encoding}\r\n", body), edge.public)
        assert (await switch.receive("INVITE")).all(name.strip()) == ([] if body else [encoding])


@pytest.mark.parametrize(
    "accept",
    [
        "Accept: text/plain\r\nAccept: application/sdp\r\n",
        "Accept: application/sdp\r\nAccept: text/plain\r\n",
        "Accept: application/dtmf-relay, application/SDP;level=1\r\n",
        "Accept: text/plain,\r\n application/sdp\r\n",
        "Accept: text/plain, application / sdp\r\n",
        "Accept: */*;q=0.1\r\n",
        "Accept: multipart/mixed, application/isup\r\nAccept: text/plain\r\n",
        "",
    ],
)
async def test_several_accept_lines_are_one_list(
    edge: RunningEdge, switch: Wire, provider: Wire, accept: str
) -> None:
    provider.send(request("INVITE", URI, provider, accept, SDP), edge.public)
    await switch.receive("INVITE")


@pytest.mark.parametrize(
    "accept", ["Accept: text/plain\r\nAccept: image/png\r\n", "Accept: application/sdpx\r\n", "Accept: \r\n"]
)
async def test_who_takes_no_sdp_gets_no_answer_of_ours(
    edge: RunningEdge, switch: Wire, provider: Wire, accept: str
) -> None:
    provider.send(request("INVITE", URI, provider, accept, SDP), edge.public)
    assert (await provider.receive()).start.endswith("(answer_unacceptable)")
    assert await switch.nothing(0.02)


@pytest.mark.parametrize(
    "expires", ["4294967296", "9" * 40, "Sat, 01 Dec 2040 16:00:00 GMT", "soon", "60\r\nExpires: 90"]
)
async def test_an_expires_that_limits_nothing_is_taken_off(
    edge: RunningEdge, switch: Wire, provider: Wire, expires: str
) -> None:
    provider.send(request("INVITE", URI, provider, f"Expires: {expires}\r\n", SDP), edge.public)
    assert (await switch.receive("INVITE")).all("Expires") == []


@pytest.mark.parametrize("expires", ["0", "180", "999999999"])
async def test_an_expires_that_a_call_can_have_reaches_the_switch(
    edge: RunningEdge, switch: Wire, provider: Wire, expires: str
) -> None:
    provider.send(request("INVITE", URI, provider, f"Expires: {expires}\r\n", SDP), edge.public)
    assert (await switch.receive("INVITE")).all("Expires") == [expires]
