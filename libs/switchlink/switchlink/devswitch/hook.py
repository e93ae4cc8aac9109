"""The commands of `api_on_*` and `api_reporting_hook`: those that our dialplan has there."""

import re
from collections.abc import Mapping

from .channel import Channel
from .esl.ledger import Hashes

_LIMIT = re.compile(
    r"\+(?P<seconds>\d+) (?P<uuid>\S+) hupall (?P<cause>[A-Z_]+) uuid (?P=uuid) answered_time 0"
)


def run_in_hook(name: str, said: str, channels: Mapping[str, Channel], hashes: Hashes) -> None:
    if name == "hash":
        hashes.hash(said)
    elif name == "uuid_setvar":
        uuid, key, value = said.split(" ")
        if uuid in channels:
            channels[uuid].variables[key] = value
    elif name == "sched_api" and (found := _LIMIT.fullmatch(said)):
        if found["uuid"] in channels:
            # taken back by the answer: that it has none yet needs no look
            channels[found["uuid"]].hang_up_after(float(found["seconds"]), found["cause"])
    elif name == "sched_del" and said in channels:
        channels[said].unschedule()
