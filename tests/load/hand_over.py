"""What asking a router costs in the switch: from INVITE at the switch to INVITE at the edge.

    FREESWITCH_BIN=... .venv/bin/python tests/load/hand_over.py [--rate 20] [--seconds 10] [--rounds 3]

One FreeSWITCH carries both, in turns: a static dialplan that bridges every call, and ours with a router that
decides at once, in this process (so its own decision is not in the figure; see post_dial_delay.py). Each
call is given up when the agent's INVITE has come.
"""

import argparse
import asyncio
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from harness.components.switch import CONFIGURATION
from switchlink.esl import EslLink
from switchlink.freeswitch import find_freeswitch
from switchlink.handover import HandOverServer
from switchlink.testing.desk import CALL_ID, leg
from switchlink.testing.free_ports import free_port
from switchlink.testing.sip_phone import Behaviour, Phone
from switchlink.testing.switch_process import RunningSwitch, running_switch

STATIC = """<include>
  <context name="keepline">
    <extension name="static">
      <condition>
        <action application="set" data="hangup_after_bridge=true"/>
        <action application="set" data="sip_copy_custom_headers=false"/>
        <action application="bridge" data="[{quiet}]sofia/inner/{uri};fs_path=sip:$${{keepline_edge}}"/>
      </condition>
    </extension>
  </context>
</include>
"""
QUIET = "leg_timeout=20,sip_copy_custom_headers=false,sip_auth_username=none,sip_auth_password=none"
DECISION = "A" * 600  # as long as that of a plan with three legs


async def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rate", type=float, default=20)
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    if find_freeswitch() is None:
        sys.stderr.write("This needs a real FreeSWITCH: set FREESWITCH_BIN, or put it on PATH.\n")
        return 2
    edge, router = await Phone.open(), ("127.0.0.1", free_port("127.0.0.1"))
    uri = edge.behave("agent", Behaviour(status=None, rings=False))

    def decide(channel: Mapping[str, str]) -> Mapping[str, str]:
        return leg(uri, decision=DECISION, router="bench", call_id=channel[CALL_ID])

    with tempfile.TemporaryDirectory() as folder:
        configuration = Path(folder) / "freeswitch"
        shutil.copytree(CONFIGURATION, configuration)
        run = running_switch(
            "freeswitch", configuration, Path(folder) / "run", edge.address, routers=[router]
        )
        async with run as switch, HandOverServer(decide, *router):
            times = await _measure(switch, configuration / "dialplan" / "keepline.xml", edge, uri, asked)
    _print(times, asked.rate)
    return 0


async def _measure(
    switch: RunningSwitch, dialplan: Path, edge: Phone, uri: str, asked: argparse.Namespace
) -> dict[str, list[float]]:
    plans = {"static": STATIC.format(uri=uri, quiet=QUIET), "asked": dialplan.read_text()}
    times: dict[str, list[float]] = {name: [] for name in plans}
    async with EslLink(*switch.esl, switch.password) as link:
        await link.wait_connected()
        for number in range(-1, asked.rounds):
            for name, plan in plans.items():
                dialplan.write_text(plan)
                await link.api("reloadxml")
                taken = await _round(switch, edge, asked.rate, asked.seconds if number >= 0 else 2)
                times[name] += taken if number >= 0 else []
    return times


async def _round(switch: RunningSwitch, edge: Phone, rate: float, seconds: int) -> list[float]:
    """Milliseconds of each call; they come at an even pace, whatever became of the one before."""
    carrier = await Phone.open()
    calls = [asyncio.create_task(_call(switch, edge, carrier, n / rate)) for n in range(int(rate * seconds))]
    taken = await asyncio.gather(*calls)
    carrier.close()
    return list(taken)


async def _call(switch: RunningSwitch, edge: Phone, carrier: Phone, after_seconds: float) -> float:
    await asyncio.sleep(after_seconds)
    marks = {"X-Keepline-Call-Id": f"call_{time.monotonic_ns()}"}
    began = time.perf_counter()
    call = await carrier.call("+4930123456", switch.sip, marks)
    await edge.incoming("agent", 10)
    taken = time.perf_counter() - began
    carrier.cancel(call)
    await call.final
    return taken * 1000


def _print(times: dict[str, list[float]], rate: float) -> None:
    found = {name: statistics.quantiles(values, n=100) for name, values in times.items()}
    static, ours = found["static"], found["asked"]
    lines = [f"INVITE in to INVITE out at {rate:g} calls/s, {len(times['asked'])} calls each, milliseconds"]
    lines += [f"{name:<8} p50 {q[49]:.1f}   p99 {q[98]:.1f}" for name, q in found.items()]
    lines += [f"added    p50 {ours[49] - static[49]:+.1f}   p99 {ours[98] - static[98]:+.1f}"]
    lines += [f"ratio    p50 {ours[49] / static[49]:.2f}   p99 {ours[98] / static[98]:.2f}"]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    raise SystemExit(asyncio.run(main()))
