"""The ends of calls that the switch keeps (mod_hash), read as a test wants them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from switchlink.esl import CommandRefused, EslLink

REALM = "keepline"
UNDECIDED = [f"undecided-{digit}" for digit in "0123456789abcdef"]
_LINE = re.compile(rf"D/({REALM}|undecided-[0-9a-f])_(?P<uuid>[0-9a-f-]{{3,36}})/(?P<text>.*)")


@dataclass(frozen=True, slots=True)
class Ending:
    """`fields` as the dialplan names them, absent when the switch had none; `uuid` is the place of a call
    that nobody decided."""

    uuid: str
    fields: Mapping[str, str]


async def read_endings(link: EslLink, realm: str = REALM) -> list[Ending]:
    try:
        answer = await link.api("hash_dump", "db", realm)
    except CommandRefused as refused:
        # an answer of no bytes is told as an error (api_exec in mod_event_socket)
        if "no reply" in refused.answer:
            return []
        raise
    return [ending for line in answer.splitlines() if (ending := ending_of(line)) is not None]


async def read_undecided(link: EslLink) -> list[Ending]:
    return [ending for realm in UNDECIDED for ending in await read_endings(link, realm)]


async def forget_ending(link: EslLink, uuid: str) -> bool:
    """False when there was none."""
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
