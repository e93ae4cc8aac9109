"""The `api` commands that we use; each gets the rest of its line and gives the text of its answer."""

import time
from collections.abc import Awaitable, Callable
from xml.sax.saxutils import escape

import orjson

from .calls import Calls
from .causes import KNOWN
from .channel import CORE_UUID, Channel
from .originate import Refused, originate

_NO_CHANNEL = "-ERR No such channel!\n"
_NEW_VALUES = 2
_UNDEFINED = "_undef_"


class Commands:
    def __init__(self, calls: Calls, address: str) -> None:
        self._calls = calls
        self._address = address
        self._began = time.monotonic()
        self._known: dict[str, Callable[[str], str]] = {
            "status": lambda _: f"UP 0 years, 0 days; {len(calls.channels)} session(s)\ndevswitch is ready\n",
            "uptime": lambda _: f"{int(time.monotonic() - self._began)}\n",
            "echo": lambda text: text,
            "global_getvar": lambda name: CORE_UUID if name == "core_uuid" else "",
            "show": self._show,
            "sofia": self._sofia,
            "uuid_exists": lambda uuid: "true" if uuid in calls.channels else "false",
            "uuid_getvar": self._getvar,
            "uuid_setvar": self._setvar,
            "uuid_setvar_multi": self._setvar_multi,
            "uuid_dump": self._dump,
            "uuid_transfer": self._transfer,
            "uuid_kill": self._kill,
        }
        self._slow: dict[str, Callable[[str], Awaitable[str]]] = {"originate": self._originate}

    async def run(self, line: str) -> str:
        name, _, rest = line.strip().partition(" ")
        if name in self._slow:
            return await self._slow[name](rest)
        known = self._known.get(name)
        return known(rest) if known else f"-ERR {name} Command not found!\n"

    def _on_channel(self, text: str, then: Callable[[Channel, str], str]) -> str:
        uuid, _, rest = text.partition(" ")
        channel = self._calls.channels.get(uuid)
        return _NO_CHANNEL if channel is None else then(channel, rest)

    def _getvar(self, text: str) -> str:
        return self._on_channel(text, lambda channel, name: channel.variables.get(name, _UNDEFINED))

    def _setvar(self, text: str) -> str:
        def put(channel: Channel, rest: str) -> str:
            name, _, value = rest.partition(" ")
            _assign(channel, name, value)
            return "+OK\n"

        return self._on_channel(text, put)

    def _setvar_multi(self, text: str) -> str:
        def put(channel: Channel, rest: str) -> str:
            for pair in rest.split(";"):
                _assign(channel, *pair.partition("=")[::2])
            return "+OK\n"

        return self._on_channel(text, put)

    def _dump(self, text: str) -> str:
        return self._on_channel(text, lambda channel, _: orjson.dumps(channel.headers()).decode())

    def _transfer(self, text: str) -> str:
        def go(channel: Channel, rest: str) -> str:
            self._calls.transfer(channel, rest.split(" ", maxsplit=1)[0])
            return "+OK\n"

        return self._on_channel(text, go)

    def _kill(self, text: str) -> str:
        def end(channel: Channel, cause: str) -> str:
            self._calls.kill(channel, cause if cause in KNOWN else "NORMAL_CLEARING")
            return "+OK\n"

        return self._on_channel(text, end)

    def _show(self, text: str) -> str:
        rows = [channel.row() for channel in self._calls.channels.values()]
        if text == "channels as json":
            return orjson.dumps({"row_count": len(rows)} | ({"rows": rows} if rows else {})).decode()
        if text in ("channels count", "calls count"):
            return f"{len(rows)} total.\n"
        return "-USAGE: channels as json|channels count\n"

    def _sofia(self, text: str) -> str:
        if text == "xmlstatus":
            return (
                '<?xml version="1.0" encoding="ISO-8859-1"?>\n<profiles>\n<profile>\n<name>inner</name>\n'
                f"<type>profile</type>\n<data>sip:mod_sofia@{escape(self._address)}</data>\n"
                f"<state>RUNNING ({len(self._calls.channels)})</state>\n</profile>\n</profiles>\n"
            )
        if text.startswith("xmlstatus profile inner"):
            url = escape(self._address)
            return f"<profile><profile-info><name>inner</name><url>{url}</url></profile-info></profile>\n"
        return "-ERR only xmlstatus\n"

    async def _originate(self, text: str) -> str:
        try:
            return f"+OK {await originate(self._calls, text)}\n"
        except Refused as refused:
            return f"-ERR {refused}\n"


def _assign(channel: Channel, name: str, value: str) -> None:
    """An empty value takes the variable away; one that would be expanded again is not taken."""
    if not value:
        channel.variables.pop(name, None)
    elif "${" not in value:
        channel.variables[name] = value
