"""What the edge passes on, a switch answers: generated messages, over FreeSWITCH where there is one.

Messages are made by the grammar and then broken in one or two places. The edge may refuse or drop them; what
it passes on must not meet silence, because silence is how one tenant's messages would cost others a switch.
Over FreeSWITCH 1.11.3-dev 4,800 messages met none; without grammar.cfg the first dozens do.
"""

import itertools
import re
import selectors
import socket
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from switchlink.freeswitch import find_freeswitch
from switchlink.testing.running_edge import RunningEdge, running_edge
from switchlink.testing.switch_process import running_switch

ACME = "acme.sip.keepline.test"
CONFIGURATION = Path(__file__).parents[3] / "infra" / "freeswitch"
_numbers = itertools.count(1)

ODD = [*"`\"'<>\\^|{}%@;,=?:[]()*#&$/+!~ \t.-_0aZ\u00e9\u260e", "%zz", "%00", "\r\n ", ", ", "``", "<>"]
EXTRA = {
    "Via": "SIP/2.0/UDP proxy.example:5060;branch=z9hG4bKup{n};received=192.0.2.1",
    "Record-Route": "<sip:proxy.example;lr>, \"P\" <sip:[2001:db8::1]:5060;lr;transport=udp>",
    "Route": "<sip:127.0.0.1;lr>",
    "Expires": "180",
    "Session-Expires": "1800;refresher=uac",
    "Min-SE": "90",
    "Supported": "timer, replaces, path",
    "Allow": "INVITE, ACK, BYE",
    "Accept": "application/sdp",
    "Reason": "Q.850;cause=16;text=\"x\"",
    "Subject": "hello",
    "User-Agent": "PBX/1.0 (linux)",
    "Date": "Thu, 21 Feb 2002 13:02:03 GMT",
    "Timestamp": "54.1",
    "Privacy": "id;critical",
    "Referred-By": "<sip:r@h>;cid=\"a@b\"",
    "Reply-To": "Bob <sip:r@h>",
    "Warning": "307 isi.edu \"parameter\"",
    "Event": "refer;id=1",
    "RAck": "776656 1 INVITE",
    "Authorization": "Digest username=\"a\", realm=\"r\", nonce=\"n\", uri=\"sip:h\", response=\"x\"",
    "Content-Disposition": "session;handling=required",
    "Content-Encoding": "gzip",
    "Call-Info": "<http://h/p>;purpose=icon",
    "Alert-Info": "<http://h/ring.wav>",
    "History-Info": "<sip:a@h>;index=1",
    "Accept-Language": "da, en-gb;q=0.8",
    "Organization": "Acme",
    "Priority": "urgent",
    "In-Reply-To": "a@b, c@d",
    "P-Charge-Info": "<sip:1@h>",
    "Replaces": "12345@h;to-tag=1;from-tag=2;early-only",
    "Refer-To": "<sip:x@h>",
    "X-Any": "thing",
}  # fmt: skip
SDP = (
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    "m=audio 40000 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n"
)

REPEATED = ["From", "To", "Call-ID", "CSeq", "Via", "Record-Route", "Contact"]  # by whoever answers
SPOTS = [*(REPEATED * 4), *EXTRA, "Content-Type", "Max-Forwards", "body", "uri"]
SILENT_SECONDS = 1.5
PATIENCE = dict.fromkeys(("SWITCH_SILENCE", "DIALOG_SILENCE"), f"{1000 * SILENT_SECONDS:.0f}")
# what is refused for its number is not passed on, and proves nothing
UNBOUNDED = dict.fromkeys(("TRUNK_CALLS_PER_SECOND", "TENANT_CALLS_PER_SECOND", "TENANT_CALLS"), "9999")
Break = tuple[str, int, str, int]

# Where a message is changed: header, place (of 1000), what is put in, how many characters are taken out.
breaks = st.tuples(
    st.sampled_from(SPOTS), st.integers(0, 1000), st.sampled_from(ODD) | st.just(""), st.integers(0, 3)
)
wordy = st.lists(breaks, min_size=1, max_size=2)
sent_as = st.sampled_from(["INVITE", "INVITE", "INVITE", "BYE", "INFO", "UPDATE", "PRACK", "re-INVITE"])
batches = st.lists(st.tuples(sent_as, wordy), min_size=16, max_size=32)


@pytest.fixture(scope="module")
async def world(shared_config: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator["World"]:
    kind = "freeswitch" if find_freeswitch() is not None else "devswitch"
    folder = tmp_path_factory.mktemp("switch")
    async with (
        running_edge(shared_config, defines=PATIENCE | UNBOUNDED) as edge,
        running_switch(kind, CONFIGURATION, folder, edge.inner) as switch,
    ):
        await edge.load({ACME: "t|trk|e|127.0.1.0/24|1"}, {}, [switch.sip])
        yield World(edge, switch.sip)


class World:
    def __init__(self, edge: RunningEdge, switch: tuple[str, int]) -> None:
        self.edge, self.switch = edge, switch
        self._read = edge.log.stat().st_size
        self.log = ""

    def read_log(self) -> str:
        """All that the edge logged since the last `forget`."""
        with self.edge.log.open("rb") as file:
            file.seek(self._read)
            text = file.read()
        self._read += len(text)
        self.log += text.decode("utf-8", "replace")
        return self.log

    def forget(self) -> None:
        self.read_log()
        self.log = ""


class Sent:
    """One message from a port of its own: its answers come there, and the log names it."""

    def __init__(self, how: str, places: list[Break], world: World) -> None:
        self.how, self.places = how, places
        self.statuses: list[str] = []
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.1.1", 0))
        self.at = "{}:{}".format(*self.socket.getsockname())
        self.raw = message(how, places, world, self.at)
        self.socket.sendto(self.raw, world.edge.public)

    def hear(self) -> None:
        answer = self.socket.recv(65535).decode("utf-8", "replace")
        if not re.search("(?im)^cseq *:[^\r]*CANCEL", answer):
            self.statuses.append(answer.split("\r\n", 1)[0])

    @property
    def answered(self) -> bool:
        return any(not status.startswith("SIP/2.0 1") for status in self.statuses)

    def met_silence(self, log: str) -> bool:
        """Passed on, and not answered."""
        if self.how == "INVITE":
            return f"was silent to {self.at}\n" in log
        return any(status.startswith("SIP/2.0 408") for status in self.statuses)

    def cancel(self, world: World) -> None:
        head = self.raw.split(b"\r\nContent-Type", 1)[0].replace(b"INVITE ", b"CANCEL ", 1)
        head = re.sub(rb"(CSeq: .*)INVITE", rb"\1CANCEL", head)
        self.socket.sendto(head + b"\r\nContent-Length: 0\r\n\r\n", world.edge.public)

    def __repr__(self) -> str:
        return f"{self.how} {self.places}: {self.statuses}\n{self.raw!r}"


def message(how: str, places: list[Break], world: World, at: str) -> bytes:
    n = next(_numbers)
    method = "INVITE" if how == "re-INVITE" else how
    known = how != "INVITE"
    fields = {
        "From": f'"Doe, J" <sip:+15550100@{at};user=phone>;tag=f{n}',
        "To": f"Bob <sip:+4930123@{ACME}>" + (f";tag=t{n}" if known else ""),
        "Contact": f"<sip:caller@{at};ob>;q=0.7",
        "Call-ID": f"c{n}-any@h",
        "CSeq": f"1 {method}",
        "Max-Forwards": "70",
        "Content-Type": "application/sdp",
    }
    values = {"uri": "sip:{}:{}".format(*world.switch) if known else f"sip:+4930123@{ACME}", "body": SDP}
    for name, place, put, taken in places:
        of = values if name in values else fields
        of[name] = changed(of.get(name, EXTRA.get(name, "").format(n=n)), place, put, taken)
    head = f"{method} {values['uri']} SIP/2.0\r\nVia: SIP/2.0/UDP {at};branch=z9hG4bKm{n}\r\n"
    if known:
        routes = "Route: <sip:{}:{};r2=on;lr>\r\nRoute: <sip:{}:{};r2=on;lr>\r\n"
        head += routes.format(*world.edge.public, *world.edge.inner)
    if method == "PRACK":
        fields.setdefault("RAck", "1 1 INVITE")
    head += "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    body = values["body"].encode()
    return head.encode() + f"Content-Length: {len(body)}\r\n\r\n".encode() + body


def changed(text: str, place: int, put: str, taken: int) -> str:
    at = len(text) * place // 1000
    return text[:at] + put + text[at + taken :]


def hear_all(sent: list[Sent], within: float) -> None:
    """Until everything has a final answer, or for so many seconds."""
    with selectors.DefaultSelector() as selector:
        for one in sent:
            selector.register(one.socket, selectors.EVENT_READ, one)
        until = time.monotonic() + within
        while (left := until - time.monotonic()) > 0 and not all(one.answered for one in sent):
            for key, _ in selector.select(left):
                key.data.hear()


# Not made smaller: each step would wait for silence.
@settings(
    max_examples=6,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@given(batch=batches)
def test_what_the_edge_passes_on_is_answered_by_the_switch(
    world: World, batch: list[tuple[str, list[Break]]]
) -> None:
    world.forget()
    sent = [Sent(how, places, world) for how, places in batch]
    try:
        hear_all(sent, 0.1)
        for one in sent:
            if one.how == "INVITE":
                one.cancel(world)
        hear_all(sent, SILENT_SECONDS + 0.4)
    finally:
        for one in sent:
            one.socket.close()
    log = world.read_log()
    silenced = [repr(one) for one in sent if one.met_silence(log)]
    assert not silenced, "\n".join(silenced)
