"""Runs the sippy stack on an asyncio loop: its sockets, its timers, its transactions.

sippy brings threads and an event loop of its own. Both are replaced here: datagrams are read and written by
asyncio, its timers are ticked by asyncio, so that one thread carries everything and a reply leaves at once.
Nothing that a datagram holds ends the process; what sippy cannot digest is answered 400 or dropped.
"""

import asyncio
import heapq
import logging
import socket
from collections.abc import Callable
from typing import Any

from sippy.Core.EventDispatcher import ED2
from sippy.Network_server import Network_server, Remote_address
from sippy.SipConf import SipConf
from sippy.SipTransactionManager import SipTransactionManager
from sippy.Time.MonoTime import MonoTime
from sippy.Time.Timeout import Timeout
from sippy.Udp_server import Udp_server_opts

from switchlink.devswitch.legs import Peer

from .wire import MAX_DATAGRAM, NotSip, text_of

TICK_SECONDS = 0.02
_AT_ONCE = 64
_log = logging.getLogger("devswitch.sip")

Answer = tuple[Any, Any, Any] | None


class _UdpSocket(Network_server):  # type: ignore[misc]  # sippy has no types
    transport = "udp"

    def __init__(self, _config: object, options: Any) -> None:
        super().__init__(options)
        self._loop = asyncio.get_running_loop()
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._socket.bind(options.laddress)
        self._loop.add_reader(self._socket, self._readable)

    def send_to(self, data: bytes | str, address: Peer, delayed: bool = False) -> None:
        payload = data if isinstance(data, bytes) else data.encode()
        try:
            socket.inet_aton(address[0])  # a name would be looked up, and the loop would wait for it
            self._socket.sendto(payload, address)
        except OSError as error:
            _log.warning("nothing could be sent to %s:%s: %s", *address, error)

    def _readable(self) -> None:
        for _ in range(_AT_ONCE):
            try:
                data, peer = self._socket.recvfrom(MAX_DATAGRAM + 1)
            except OSError:
                return
            self._take(data, peer)

    def _take(self, data: bytes, peer: Peer) -> None:
        try:
            text = text_of(data)
            self.uopts.data_callback(text, Remote_address(peer, "udp"), self, MonoTime())
        except NotSip as error:
            _log.warning("%s from %s:%s was dropped", error, *peer)
        except Exception as error:
            _log.warning("a datagram from %s:%s could not be read: %r", *peer, error)

    def shutdown(self) -> None:
        self._loop.remove_reader(self._socket)
        self._socket.close()
        self.uopts.data_callback = None

    def join(self) -> None:
        """No threads here."""


class _Transactions(SipTransactionManager):  # type: ignore[misc]
    model_udp_server = (_UdpSocket, Udp_server_opts)
    given_up_after = 32.0
    """Seconds: 64 times T1 (RFC 3261, 13.3.1.4)."""

    def sendResponse(self, resp: Any, t: Any = None, *args: Any, **options: Any) -> None:
        t = t or self.tserver[resp.getTId(wBRN=True)]
        super().sendResponse(resp, t, *args, **options)
        if t.teD is not None:
            t.teD.cancel()
            t.teD = Timeout(self.timerD, self.given_up_after, 1, t)

    def newTransaction(self, msg: Any, *args: Any, **options: Any) -> Any:
        """A Contact or Route may say UDP in capitals, which sippy takes for a transport that it lacks."""
        address, _ = msg.getTarget()
        msg.setTarget((address, "udp"))
        return super().newTransaction(msg, *args, **options)

    def incomingResponse(self, msg: Any, t: Any, checksum: Any) -> None:
        """ACK to a refusal goes where the INVITE went (RFC 3261 17.1.1.3), whatever Contact it carries."""
        if msg.getSCode()[0] >= 300:  # noqa: PLR2004
            msg.delHFs("contact")
            msg.delHFs("record-route")
        super().incomingResponse(msg, t, checksum)


class _NoLog:
    def write(self, *_args: object, **_options: object) -> None:
        """sippy logs every message; devswitch does not."""


class SipStack:
    def __init__(
        self, address: Peer, on_request: Callable[[Any, Any], Answer], given_up_after: float
    ) -> None:
        """`on_request` gets what belongs to no leg that we know; `given_up_after`: seconds without an ACK."""
        self.address = address
        SipConf.my_uaname = "Keepline devswitch"
        SipConf.autoconvert_tel_url = True
        self.config: dict[str, Any] = {
            "_sip_address": address[0],
            "_sip_port": address[1],
            "_sip_logger": _NoLog(),
        }
        self._loop = asyncio.get_running_loop()
        self.transactions = _Transactions(self.config, on_request)
        self.transactions.given_up_after = given_up_after
        self.config["_sip_tm"] = self.transactions
        self._timer = self._loop.call_later(TICK_SECONDS, self._tick)

    def close(self) -> None:
        self._timer.cancel()
        self.transactions.shutdown()

    def _tick(self) -> None:
        self._timer = self._loop.call_later(TICK_SECONDS, self._tick)
        ED2.last_ts = MonoTime()
        ED2.dispatchTimers()
        if ED2.twasted * 2 > len(ED2.tlisteners):
            ED2.tlisteners = [timer for timer in ED2.tlisteners if timer.cb_func is not None]
            heapq.heapify(ED2.tlisteners)
            ED2.twasted = 0
