"""What says nothing about an endpoint: an edge that does not name its sockets, our own lack of threads."""

import socket
import threading
from collections.abc import Iterator, Sequence
from typing import Any, cast

import pytest

from edge_agent.adapters.kamailio import options_probe
from edge_agent.adapters.kamailio.options_probe import KamailioOptions
from edge_agent.domain.probe import Outcome, ProbedEndpoint
from switchlink.kamailio_rpc import KamailioHttp, RpcError

SOCKETS = [{"SOCKNAME": "public-udp", "PROTO": "udp", "ADDRLIST": {"ADDR": "192.0.2.9"}, "PORT": "5060"}]


class Edge:
    """Answers corex.list_sockets with `sockets`, and every OPTIONS with 200."""

    def __init__(self, sockets: Any) -> None:
        self._sockets = sockets

    async def call(self, method: str, params: Sequence[object] = ()) -> Any:
        if method != "corex.list_sockets":
            return ["200", "OK", ""]
        if isinstance(self._sockets, Exception):
            raise self._sockets
        return self._sockets


def options(sockets: Any = SOCKETS) -> KamailioOptions:
    return KamailioOptions(cast(KamailioHttp, Edge(sockets)), "sip:us@edge.example", lambda _: True)


@pytest.mark.parametrize("sockets", [RpcError(500, "busy"), [{"PROTO": "udp"}], [None]])
async def test_an_edge_that_does_not_name_its_sockets_says_nothing(sockets: Any) -> None:
    assert await options(sockets).ask(ProbedEndpoint("192.0.2.1", 5060, "udp")) is None


@pytest.fixture
def silent_names(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No server answers for a name below `silent`; three may be looked up at once."""
    answered, look_up = threading.Event(), socket.getaddrinfo

    def getaddrinfo(host: str, *rest: Any, **more: Any) -> Any:
        if host.endswith(".silent"):
            answered.wait()
        return look_up("192.0.2.1", *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    monkeypatch.setattr(options_probe, "_LOOK_UP_SECONDS", 0.1)
    monkeypatch.setattr(options_probe, "_LOOK_UPS", 3)
    yield
    answered.set()


@pytest.mark.usefixtures("silent_names")
async def test_names_that_no_server_answers_for_make_no_other_endpoint_silent() -> None:
    probe = options()
    other = ProbedEndpoint("sip.example", 5060, "udp")
    found = await probe.ask(other)
    assert found is not None
    assert found.sip_status == 200
    for n in range(3):
        assert await probe.ask(ProbedEndpoint(f"n{n}.silent", 5060, "udp")) == Outcome(0)
    assert await probe.ask(other) is None
