"""An edge's own probes: the states and latencies of its dispatcher's set 2.

Flags of dispatcher.list: first letter A active, I inactive, T trying, D disabled; second P probed, X not.
The edge calls an endpoint inactive after three unanswered probes and active after three answers, so the
hysteresis is the edge's (its thresholds stand in infra/kamailio).
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from health_monitor.domain.reading import Reading
from health_monitor.domain.trunk import Endpoint
from health_monitor.ports import EdgeAway
from switchlink.kamailio_rpc import KamailioHttp, RpcError, RpcInvalid, RpcUnavailable

PROVIDERS = 2
_URI = re.compile(r"sip:(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9.-]+)):(\d+);transport=(udp|tcp|tls)")
_REACHABLE = {"A": True, "I": False, "T": None}
_EMPTY = "no destination sets"


class DispatcherEdge:
    def __init__(self, edge_id: str, rpc: KamailioHttp) -> None:
        self._id = edge_id
        self._rpc = rpc

    @property
    def id(self) -> str:
        return self._id

    async def readings(self) -> Sequence[Reading]:
        try:
            answer = await self._rpc.call("dispatcher.list")
        except RpcError as error:
            if _EMPTY in str(error).lower():
                return []
            raise EdgeAway(f"refuses dispatcher.list: {error}") from error
        except (RpcUnavailable, RpcInvalid) as error:
            raise EdgeAway(f"cannot be asked: {error}") from error
        try:
            return [reading for target in _targets(answer) if (reading := self._reading(target)) is not None]
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise EdgeAway("answers something that is no list of destinations") from error

    def _reading(self, target: Any) -> Reading | None:
        match = _URI.match(str(target.get("URI", "")))
        flags = str(target.get("FLAGS", ""))
        if match is None or flags[:1] not in _REACHABLE:
            return None
        v6, host, port, transport = match.groups()
        reachable = _REACHABLE[flags[:1]]
        latency = _latency_ms(target.get("LATENCY"))
        if reachable and latency is None and flags[1:2] == "P":
            reachable = None  # a new destination is called active before its first probe was answered
        return Reading(self._id, Endpoint(v6 or host, int(port), transport), reachable, latency)


def _targets(answer: Any) -> Iterator[Any]:
    for entry in (answer or {}).get("RECORDS") or ():
        if int(entry["SET"]["ID"]) == PROVIDERS:
            for target in entry["SET"].get("TARGETS") or ():
                yield target["DEST"]


def _latency_ms(latency: Any) -> float | None:
    """The moving average; Kamailio counts in milliseconds. None before the first answer."""
    if not isinstance(latency, dict) or not latency.get("AVG"):
        return None
    return float(latency["AVG"])
