"""One hand-over: `connect`, the channel's headers, one `multiset`, `exit`.

Synchronous outbound socket of mod_event_socket (`socket HOST:PORT full`): the dialplan waits until the
conversation ends, whoever ends it. Commands are read by the switch byte by byte with a system call
each, and a command that holds `reload` or `unload` and `mod_event_socket` is replaced by that very
command (parse_command); a body is read as a whole and not looked at. So the values travel in the body.
"""

import asyncio
import logging
from collections.abc import Callable, Iterator, Mapping
from typing import Protocol, cast
from urllib.parse import unquote

from switchlink.esl.errors import EslError
from switchlink.esl.frames import FrameReader

log = logging.getLogger(__name__)

MOST_HEADER_BYTES = 512 * 1024  # a channel has some 10 KB; an SDP of 60 KB is 180 KB percent-encoded
MOST_HEADERS = 4096
MOST_BODY_BYTES = 4096  # of the notice that says goodbye
MOST_ANSWER_BYTES = 64 * 1024  # what the switch may say after the decision

Headers = Mapping[str, str]
Answer = Callable[[Headers], str | None]


class Decoded(Mapping[str, str]):
    """Percent-decodes what is asked for: of some 200 headers a decision reads twenty."""

    def __init__(self, headers: Headers) -> None:
        self._headers = headers

    def __getitem__(self, name: str) -> str:
        return unquote(self._headers[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self._headers)

    def __len__(self) -> int:
        return len(self._headers)


class Ends(Protocol):
    """Where conversations are counted."""

    def began(self, conversation: "Conversation") -> None: ...

    def ended_one(self, conversation: "Conversation", how: str) -> None: ...


class Conversation(asyncio.Protocol):
    """Calls `answer` at most once, with the channel's decoded headers; it gives the multiset's argument."""

    def __init__(self, answer: Answer, ends: Ends, deadline_seconds: float) -> None:
        self._answer = answer
        self._ends = ends
        self._deadline_seconds = deadline_seconds
        self._frames = FrameReader(
            max_headers=MOST_HEADER_BYTES, most_headers=MOST_HEADERS, max_body=MOST_BODY_BYTES
        )
        self._transport: asyncio.Transport | None = None
        self._deadline: asyncio.TimerHandle | None = None
        self._how = "gone"
        self._asked = False
        self._heard_after = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are no asyncio.Transport
        self._transport = stream = cast("asyncio.Transport", transport)
        loop = asyncio.get_running_loop()
        self._deadline = loop.call_later(self._deadline_seconds, self.drop, "late")
        stream.write(b"connect\n\n")
        self._ends.began(self)

    def data_received(self, data: bytes) -> None:
        if self._asked:
            self._heard_after += len(data)
            if self._heard_after > MOST_ANSWER_BYTES:
                self.drop("garbage")
            return
        try:
            for frame in self._frames.feed(data):
                if frame.content_type == "text/disconnect-notice":
                    self._leave("gone")
                else:
                    self._decide(frame.headers)
                return
        except EslError:
            self.drop("garbage")

    def connection_lost(self, exc: Exception | None) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
        self._ends.ended_one(self, self._how)

    def drop(self, how: str) -> None:
        """Ends it at once, without waiting for what the other side has still to read."""
        if not self._asked:
            self._how = how
            self._asked = True
        if self._transport is not None:
            self._transport.abort()

    def _decide(self, headers: Headers) -> None:
        channel = Decoded(headers)
        try:
            argument = self._answer(channel)
        except Exception:
            log.exception("no decision for the channel %s", channel.get("Unique-ID", "")[:64])
            self._leave("failed")
            return
        if argument is None:
            self._leave("left")
            return
        self._asked = True
        self._how = "decided"
        body = argument.encode()
        assert self._transport is not None
        self._transport.write(
            b"sendmsg\ncall-command: execute\nexecute-app-name: multiset\n"
            b"content-type: text/plain\ncontent-length: %d\n\n%bexit\n\n" % (len(body), body)
        )

    def _leave(self, how: str) -> None:
        self._asked = True
        self._how = how
        if self._transport is not None:
            self._transport.close()
