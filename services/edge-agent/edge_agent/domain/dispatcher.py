"""The edge's list of switches as a file, and the states that it tells.

    1 sip:127.0.0.1:5080;transport=udp 8 0 sockname=inner;weight=1

A reload begins with the state that was known: without it a dead switch would be tried again for every change
of the list. A draining switch is listed and disabled, so that requests within its calls pass.
"""

from collections.abc import Iterable, Mapping

from edge_agent.domain.resources import Switch

SET = 1
INACTIVE, TRYING, DISABLED, PROBING = 1, 2, 4, 8  # src/modules/dispatcher/dispatch.h
_FIRST = {"A": 0, "I": INACTIVE, "T": TRYING}
_SECOND = {"P": PROBING, "X": 0}


def uri(switch: Switch) -> str:
    return f"sip:{switch.host}:{switch.port};transport={switch.transport}"


def render(switches: Iterable[Switch], states: Mapping[str, str]) -> str:
    """states: "AP", "IX"... by URI, as the edge tells them."""
    lines = []
    for one in switches:
        flags = DISABLED if one.draining else _flags(states.get(uri(one), "AX"))
        lines.append(f"{SET} {uri(one)} {flags} 0 sockname=inner;weight={one.weight}\n")
    return "".join(sorted(set(lines)))


def expected(switches: Iterable[Switch]) -> dict[str, bool]:
    """By URI whether it is disabled: what the edge should have loaded."""
    return {uri(one): one.draining for one in switches}


def loaded(states: Mapping[str, str]) -> dict[str, bool]:
    """The same of what it has."""
    return {address: state.startswith("D") for address, state in states.items()}


def _flags(state: str) -> int:
    """From the two letters of dispatcher.list."""
    return _FIRST.get(state[:1], 0) | _SECOND.get(state[1:2], 0)
