"""Finds the codes that the edge and the switch answer with by themselves, in their configuration."""

import re
from collections.abc import Iterator
from pathlib import Path

from harness.codes.found import Found
from harness.codes.sources import EDGE, SWITCH
from harness.paths import REPOSITORY

_SET = re.compile(r'\$var\((status|reason|code)\) = "?([^";]*)"?;')
_REPLY = re.compile(r'(?:sl_send_reply|t_reply)\("(\d{3})", "([^"($]+) \(([a-z_]+)\)"\)')
_RESPOND = re.compile(r'application="respond" data="(\d{3}) ([^"($]+) \(([a-z_]+)\)"')
_CODE = re.compile(r"[a-z][a-z0-9_]*")


def find() -> Iterator[Found]:
    for path in sorted((REPOSITORY / "infra" / "kamailio").glob("*.cfg")):
        yield from _set(path)
        yield from _told(path, _REPLY, EDGE)
    for path in sorted((REPOSITORY / "infra" / "freeswitch").rglob("*.xml")):
        yield from _told(path, _RESPOND, SWITCH)


def _set(path: Path) -> Iterator[Found]:
    """$var(code) after the $var(status) and $var(reason) that it is told with."""
    said = {"status": "", "reason": ""}
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if line.startswith("route["):
            said = {"status": "", "reason": ""}
        for name, value in _SET.findall(line):
            if name != "code":
                said[name] = value
            elif _CODE.fullmatch(value):
                status = {"": "", "0": "not answered"}.get(said["status"], f"SIP {said['status']}")
                reason = "" if "$" in said["reason"] else said["reason"]
                yield Found(value, "call", EDGE, f"{_at(path)}:{number}", "", status, "", reason)


def _told(path: Path, answer: re.Pattern[str], by: str) -> Iterator[Found]:
    for number, line in enumerate(path.read_text().splitlines(), 1):
        for status, reason, code in answer.findall(line):
            yield Found(code, "call", by, f"{_at(path)}:{number}", "", f"SIP {status}", "", reason)


def _at(path: Path) -> str:
    return str(path.relative_to(REPOSITORY))
