"""One line of a program that is not ours, as the fields of a log line of ours.

Whatever a stranger sent that stands in it becomes part of a JSON string, so it can neither begin a line nor
end a field. A line that is not of the program's own form is told as it is, at level info.
"""

import json
import re
from collections.abc import Callable
from typing import Any

Fields = dict[str, Any]
"""Of a log line, `event` and `level` always; without time and service."""
Read = Callable[[str], Fields]

# " 1(11548) INFO: {1 call_id=1-11842@127.0.1.1} <script>: call ..."; the braces are core.cfg's log_prefix.
# A Call-ID may hold braces, but no blank.
_KAMAILIO = re.compile(
    r" *\d+\((?P<pid>\d{1,9})\) (?P<level>[A-Z]+): "
    r"(\{\d* ?call_id=(?P<sip_call_id>\S*)\} )?(<script>: )?(?P<event>.*)"
)
_KAMAILIO_LEVELS = {"DEBUG": "debug", "INFO": "info", "NOTICE": "info", "WARNING": "warning"}
# "2026/11/26 01:30:27 [error] 11#11: *5 connect() failed ..."
_NGINX = re.compile(r"[\d/]{10} [\d:]{8} \[(?P<level>[a-z]+)\] (?P<pid>\d{1,9})#\d+: (?P<event>.*)")
_NGINX_LEVELS = {"debug": "debug", "info": "info", "notice": "info", "warn": "warning"}


def of_kamailio(line: str) -> Fields:
    found = _KAMAILIO.fullmatch(line)
    if found is None:
        return {"event": line.strip(), "level": "info", "module": "kamailio"}
    fields = {"event": found["event"], "module": "kamailio", "pid": int(found["pid"])}
    if found["sip_call_id"]:
        fields["sip_call_id"] = found["sip_call_id"]
    return {**fields, "level": _KAMAILIO_LEVELS.get(found["level"], "error")}


def of_nginx(line: str) -> Fields:
    """Its access lines are of our shape already (infra/nginx/nginx.conf)."""
    if line.startswith("{"):
        told = _object(line)
        if told is not None:
            return told
    found = _NGINX.fullmatch(line)
    if found is None:
        return {"event": line.strip(), "level": "info", "module": "nginx"}
    level = _NGINX_LEVELS.get(found["level"], "error")
    return {"event": found["event"], "module": "nginx", "pid": int(found["pid"]), "level": level}


def _object(line: str) -> Fields | None:
    try:
        told = json.loads(line)
    except ValueError:
        return None
    return told if isinstance(told, dict) and "event" in told and "level" in told else None
