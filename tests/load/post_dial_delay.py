"""What Keepline adds to the time until a call is answered, at 20 calls a second.

    FREESWITCH_BIN=... .venv/bin/python tests/load/post_dial_delay.py [--rate 20] [--seconds 15] [--rounds 2]

The same Kamailio and the same FreeSWITCH carry both, in turns: once with call-router deciding, once with a
static dialplan that bridges every call to the same agent (call-router still hears of those calls). The agent
answers at once. Each call's time from INVITE to 200 is SIPp's own. A round with a retransmission or a failed
call is void. Goal: p50 at most 3 ms more, p99 at most 20 ms more.
"""

import argparse
import asyncio
import csv
import shutil
import statistics
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from harness.components.switch import CONFIGURATION
from harness.phones import AGENT, PROVIDER
from harness.ports import free_port
from harness.sipp import Sipp
from harness.world import World, running_world
from switchlink.esl import EslLink
from switchlink.freeswitch import find_freeswitch

WARM_UP_SECONDS = 3

NUMBER = "+442079460123"
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


async def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rate", type=float, default=20)
    parser.add_argument("--seconds", type=int, default=15)
    parser.add_argument("--rounds", type=int, default=2)
    asked = parser.parse_args()
    if find_freeswitch() is None:
        sys.stderr.write("This needs a real FreeSWITCH: set FREESWITCH_BIN, or put it on PATH.\n")
        return 2
    with tempfile.TemporaryDirectory() as folder:
        configuration = Path(folder) / "freeswitch"
        shutil.copytree(CONFIGURATION, configuration)
        async with running_world("load-post-dial", switch_configuration=configuration) as world:
            times = await _measure(world, configuration / "dialplan" / "keepline.xml", asked)
    _print(times, asked.rate)
    return 0


async def _measure(world: World, dialplan: Path, asked: argparse.Namespace) -> dict[str, list[float]]:
    port = free_port(AGENT)
    uri = f"sip:agent@{AGENT}:{port};transport=udp"
    load = Load(world, await _provision(world, uri), port)
    plans = {"static dialplan": STATIC.format(quiet=QUIET, uri=uri), "keepline": dialplan.read_text()}
    times: dict[str, list[float]] = {name: [] for name in plans}
    password = world.switch.password_file.read_text()
    async with EslLink(world.switch.esl.host, world.switch.esl.port, password) as link:
        await link.wait_connected()
        for number in range(-1, asked.rounds):
            for name, plan in plans.items():
                dialplan.write_text(plan)
                await link.api("reloadxml")
                seconds = asked.seconds if number >= 0 else WARM_UP_SECONDS
                taken = await load.round(asked.rate, seconds, f"{name.split()[0]}-{number}")
                times[name] += taken if number >= 0 else []
    return times


async def _provision(world: World, uri: str) -> str:
    tenant = world.tenant("t_load")
    trunk = await tenant.create_trunk("Load", domain_label="load")
    await tenant.create_number(NUMBER, trunk["id"])
    agent = await tenant.create_sip_agent("Agent", uri)
    await tenant.create_plan("Load", [NUMBER], agent["id"])
    await tenant.in_force(trunk["id"], number_count=1)
    await tenant.decides(trunk["id"], NUMBER)
    return str(trunk["domain"])


@dataclass(frozen=True, slots=True)
class Load:
    world: World
    domain: str
    agent_port: int

    async def round(self, rate: float, seconds: int, label: str) -> list[float]:
        """Milliseconds from INVITE to 200 of each call."""
        calls, folder = int(rate * seconds), self.world.folder / "load"
        agent = Sipp(
            "agent_answers",
            AGENT,
            folder / f"{label}-agent",
            port=self.agent_port,
            keys={"rtp_port": "9"},
            words={"RING_MS": "0"},
            calls=calls,
            at_once=10 * calls,
            within=seconds + 40,
        )
        caller = Sipp(
            "caller_is_answered",
            PROVIDER,
            folder / f"{label}-caller",
            remote=self.world.phones.edge,
            port=free_port(PROVIDER),
            number=NUMBER,
            keys={"rtp_port": "9", "domain": self.domain, "caller": "+442071838750"},
            calls=calls,
            rate=rate,
            hold_ms=1000,
            at_once=10 * calls,
            within=seconds + 30,
            options=["-trace_rtt", "-rtt_freq", "1"],
        )
        await agent.start()
        results = [await caller.run(), await agent.wait()]
        if not all(result.as_told and not result.retransmissions for result in results):
            raise SystemExit(f"{label} is void: {results[0]}; the agent: {results[1]}")
        return _times(caller.folder)


def _times(folder: Path) -> list[float]:
    """Milliseconds."""
    file = next(folder.glob("*_rtt.csv"))
    with file.open(newline="") as rows:
        return [float(row["response_time_ms"]) for row in csv.DictReader(rows, delimiter=";")]


def _print(times: dict[str, list[float]], rate: float) -> None:
    found = {name: statistics.quantiles(values, n=100) for name, values in times.items()}
    static, ours = found["static dialplan"], found["keepline"]
    lines = [f"INVITE to 200 at {rate:g} calls/s, {len(times['keepline'])} calls each, milliseconds"]
    lines += [f"{name:<16} p50 {q[49]:.1f}   p99 {q[98]:.1f}" for name, q in found.items()]
    lines += [
        f"added            p50 {ours[49] - static[49]:+.1f}   p99 {ours[98] - static[98]:+.1f}   (goal 3, 20)"
    ]
    lines += [f"ratio            p50 {ours[49] / static[49]:.2f}   p99 {ours[98] / static[98]:.2f}"]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    raise SystemExit(asyncio.run(main()))
