"""infra/freeswitch itself: who may speak to the switch, and that it starts without sip-config.

Over a real FreeSWITCH only: devswitch reads no configuration.
"""

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from harness.until import until
from switchlink.esl import CommandRefused, EslLink
from switchlink.freeswitch import find_freeswitch
from switchlink.testing.free_ports import free_port
from switchlink.testing.sip_phone import Phone
from switchlink.testing.sip_request import ask
from switchlink.testing.switch_process import RunningSwitch, running_switch

CONFIGURATION = Path(__file__).parents[3] / "infra" / "freeswitch"
NOBODY_SAYS = 503  # a call that was let in, and no router to ask
NOWHERE = ("127.0.0.1", 9)
PASSWORD = "0123456789abcdef"
ENVIRONMENT = "KEEPLINE_FREESWITCH_"

pytestmark = pytest.mark.skipif(
    find_freeswitch() is None, reason="no FreeSWITCH here: neither FREESWITCH_BIN nor PATH names one"
)

ONLY_LOOPBACK_2 = """<?xml version="1.0"?>
<document type="freeswitch/xml"><section name="configuration">
<configuration name="acl.conf"><network-lists>
<list name="edges" default="deny"><node type="allow" cidr="127.0.0.2/32"/></list>
</network-lists></configuration></section></document>
"""
NOT_FOUND = """<?xml version="1.0"?>
<document type="freeswitch/xml"><section name="result"><result status="not found"/></section></document>
"""


@asynccontextmanager
async def _switch(folder: Path, **environment: str) -> AsyncIterator[RunningSwitch]:
    given = {ENVIRONMENT + name: value for name, value in environment.items()}
    async with running_switch("freeswitch", CONFIGURATION, folder, NOWHERE, environment=given) as switch:
        yield switch


async def _first_status(phone: Phone, switch: RunningSwitch, number: str = "+4930123456") -> int:
    call = await phone.call(number, switch.sip)
    return (await asyncio.wait_for(call.final, 10)).status


async def _is_set(link: EslLink, name: str) -> bool:
    try:
        return bool((await link.api("global_getvar", name)).strip())
    except CommandRefused:
        return False


@pytest.fixture(scope="module")
async def guarded(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningSwitch]:
    """Lets in 127.0.0.1 alone."""
    async with _switch(tmp_path_factory.mktemp("guarded"), EDGE_CIDR="127.0.0.1/32") as switch:
        yield switch


async def test_a_call_from_a_stranger_is_refused_and_not_challenged(guarded: RunningSwitch) -> None:
    stranger = await Phone.open("127.0.66.1")
    assert await _first_status(stranger, guarded) == 403
    stranger.close()


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.66.1"])
@pytest.mark.parametrize("method", ["REGISTER", "SUBSCRIBE", "PUBLISH", "NOTIFY", "REFER"])
async def test_what_is_no_call_is_refused(guarded: RunningSwitch, method: str, host: str) -> None:
    assert (await ask(host, method, guarded.sip)).status >= 400


async def test_a_message_to_the_api_runs_nothing(guarded: RunningSwitch) -> None:
    """Sofia takes any MESSAGE (202) and asks the modules that handle chat: none is loaded."""
    async with guarded.link() as link:
        await link.wait_connected()
        await ask("127.0.0.1", "MESSAGE", guarded.sip, "api", "global_setvar keepline_was_here yes")
        assert not await _is_set(link, "keepline_was_here")


async def test_a_probe_is_answered(guarded: RunningSwitch) -> None:
    assert (await ask("127.0.0.1", "OPTIONS", guarded.sip)).status == 200


async def test_only_what_is_used_is_loaded(guarded: RunningSwitch) -> None:
    async with guarded.link() as link:
        await link.wait_connected()
        for module in ("mod_xml_rpc", "mod_verto", "mod_sms", "mod_voicemail", "mod_xml_curl", "mod_lua"):
            assert (await link.api("module_exists", module)).strip() == "false"
        assert (await link.api("module_exists", "mod_sofia")).strip() == "true"


async def test_nothing_inside_a_value_is_run(guarded: RunningSwitch) -> None:
    carrier = await Phone.open()
    async with guarded.link() as link:
        await link.wait_connected()
        assert await _first_status(carrier, guarded, "${global_setvar(keepline_ran=yes)}") == NOBODY_SAYS
        assert not await _is_set(link, "keepline_ran")
    carrier.close()


async def test_the_password_is_readable_by_the_owner_alone(guarded: RunningSwitch) -> None:
    files = [path for path in guarded.log.parent.rglob("*") if path.is_file()]
    holding = [path for path in files if guarded.password.encode() in path.read_bytes()]
    assert [path for path in holding if path.stat().st_mode & 0o077] == []


class SipConfig:
    """Serves one access list to whoever knows the password, as sip-config does."""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        fields = dict(line.lower().split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
        form = parse_qs((await reader.readexactly(int(fields.get("content-length", "0")))).decode())
        expected = "basic " + base64.b64encode(f"switch:{PASSWORD}".encode()).decode()
        known = fields.get("authorization") == expected.lower()
        wanted = form.get("key_value", [""])[0]
        body = ONLY_LOOPBACK_2 if known and wanted == "acl.conf" else NOT_FOUND
        writer.write(f"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: {len(body)}\r\n".encode())
        writer.write(b"Connection: close\r\n\r\n" + body.encode())
        writer.close()


def _asking(port: int) -> dict[str, str]:
    url = f"http://127.0.0.1:{port}/switch/v1/xml"
    return {"XML_CURL": "on", "XML_CURL_URL": url, "XML_CURL_PASSWORD": PASSWORD}


async def test_the_list_of_edges_comes_from_sip_config_when_it_is_there(tmp_path: Path) -> None:
    config = SipConfig()
    server = await asyncio.start_server(config.serve, "127.0.0.1", 0)
    here, there = [await Phone.open(host) for host in ("127.0.0.1", "127.0.0.2")]
    given = _asking(server.sockets[0].getsockname()[1])
    async with _switch(tmp_path, **given) as switch, switch.link() as link:
        await link.wait_connected()
        await until(lambda: _allows(link, "127.0.0.2"), what="the list of sip-config")
        assert not await _allows(link, "127.0.0.1")
        assert await _first_status(here, switch) == 403
        assert await _first_status(there, switch) == NOBODY_SAYS
    server.close()
    here.close()
    there.close()


async def _allows(link: EslLink, address: str) -> bool:
    """Of sip-config's list: the one in the repository holds all of loopback."""
    both = [(await link.api("acl", one, "edges")).strip() for one in (address, "127.0.66.1")]
    return both == ["true", "false"]


async def test_a_switch_starts_and_carries_calls_without_sip_config(tmp_path: Path) -> None:
    phone = await Phone.open()
    given = _asking(free_port("127.0.0.1"))
    async with _switch(tmp_path, **given) as switch:
        assert await _first_status(phone, switch) == NOBODY_SAYS
    phone.close()
