"""Nothing wrong is no warning: a fresh world starts, is provisioned and carries calls without one.

First of its folder: the others break things on purpose. Run after them it reads from where it began.
"""

import json
import re
from pathlib import Path

from harness.line import kept_number
from harness.world import World

LOUD = ("warning", "error", "critical")
# Kamailio's and nginx's own, and what FreeSWITCH or Python's logging calls them
PLAIN = re.compile(
    r"\b(WARNING|ERROR|CRITICAL|ALERT|BUG):|\[(warn|error|crit|alert|emerg|WARNING|ERR|CRIT)\]"
)
# Kafka says what it does with files of a folder that is new; it is not ours to word
NOT_OURS = ("kafka.log", "format.log", "mongo.log")
# What FreeSWITCH calls a warning or an error of every first start (new database, new thread), and a
# critical one of every bridge: it would keep the argument as last_arg, which names variables to expand later
OF_FREESWITCH = re.compile(
    r"no such (table|view): |MSG Thread|additional event dispatch thread|Open of msrp.conf failed|"
    r"Invalid data \(\$\{last_arg\} contains a variable\)"
)


def loud_lines(folder: Path, since: dict[Path, int]) -> list[str]:
    found = []
    for log in sorted(folder.rglob("*.log")):
        if log.name in NOT_OURS or {"phones", "data"} & set(log.parts):
            continue
        for line in log.read_bytes()[since.get(log, 0) :].decode(errors="replace").splitlines():
            if line.startswith("{"):
                if json.loads(line)["level"].lower() in LOUD:
                    found.append(f"{log.name}: {line}")
            elif PLAIN.search(line) and not OF_FREESWITCH.search(line):
                found.append(f"{log.name}: {line}")
    return found


async def test_a_healthy_world_writes_no_warning_and_no_error(world: World) -> None:
    fresh = not world.touched
    since = {} if fresh else {log: log.stat().st_size for log in world.folder.rglob("*.log")}
    agent = await world.phones.agent()
    line = await kept_number(world, agent)
    outcome = await (await line.dial()).outcome()
    assert outcome.result.as_told, outcome
    record = await line.last_call()
    assert record["talk_ms"] > 0
    unknown = await world.phones.refused("+442079469999", line.domain, 404)
    assert unknown.result.as_told, unknown
    other = await line.tenant.create_trunk("Another")
    await line.tenant.in_force(other["id"])
    await line.tenant.delete_trunk(other["id"])
    assert loud_lines(world.folder, since) == []
