"""Events: what happens in the switch, told to whoever asked for it by name.

Every event is counted in Event-Sequence, asked for or not, as in FreeSWITCH; its headers are put
together only when somebody listens. A header's value is text, so a newline in it forges nothing.
"""

import json
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Protocol
from urllib.parse import quote

from switchlink.devswitch.legs import Peer

Headers = Mapping[str, str]
ALL = "ALL"


@dataclass(frozen=True)
class Event:
    headers: Headers
    body: str = ""

    @property
    def name(self) -> str:
        return self.headers["Event-Name"]

    @cached_property
    def as_json(self) -> bytes:
        document = dict(self.headers)
        if self.body:
            document |= {"Content-Length": str(len(self.body.encode())), "_body": self.body}
        return json.dumps(document, ensure_ascii=False).encode("utf-8", "replace")

    @cached_property
    def as_plain(self) -> bytes:
        lines = [f"{name}: {quote(value)}\n" for name, value in self.headers.items()]
        if self.body:
            lines.append(f"Content-Length: {len(self.body.encode())}\n")
        return ("".join(lines) + "\n" + self.body).encode("utf-8", "replace")


class Listener(Protocol):
    def wants(self, name: str, subclass: str) -> bool: ...

    def take(self, event: Event) -> None: ...


class Events:
    def __init__(self, address: Peer) -> None:
        self.core_uuid = str(uuid.uuid4())
        self.sequence = 0
        self._address = address
        self._listeners: list[Listener] = []

    def join(self, listener: Listener) -> None:
        self._listeners.append(listener)

    def leave(self, listener: Listener) -> None:
        if listener in self._listeners:
            self._listeners.remove(listener)

    def fire(self, name: str, headers: Callable[[], Headers], body: str = "", *, subclass: str = "") -> None:
        self.sequence += 1
        listeners = [listener for listener in self._listeners if listener.wants(name, subclass)]
        if listeners:
            event = Event({**self.about(name), **headers()}, body)
            for listener in listeners:
                listener.take(event)

    def about(self, name: str) -> dict[str, str]:
        now = time.time()
        moment = datetime.fromtimestamp(now, UTC)
        return {
            "Event-Name": name,
            "Core-UUID": self.core_uuid,
            "FreeSWITCH-Hostname": "devswitch",
            "FreeSWITCH-Switchname": "devswitch",
            "FreeSWITCH-IPv4": self._address[0],
            "FreeSWITCH-IPv6": "::1",
            "Event-Date-Local": f"{moment.astimezone():%Y-%m-%d %H:%M:%S}",
            "Event-Date-GMT": f"{moment:%a, %d %b %Y %H:%M:%S GMT}",
            "Event-Date-Timestamp": str(int(now * 1_000_000)),
            "Event-Calling-File": "devswitch",
            "Event-Calling-Function": "fire",
            "Event-Calling-Line-Number": "1",
            "Event-Sequence": str(self.sequence),
        }
