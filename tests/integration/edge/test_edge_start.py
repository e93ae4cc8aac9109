"""Kamailio as an operator starts it: by settings, and no leg goes where they say that it is our own."""

import json
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from edge_agent.settings import StartSettings
from edge_agent.start import kamailio_run
from servicekit.settings import WrongSetting
from servicekit.testing import until
from switchlink.kamailio_run import KamailioPorts
from switchlink.testing.free_ports import free_port
from switchlink.testing.running_edge import RunningEdge
from switchlink.testing.wire import SDP, Wire, request

REFUSED = "SIP/2.0 480 Address not allowed (leg_address_refused)"
UNREACHABLE = "SIP/2.0 480 Address cannot be reached (leg_unreachable)"


def settings_of(folder: Path, config: Path, ports: KamailioPorts) -> dict[str, str]:
    return {
        "KEEPLINE_NODE_ID": "edge1",
        "KEEPLINE_DATA_DIR": str(folder),
        "KEEPLINE_KAMAILIO__RUN_DIR": str(folder),
        "KEEPLINE_KAMAILIO__RPC_SOCKET": str(folder / "rpc.sock"),
        "KEEPLINE_KAMAILIO__RPC_URL": f"http://127.0.0.1:{ports.rpc}/RPC",
        "KEEPLINE_KAMAILIO__EVENTS": f"127.0.0.1:{ports.events}",
        "KEEPLINE_EDGE__CONFIG": str(config),
        "KEEPLINE_EDGE__PUBLIC": f"127.0.0.1:{ports.public}",
        "KEEPLINE_EDGE__INNER": f"127.0.0.1:{ports.inner}",
        "KEEPLINE_EDGE__WORKERS": "2",
        "KEEPLINE_ADDRESSES__ALLOW": json.dumps(["127.0.0.0/8"]),
        "KEEPLINE_ADDRESSES__OWN": json.dumps(["127.0.9.0/24", "11.0.0.7", "sip.keepline.test"]),
    }


@pytest.fixture
def folder(shared_config: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="keepline-edge-"))  # a unix socket's path is short
    ports = KamailioPorts(*(free_port("127.0.0.1") for _ in range(4)))
    for name, value in settings_of(made, shared_config, ports).items():
        monkeypatch.setenv(name, value)
    yield made
    shutil.rmtree(made)


@pytest.fixture
async def started(folder: Path) -> AsyncIterator[RunningEdge]:
    edge = RunningEdge(kamailio_run(StartSettings()), {})  # type: ignore[call-arg]
    edge._argv = [sys.executable, "-m", "edge_agent.start"]
    await edge.start()
    yield edge
    await edge.stop()


async def test_an_address_that_settings_call_our_own_is_no_leg(started: RunningEdge) -> None:
    switch = await Wire.open()
    await started.load({}, {}, [switch.peer])
    wanted = {
        "127.0.9.1": REFUSED,
        "11.0.0.7": REFUSED,
        "8.8.8.8": UNREACHABLE,
        "11.0.0.8": UNREACHABLE,
        "10.0.0.1": REFUSED,
    }
    for host, answer in wanted.items():
        switch.send(request("INVITE", f"sip:bot@{host}", switch, body=SDP), started.inner)
        while (heard := await switch.receive()).status <= 100:
            continue
        switch.forget()
        assert (host, heard.start) == (host, answer)
    agent = await Wire.open("127.0.2.1")
    switch.send(request("INVITE", f"sip:bot@{agent.at}", switch, body=SDP), started.inner)
    assert await agent.receive("INVITE")
    agent.close()
    switch.close()


async def test_what_kamailio_says_is_one_json_line_whatever_a_stranger_calls_his_call(
    started: RunningEdge,
) -> None:
    hostile = '1"},{"level":"error"\\}<script>:@x'
    stranger = await Wire.open("127.0.66.6")
    uri = f"sip:+15550100@{started.run.public_host}"
    stranger.send(request("REGISTER", uri, stranger, call_id=hostile), started.public)
    await stranger.receive()
    stranger.close()

    def told() -> list[dict[str, Any]]:
        lines = [json.loads(line) for line in started.log.read_text().splitlines()]
        return [line for line in lines if line.get("sip_call_id") == hostile]

    await until(told)
    (line,) = told()
    assert line["event"].startswith("refused REGISTER from 127.0.66.6:")
    assert (line["level"], line["service"], line["module"]) == ("info", "edge", "kamailio")


def test_settings_of_agent_and_kamailio_that_do_not_fit_are_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KEEPLINE_KAMAILIO__RPC_SOCKET", str(folder / "another.sock"))
    with pytest.raises(WrongSetting) as wrong:
        kamailio_run(StartSettings())  # type: ignore[call-arg]
    assert wrong.value.name == "KEEPLINE_KAMAILIO__RPC_SOCKET"
