"""The `api` commands that we use; each gets the rest of its line and gives the text of its answer."""

from collections.abc import Awaitable, Callable
from xml.sax.saxutils import escape

import orjson

from switchlink.devswitch.causes import NUMBERS
from switchlink.devswitch.channel import Channel
from switchlink.devswitch.channel_headers import headers_of, media_of, row_of
from switchlink.devswitch.dialplan.dial_string import Unreadable
from switchlink.devswitch.dialplan.dial_string import parse as parse_originate
from switchlink.devswitch.dialplan.originate import originate
from switchlink.devswitch.switch import ENTRY, PROFILE, Switch

_NO_CHANNEL = "-ERR No such channel!\n"
_UNDEFINED = "_undef_"


class Commands:
    def __init__(self, switch: Switch) -> None:
        self._switch = switch
        self._known: dict[str, Callable[[str], str]] = {
            "status": self._status,
            "uptime": lambda _: f"{int(switch.uptime)}\n",
            "echo": lambda text: text,
            "global_getvar": lambda name: switch.events.core_uuid if name == "core_uuid" else "",
            "show": self._show,
            "sofia": self._sofia,
            "uuid_exists": lambda uuid: "true" if uuid in switch.channels else "false",
            "uuid_getvar": self._getvar,
            "uuid_setvar": self._setvar,
            "uuid_setvar_multi": self._setvar_multi,
            "uuid_dump": self._dump,
            "uuid_transfer": self._transfer,
            "uuid_kill": self._kill,
            "uuid_set_media_stats": self._media_stats,
            "hash": switch.hashes.hash,
            "hash_dump": switch.hashes.dump,
            "fsctl": self._control,
        }
        self._slow: dict[str, Callable[[str], Awaitable[str]]] = {"originate": self._originate}

    async def run(self, line: str) -> str:
        name, _, rest = line.strip().partition(" ")
        if name in self._slow:
            return await self._slow[name](rest)
        known = self._known.get(name)
        if known is None:
            return f"-ERR {name} Command not found!\n"
        return known(rest) or "-ERR no reply\n"

    def _on_channel(self, text: str, then: Callable[[Channel, str], str]) -> str:
        uuid, _, rest = text.partition(" ")
        channel = self._switch.channels.get(uuid)
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
        return self._on_channel(text, lambda channel, _: orjson.dumps(headers_of(channel)).decode())

    def _transfer(self, text: str) -> str:
        def go(channel: Channel, rest: str) -> str:
            destination, _, more = rest.partition(" ")
            context = more.partition(" ")[2] or ENTRY
            self._switch.transfer(channel, destination, context)
            return "+OK\n"

        return self._on_channel(text, go)

    def _kill(self, text: str) -> str:
        def end(channel: Channel, cause: str) -> str:
            channel.hang_up(cause if cause in NUMBERS else "NORMAL_CLEARING")
            return "+OK\n"

        return self._on_channel(text, end)

    def _media_stats(self, text: str) -> str:
        def note(channel: Channel, _: str) -> str:
            channel.variables |= media_of(channel.conversation)
            return "+OK\n"

        return self._on_channel(text, note)

    def _control(self, text: str) -> str:
        if text == "pause_check inbound":
            return "true" if self._switch.paused else "false"
        if text not in ("pause inbound", "resume inbound"):
            return "-USAGE: pause inbound|resume inbound|pause_check inbound\n"
        self._switch.paused = text.startswith("pause")
        return "+OK\n"

    def _show(self, text: str) -> str:
        rows = [row_of(channel) for channel in self._switch.channels.values()]
        if text == "channels as json":
            return orjson.dumps({"row_count": len(rows)} | ({"rows": rows} if rows else {})).decode()
        if text in ("channels count", "calls count"):
            return f"{len(rows)} total.\n"
        return "-USAGE: channels as json|channels count\n"

    def _status(self, _: str) -> str:
        switch = self._switch
        return (
            f"UP 0 years, 0 days, {int(switch.uptime)} seconds\ndevswitch is ready\n"
            f"{switch.total} session(s) since startup\n"
            f"{len(switch.channels)} session(s) - peak {switch.peak}\n"
        )

    def _sofia(self, text: str) -> str:
        address = escape("{}:{}".format(*self._switch.address))
        if text == "xmlstatus":
            return (
                f'<?xml version="1.0" encoding="ISO-8859-1"?>\n<profiles>\n<profile>\n'
                f"<name>{PROFILE}</name>\n"
                f"<type>profile</type>\n<data>sip:mod_sofia@{address}</data>\n"
                f"<state>RUNNING ({len(self._switch.channels)})</state>\n</profile>\n</profiles>\n"
            )
        if text.startswith(f"xmlstatus profile {PROFILE}"):
            about = f"<name>{PROFILE}</name><url>{address}</url>"
            return f"<profile><profile-info>{about}</profile-info></profile>\n"
        return "-ERR only xmlstatus\n"

    async def _originate(self, text: str) -> str:
        try:
            return await originate(self._switch, parse_originate(text))
        except Unreadable as unreadable:
            return f"-ERR {unreadable}\n"


def _assign(channel: Channel, name: str, value: str) -> None:
    """An empty value takes the variable away; one that would be expanded again is not taken."""
    if not value:
        channel.variables.pop(name, None)
    elif "${" not in value:
        channel.variables[name] = value
