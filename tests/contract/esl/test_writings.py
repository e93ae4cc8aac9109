"""Messages as other software writes them: several parts, numbers as tel, line ends before the first line."""

import uuid

import pytest

from switchlink.testing.desk import Edge, refuse
from switchlink.testing.wire import SDP, Message, Wire, request

CODECS = "variable_ep_codec_string"
PIDF = "Content-Type: application/pidf+xml\r\nContent-ID: <a@b>\r\n\r\n<presence/>"
ISUP = "Content-Disposition: signal;handling=optional\r\nContent-Type: application/isup\r\n\r\n\x01\0\x02"
AUDIO = f"Content-Type: application/sdp\r\n\r\n{SDP}"
LOWER = f"content-disposition: session\r\ncontent-type:\r\n application/SDP\r\n\r\n{SDP}"


def multipart(*parts: str, boundary: str = "b") -> str:
    return "".join(f"--{boundary}\r\n{part}\r\n" for part in parts) + f"--{boundary}--\r\n"


NESTED = f"Content-Type: multipart/mixed;boundary=b\r\n\r\n{multipart(AUDIO)}"


async def send(calls: Edge, before: str = "", body: str = SDP, **headers: str) -> tuple[Message, str]:
    """The final answer, and the call's id; whoever is asked refuses with 480."""
    call_id = f"call_{uuid.uuid4()}"
    calls.desk.answers[call_id] = [refuse(480, "seen")]
    marks = f"X-Keepline-Tenant: t_demo\r\nX-Keepline-Trunk: trk_1\r\nX-Keepline-Call-Id: {call_id}\r\n"
    wire = await Wire.open()
    uri = f"sip:+4930123@{calls.switch[0]}:{calls.switch[1]}"
    wire.send(before + request("INVITE", uri, wire, marks, body, **headers), calls.switch)
    while (answer := await wire.receive()).status < 200:
        pass
    wire.close()
    return answer, call_id


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("multipart/mixed;boundary=b", multipart(AUDIO, ISUP)),
        ("multipart/mixed;\r\n boundary=b", multipart(ISUP, AUDIO)),
        ('Multipart/Mixed; boundary="b b"', multipart(PIDF, LOWER, boundary="b b")),
        ("multipart/alternative;boundary=b", "what stands before\r\n" + multipart(AUDIO)),
        ("Application/SDP ; charset=x", SDP),
    ],
)
async def test_the_offer_is_found_among_the_parts_of_a_body(
    calls: Edge, content_type: str, body: str
) -> None:
    answer, call_id = await send(calls, body=body, content_type=content_type)
    assert answer.start == "SIP/2.0 480 Refused (seen)"
    (channel,) = calls.desk.asked[call_id]
    assert "PCMU" in channel[CODECS]


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("multipart/mixed;boundary=b", multipart(ISUP)),
        ("multipart/mixed;boundary=other", multipart(AUDIO)),
        ("multipart/mixed;boundary=o", multipart(NESTED, boundary="o")),
    ],
)
async def test_a_body_without_an_offer_is_refused_before_anybody_is_asked(
    calls: Edge, content_type: str, body: str
) -> None:
    answer, call_id = await send(calls, body=body, content_type=content_type)
    assert answer.status in (406, 415)
    assert call_id not in calls.desk.asked


@pytest.mark.parametrize(
    ("before", "headers"),
    [
        ("\r\n\r\n", {}),
        ("", {"from_": "<tel:+1-555-0100>;tag=a", "to": "<tel:030123;phone-context=+49>"}),
        ("", {"to": "<tel:30123;phone-context=example.com>"}),
        ("", {"from_": "<sip:+15550100@pbx_1.local>;tag=a", "to": "<sip:+4930123@my_pbx>"}),
    ],
)
async def test_what_the_edge_lets_pass_a_switch_reads(
    calls: Edge, before: str, headers: dict[str, str]
) -> None:
    answer, call_id = await send(calls, before, **headers)
    assert answer.start == "SIP/2.0 480 Refused (seen)"
    (channel,) = calls.desk.asked[call_id]
    assert channel["Caller-Caller-ID-Number"].replace("-", "") == "+15550100"
