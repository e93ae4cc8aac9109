"""The switch's events: numbered, stamped, and given to every listener that asked for their name."""

import time
from collections.abc import Callable, Mapping

import orjson

from .channel import CORE_UUID, Channel, microseconds

Listener = Callable[[str, bytes], None]


class EventBus:
    def __init__(self) -> None:
        self._listeners: list[Listener] = []
        self._sequence = 0

    def add(self, listener: Listener) -> None:
        self._listeners.append(listener)

    def remove(self, listener: Listener) -> None:
        self._listeners.remove(listener)

    def channel(self, name: str, channel: Channel, more: Mapping[str, str] | None = None) -> None:
        self.fire(name, {**channel.headers(), **(more or {})})

    def fire(self, name: str, headers: Mapping[str, str], body: str = "") -> None:
        self._sequence += 1
        now = time.time()
        event = {
            "Event-Name": name,
            "Core-UUID": CORE_UUID,
            "FreeSWITCH-Hostname": "devswitch",
            "Event-Date-Timestamp": str(microseconds()),
            "Event-Date-GMT": time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(now)),
            "Event-Sequence": str(self._sequence),
            **headers,
        }
        if body:
            event |= {"Content-Length": str(len(body.encode())), "_body": body}
        payload = orjson.dumps(event)
        for listener in list(self._listeners):
            listener(name, payload)
