"""The commands of `api_on_*` and `api_reporting_hook`: those that our dialplan has there."""

from collections.abc import Mapping

from .channel import Channel
from .esl.ledger import Hashes


def run_in_hook(name: str, said: str, channels: Mapping[str, Channel], hashes: Hashes) -> None:
    if name == "hash":
        hashes.hash(said)
    elif name == "uuid_setvar":
        uuid, key, value = said.split(" ")
        if uuid in channels:
            channels[uuid].variables[key] = value
    elif name == "sched_hangup":
        after, uuid, cause = said.split(" ")
        if uuid in channels:
            channels[uuid].hang_up_after(float(after.removeprefix("+")), cause)
    elif name == "sched_del" and said in channels:
        channels[said].unschedule()
