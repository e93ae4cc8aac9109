"""A refusal says in one word which header, extension, kind of body or method it is about, and no more."""

import pytest

from harness.edge_reports import Listener
from switchlink.testing.running_edge import RunningEdge
from switchlink.testing.wire import SDP, Wire, reply, request

URI = "sip:+4930123@acme.sip.keepline.test"


@pytest.mark.parametrize(
    ("extra", "headers", "code", "about"),
    [
        ("Require: path\r\n", {}, "extension_unsupported", "path"),
        ("Require: 100rel, timer\r\nRequire: gruu ,outbound\r\n", {}, "extension_unsupported", "gruu"),
        ("Proxy-Require: , privacy\r\n", {}, "extension_unsupported", "privacy"),
        (f"Require: {'x' * 64}\r\n", {}, "extension_unsupported", "x" * 64),
        (f"Require: {'x' * 65}\r\n", {}, "extension_unsupported", ""),
        (f"Require: {'x' * 9000}\r\n", {}, "extension_unsupported", ""),
        ("Require: two words\r\n", {}, "extension_unsupported", ""),
        ('Require: a"b\r\n', {}, "extension_unsupported", ""),
        ("Require: caf\u00e9\r\n", {}, "extension_unsupported", ""),
        ("Require: sip:+4917012345678@h\r\n", {}, "extension_unsupported", ""),
        ("", {"content_type": "text/plain;charset=utf-8"}, "body_unsupported", "text/plain"),
        ("", {"content_type": "multipart / mixed ; boundary=b"}, "body_unsupported", "multipart/mixed"),
        ("", {"content_type": "application/x/y"}, "body_unsupported", ""),
        ("", {"content_type": f"text/{'x' * 9000}"}, "body_unsupported", ""),
        ("Accept: text/html;q=1, text/plain\r\n", {}, "answer_unacceptable", "text/html"),
        ("Accept: ,text/*\r\n", {}, "answer_unacceptable", "text/*"),
        ("Accept: ;,\r\n", {}, "answer_unacceptable", ""),
        (f"Accept: {' ' * 300}text/plain\r\n", {}, "answer_unacceptable", "text/plain"),
        ("Accept:\r\n", {}, "answer_unacceptable", ""),
        ("", {"contact": "<sip:secret@h>, <sip:b@h>"}, "header_malformed", "Contact"),
        ("m: <sip:secret@h>\r\n", {}, "header_malformed", "Contact"),
        ("Record-Route: <sip:secret`@h>\r\n", {}, "header_malformed", "Record-Route"),
        ("RECORD-ROUTE: x\r\n", {}, "header_malformed", "Record-Route"),
        ("", {"call_id": "a b"}, "header_malformed", "Call-ID"),
        ("X: \x01secret\r\n", {}, "header_malformed", ""),
        ("", {"from_": "<sip:a@h>;tag=a b"}, "caller_malformed", ""),
    ],
)
async def test_a_refusal_says_what_it_is_about(  # noqa: PLR0917
    edge: RunningEdge,
    provider: Wire,
    listener: Listener,
    extra: str,
    headers: dict[str, str],
    code: str,
    about: str,
) -> None:
    provider.send(request("INVITE", URI, provider, extra, SDP, **headers), edge.public)
    event = await listener.next()
    assert (event["code"], event["about"]) == (code, about)


@pytest.mark.parametrize(("method", "about"), [("REGISTER", "REGISTER"), ("X" * 65, "")])
async def test_a_method_that_is_not_ours_is_named(
    edge: RunningEdge, provider: Wire, listener: Listener, method: str, about: str
) -> None:
    provider.send(request(method, URI, provider), edge.public)
    event = await listener.next()
    assert (event["code"], event["about"]) == ("method_not_allowed", about)


@pytest.mark.parametrize(
    ("status", "extra", "content_type", "about"),
    [
        (420, "Unsupported: 100rel\r\n", "application/sdp", "100rel"),
        (420, "", "application/sdp", ""),
        (415, "", "application/sdp", ""),
        (406, "", "multipart/mixed;boundary=b", "multipart/mixed"),
        (400, "", "application/sdp", ""),
    ],
)
async def test_what_a_switch_does_not_take_is_named_too(  # noqa: PLR0917
    edge: RunningEdge,
    switch: Wire,
    provider: Wire,
    listener: Listener,
    status: int,
    extra: str,
    content_type: str,
    about: str,
) -> None:
    body = SDP
    if content_type.startswith("multipart"):
        body = f"--b\r\nContent-Type: application/sdp\r\n\r\n{SDP}\r\n--b--\r\n"
    provider.send(request("INVITE", URI, provider, body=body, content_type=content_type), edge.public)
    invite = await switch.receive("INVITE")
    switch.send(reply(invite, status, "Whatever", extra=extra, tag="s"), invite.peer)
    await provider.receive(status)
    event = await listener.next()
    assert (event["sip_status"], event["about"]) == (status, about)


async def test_no_refusal_says_what_another_one_was_about(
    edge: RunningEdge, provider: Wire, stranger: Wire, listener: Listener
) -> None:
    for _ in range(4):  # each worker has refused one of either kind before
        for wire, extra in ((provider, "Record-Route: `\r\n"), (provider, "X: \x01\r\n"), (stranger, "")):
            wire.send(request("INVITE", URI, wire, extra, SDP), edge.public)
            event = await listener.next()
            named = "Record-Route" if "Route" in extra else ""
            assert event["about"] == named
