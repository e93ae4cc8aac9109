"""One connection to a switch: greenswitch's InboundESL with its faults mended.

The only file that names greenswitch, which has no types. Kept from it: the greeting, the password
and the order of answers. Replaced: framing (bounded, JSON events), sending (whole, one line, with a
deadline) and ending (whatever waits is told). An object lives as long as its connection, because
InboundESL cannot connect twice. Everything here runs in the hub's thread.
"""

import logging
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from socket import socket
from typing import Protocol

import gevent
from gevent.event import AsyncResult, Event
from greenswitch import InboundESL

from .command import single_line
from .errors import AuthenticationFailed, CommandTimeout, EslError, NotConnected, ProtocolViolation
from .event import EslEvent, event_from_json
from .frames import Frame, FrameReader
from .tcp import close_socket, open_socket

log = logging.getLogger(__name__)

Address = tuple[str, int]
Only = Sequence[tuple[str, str]]
Spawn = Callable[[Callable[[], None]], None]
Answered = Callable[["Frame | EslError"], None]

READ_BYTES = 64 * 1024


class Sink(Protocol):
    def on_event(self, event: EslEvent) -> None: ...

    def on_log(self, text: str) -> None: ...

    def on_closed(self, reason: EslError) -> None: ...


class Connection(InboundESL):  # type: ignore[misc]  # greenswitch has no types
    def __init__(
        self,
        address: Address,
        password: str,
        sink: Sink,
        spawn: Spawn,
        timeout: float,
        *,
        gather_seconds: float = 0.0,
    ) -> None:
        """`gather_seconds`: after a read, what comes is left in the socket so long and then read at once."""
        super().__init__(*address, single_line(password, "the password"), timeout)
        self._sink = sink
        self._spawn = spawn
        self._gather_seconds = gather_seconds
        self.sock: socket | None = None
        self._waiting: deque[Answered] = deque()
        self._outgoing = bytearray()
        self._something_to_send = Event()
        self._closed_by: EslError | None = None

    def connect(self) -> None:
        """Raises NotConnected, AuthenticationFailed or ProtocolViolation; never leaves half a connection."""
        self.sock = sock = open_socket(self.host, self.port, self.timeout)
        if self._closed_by is not None:
            close_socket(sock)
            raise self._closed_by
        self.connected = True
        self._spawn(partial(self._read, sock))
        self._spawn(partial(self._write, sock))
        if not self._auth_request_event.wait(self.timeout):
            self.drop(NotConnected(f"{self.host}:{self.port} said nothing within {self.timeout:g} s"))
        if self._closed_by is not None:
            raise self._closed_by
        try:
            self.authenticate()
        except ValueError as error:
            self.drop(AuthenticationFailed(f"{self.host}:{self.port} refused the password"))
            raise AuthenticationFailed(f"{self.host}:{self.port} refused the password") from error

    def subscribe(self, events: Sequence[str], only: Only = ()) -> None:
        """Of these events those alone that have one of `only`, a header and its value; () is all of them."""
        for header, value in only:
            self._accepted(f"filter {single_line(header, 'a header')} {single_line(value, 'its value')}")
        names = " ".join(single_line(name, "the name of an event") for name in events)
        self._accepted(f"event json {names}")
        # Only the log says that the switch dropped events for us. One that has no log loses none.
        self.send("log crit")

    def _accepted(self, command: str) -> None:
        reply = self.send(command).headers["Reply-Text"]
        if not reply.startswith("+OK"):
            self.drop(NotConnected(f"the switch refused the subscription: {reply}"))
            raise NotConnected(f"the switch refused the subscription: {reply}")

    def send(self, data: str) -> Frame:
        """Inside a greenlet: send and wait for the answer."""
        result: AsyncResult[Frame | EslError] = AsyncResult()
        answer: Frame | EslError | None
        self.submit(data, result.set)
        try:
            answer = result.get(timeout=self.timeout)
        except gevent.Timeout:
            self.drop(CommandTimeout(f"no answer to {data.partition(' ')[0]} within {self.timeout:g} s"))
            answer = self._closed_by
        if isinstance(answer, Frame):
            return answer
        raise answer or NotConnected("the connection ended")

    def submit(self, text: str, answered: Answered) -> None:
        """Never waits. `answered` is called exactly once, now or later."""
        if not self.connected:
            answered(NotConnected(str(self._closed_by or "not connected")))
            return
        self._waiting.append(answered)
        self._outgoing += text.encode() + b"\n\n"
        self._something_to_send.set()

    def _read(self, sock: socket) -> None:
        reader = FrameReader()
        try:
            while data := sock.recv(READ_BYTES):
                for frame in reader.feed(data):
                    self.handle_event(frame)
                # A socket that always has data would keep the writer out for ever.
                gevent.sleep(self._gather_seconds if len(data) < READ_BYTES else 0)
            reader.finish()
            self.drop(NotConnected("the switch closed the connection"))
        except EslError as error:
            self.drop(error)
        except OSError as error:
            self.drop(NotConnected(f"the connection broke: {error}"))
        finally:
            # Whatever ended the reading: a connection that nobody reads must not look alive.
            self.drop(NotConnected("nobody reads this connection any more"))

    def handle_event(self, event: Frame) -> None:
        kind = event.content_type
        if kind == "text/event-json":
            self._sink.on_event(event_from_json(event.body))
        elif kind in ("command/reply", "api/response"):
            self._answer(event)
        elif kind == "auth/request":
            self._auth_request_event.set()
        elif kind == "log/data":
            self._sink.on_log(event.text)
        elif kind == "text/rude-rejection":
            self.drop(NotConnected(f"the switch does not allow this address: {event.text.strip()}"))
        elif kind == "text/disconnect-notice":
            self.drop(NotConnected("the switch said goodbye"))
        else:
            log.debug("the switch sent %s, which nobody asked for", kind)

    def drop(self, reason: EslError) -> None:
        """End the connection; whoever waits for an answer is told why. The first reason stays."""
        if self._closed_by is not None:
            return
        self._closed_by = reason
        self.connected = False
        self._auth_request_event.set()
        self._something_to_send.set()
        if self.sock is not None:
            close_socket(self.sock)
        self._sink.on_closed(reason)
        while self._waiting:
            self._waiting.popleft()(reason)

    def _answer(self, frame: Frame) -> None:
        if frame.content_type == "command/reply" and "Reply-Text" not in frame.headers:
            raise ProtocolViolation("a reply without Reply-Text")
        if not self._waiting:
            raise ProtocolViolation("an answer to a command that was not sent")
        self._waiting.popleft()(frame)

    def _write(self, sock: socket) -> None:
        try:
            while self.connected:
                self._something_to_send.wait()
                self._something_to_send.clear()
                data, self._outgoing = self._outgoing, bytearray()
                sock.sendall(data)
        except OSError as error:
            self.drop(NotConnected(f"the connection broke: {error}"))
        finally:
            self.drop(NotConnected("nobody writes to this connection any more"))
