"""Calls at a rate through a world, Keepline deciding or a static dialplan bridging, in turns."""

import csv
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from harness.components.switch import CONFIGURATION
from harness.phones import AGENT, PROVIDER
from harness.sipp import Sipp
from harness.tenant import Tenant
from harness.world import World, running_world
from switchlink.esl import EslLink
from switchlink.testing.free_ports import free_port

NUMBER = "+442079460123"
_MORE_THAN_ANY = 10_000  # one tenant makes all the load
KEEPLINE, STATIC = "keepline", "static dialplan"
_STATIC = """<include>
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
_QUIET = "leg_timeout=20,sip_copy_custom_headers=false,sip_auth_username=none,sip_auth_password=none"


@dataclass(frozen=True, slots=True)
class Round:
    """`times`: milliseconds from INVITE to 200 of each call. Whole: no call failed, nothing was resent."""

    whole: bool
    times: list[float]
    said: str


@dataclass(frozen=True, slots=True)
class CallLoad:
    world: World
    tenant: Tenant
    trunk_id: str
    domain: str
    agent_port: int
    link: EslLink
    dialplan: Path
    plans: Mapping[str, str]

    async def decides(self, who: str) -> None:
        """KEEPLINE or STATIC."""
        self.dialplan.write_text(self.plans[who])
        await self.link.api("reloadxml")

    async def round(
        self, rate: float, seconds: float, label: str, *, hold_ms: int = 1000, ring_ms: int = 0
    ) -> Round:
        calls, folder = int(rate * seconds), self.world.folder / "load"
        agent = Sipp(
            "agent_answers",
            AGENT,
            folder / f"{label}-agent",
            port=self.agent_port,
            keys={"rtp_port": "9"},
            words={"RING_MS": str(ring_ms)},
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
            hold_ms=hold_ms,
            at_once=10 * calls,
            within=seconds + 30,
            options=["-trace_rtt", "-rtt_freq", "1"],
        )
        await agent.start()
        called = await caller.run()
        if not called.as_told:
            await agent.stop()
            return Round(False, [], str(called))
        answered = await agent.wait()
        whole = answered.as_told and not called.retransmissions and not answered.retransmissions
        return Round(whole, _times(caller.folder), f"{called}; the agent: {answered}")

    def processor_seconds(self, *names: str) -> float:
        """That these components have used since their start."""
        return sum(_used(self._pid(name)) for name in names)

    def _pid(self, name: str) -> int:
        run = self.world.services.get(name)
        return self.world.supervised(name) if run is not None and run.supervised else self.world.pid(name)


@asynccontextmanager
async def call_load(name: str, switches: int = 1) -> AsyncIterator[CallLoad]:
    """A world with one number and one agent, over a copy of the switch's configuration."""
    with tempfile.TemporaryDirectory() as folder:
        configuration = Path(folder) / "freeswitch"
        shutil.copytree(CONFIGURATION, configuration)
        dialplan = configuration / "dialplan" / "keepline.xml"
        async with running_world(
            name,
            switches=switches,
            switch_configuration=configuration,
            calls_per_second=_MORE_THAN_ANY,
        ) as world:
            port = free_port(AGENT)
            uri = f"sip:agent@{AGENT}:{port};transport=udp"
            tenant = world.tenant("t_load")
            trunk = await tenant.create_trunk("Load", domain_label="load")
            await tenant.create_number(NUMBER, trunk["id"])
            agent = await tenant.create_sip_agent("Agent", uri)
            await tenant.create_plan("Load", [NUMBER], agent["id"])
            await tenant.in_force(trunk["id"], number_count=1)
            await tenant.decides(trunk["id"], NUMBER)
            plans = {STATIC: _STATIC.format(quiet=_QUIET, uri=uri), KEEPLINE: dialplan.read_text()}
            password = world.switch.password_file.read_text()
            async with EslLink(world.switch.esl.host, world.switch.esl.port, password) as link:
                await link.wait_connected()
                yield CallLoad(world, tenant, trunk["id"], trunk["domain"], port, link, dialplan, plans)


def _times(folder: Path) -> list[float]:
    file = next(folder.glob("*_rtt.csv"))
    with file.open(newline="") as rows:
        return [float(row["response_time_ms"]) for row in csv.DictReader(rows, delimiter=";")]


def _used(pid: int) -> float:
    """proc(5), /proc/pid/stat: utime and stime."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
