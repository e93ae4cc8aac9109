"""The ends of calls that the switch keeps until somebody says that they were told (mod_hash).

infra/freeswitch/dialplan writes one entry for each decided call when it ends; a router that watches
reads them after it was away, and takes away each that it told, also those that it heard live: nobody else
empties the ledger.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from .esl import CommandRefused, EslLink

REALM = "keepline"
_LINE = re.compile(rf"D/{REALM}_(?P<uuid>[0-9a-f-]{{36}})/(?P<text>.*)")


@dataclass(frozen=True, slots=True)
class Ending:
    """One call's end: `fields` are text as the switch wrote it, absent when it had none.

    call, attempt; start, answer, end: microseconds since 1970 (answer 0: never); billmsec: milliseconds of
    talk; cause: Q.850 name; sip: last SIP status; by: recv_bye, send_refuse...; in, out, lost: packets;
    jitter: milliseconds; codec; leg, refused, code, router, decided, decision: what the router wrote.
    """

    uuid: str
    fields: Mapping[str, str]


async def read_endings(link: EslLink) -> list[Ending]:
    """Raises EslError; a line that is none of ours is passed over."""
    answer = await link.api("hash_dump", "db", REALM)
    return [ending for line in answer.splitlines() if (ending := ending_of(line)) is not None]


async def forget_ending(link: EslLink, uuid: str) -> bool:
    """False when there was none. Raises EslError."""
    try:
        await link.api("hash", f"delete/{REALM}/{uuid}")
    except CommandRefused:
        return False
    return True


def ending_of(line: str) -> Ending | None:
    found = _LINE.fullmatch(line)
    if found is None:
        return None
    pairs = (field.partition("=")[::2] for field in found["text"].split(";"))
    return Ending(found["uuid"], {name: value for name, value in pairs if name and value})
