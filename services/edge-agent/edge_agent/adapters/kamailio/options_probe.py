"""OPTIONS to an endpoint of a provider or an agent, sent by this edge's Kamailio from its public address.

`tm.t_uac_wait` works over the HTTP transport of JSON-RPC only and holds no worker: its answer comes when the
transaction ends, after tm's fr_timer (2 s) where nobody answers. Names are resolved here, because a look-up
inside Kamailio would hold its RPC worker; in threads of their own, because one tenant's names that no server
answers for may hold all of them. A look-up that had to wait for a thread says nothing about its endpoint.
"""

import asyncio
import socket
import threading
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_address
from typing import Any

from edge_agent.domain.probe import Outcome, ProbedEndpoint
from servicekit.telemetry.logging import logger
from siptypes.endpoints import endpoint_name
from siptypes.hosts import bracketed
from switchlink.kamailio_rpc import KamailioHttp, RpcError, RpcUnavailable, SipHeaders

ASK_SECONDS = 10.0
_LOOK_UP_SECONDS = 3.0
_LOOK_UPS = 32  # at once
_log = logger(__name__)

Allowed = Callable[[str], bool]
"""Whether an address, as text, may be sent to."""


class _Unasked(Exception):
    """The edge, or we, were in no state to ask."""


class KamailioOptions:
    """Implements OptionsProbe. from_uri: what the From header says, a SIP URI."""

    def __init__(self, rpc: KamailioHttp, from_uri: str, allowed: Allowed) -> None:
        self._rpc = rpc
        self._from_uri = from_uri
        self._allowed = allowed
        self._sockets: dict[tuple[str, int], str] = {}
        self._names = ThreadPoolExecutor(_LOOK_UPS, "probe-names")

    async def ask(self, endpoint: ProbedEndpoint) -> Outcome | None:
        try:
            address = await self._address(endpoint.host)
            if address is None or not self._allowed(address):
                return Outcome(0)
            family = ip_address(address).version
            sent_from = await self._socket(endpoint.transport, family)
            if sent_from is None:
                return None
            began = time.monotonic()
            answer = await self._rpc.call(
                "tm.t_uac_wait",
                [
                    "OPTIONS",
                    *_target(endpoint, address),
                    sent_from,
                    _headers(endpoint, self._from_uri),
                ],
            )
        except (RpcUnavailable, _Unasked) as away:
            if isinstance(away, RpcUnavailable):
                self._sockets.clear()
            _log.debug("the edge cannot be asked to probe", reason=str(away))
            return None
        except RpcError:
            # Kamailio could not send: no route to that address, or no connection
            return Outcome(0)
        return Outcome(_status(answer), (time.monotonic() - began) * 1000)

    async def _socket(self, transport: str, family: int) -> str | None:
        """Kamailio's public socket for this transport and IP version; None where it has none."""
        if not self._sockets:
            try:
                self._sockets = _public(await self._rpc.call("corex.list_sockets"))
            except (RpcError, LookupError, TypeError, ValueError) as error:
                raise _Unasked(f"the edge does not name its sockets: {error}") from error
        return self._sockets.get((transport, family))

    async def _address(self, host: str) -> str | None:
        """The first address of the name; None when there is none, or no server says so in time."""
        try:
            return str(ip_address(host))
        except ValueError:
            pass
        began = threading.Event()

        def look_up() -> str | None:
            began.set()
            found = socket.getaddrinfo(host, None, type=socket.SOCK_DGRAM)
            return str(found[0][4][0]) if found else None

        try:
            async with asyncio.timeout(_LOOK_UP_SECONDS):
                return await asyncio.get_running_loop().run_in_executor(self._names, look_up)
        except TimeoutError:
            if began.is_set():
                return None
            raise _Unasked(f"{_LOOK_UPS} names are being looked up") from None
        except (OSError, UnicodeError):
            return None


def _public(listed: Any) -> dict[tuple[str, int], str]:
    """Of corex.list_sockets: those named "public..." in infra/kamailio/core.cfg."""
    found: dict[tuple[str, int], str] = {}
    for one in listed if isinstance(listed, list) else ():
        if not str(one["SOCKNAME"]).startswith("public"):
            continue
        host = str(one["ADDRLIST"]["ADDR"]).removeprefix("[").removesuffix("]")
        family = ip_address(host).version
        found[one["PROTO"], family] = endpoint_name(host, one["PORT"], one["PROTO"])
    return found


def _target(endpoint: ProbedEndpoint, address: str) -> tuple[str, str]:
    """Request URI with the host as the provider knows it, and the next hop as an address."""
    return _uri(endpoint), f"sip:{bracketed(address)}:{endpoint.port};transport={endpoint.transport}"


def _uri(endpoint: ProbedEndpoint) -> str:
    return f"sip:{bracketed(endpoint.host)}:{endpoint.port};transport={endpoint.transport}"


def _headers(endpoint: ProbedEndpoint, from_uri: str) -> SipHeaders:
    """tm adds the From tag. A Call-ID of its own for each probe."""
    lines = (
        f"From: <{from_uri}>",
        f"To: <{_uri(endpoint)}>",
        f"Call-ID: probe-{uuid.uuid4()}",
        "Max-Forwards: 70",
        "User-Agent: Keepline",
    )
    return SipHeaders("".join(f"{line}\r\n" for line in lines))


def _status(answer: Any) -> int:
    """tm.t_uac_wait answers [status, reason, message]."""
    first = answer[0] if isinstance(answer, list) and answer else answer
    try:
        return int(str(first).split()[0])
    except (ValueError, IndexError):
        return 0
