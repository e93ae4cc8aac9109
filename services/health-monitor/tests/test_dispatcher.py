"""An edge's dispatcher.list, read with distrust."""

import asyncio
import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from health_monitor.adapters.dispatcher import DispatcherEdge
from health_monitor.domain.reading import Reading
from health_monitor.domain.trunk import Endpoint
from health_monitor.ports import EdgeAway
from switchlink.kamailio_rpc import RpcError, RpcUnavailable

URI = "sip:192.0.2.1:5060;transport=udp"
A = Endpoint("192.0.2.1", 5060, "udp")


class Rpc:
    def __init__(self, answer: Any) -> None:
        self._answer = answer

    async def call(self, method: str) -> Any:
        assert method == "dispatcher.list"
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer


def listed(*targets: Any, set_id: int = 2) -> Any:
    return {"NRSETS": 1, "RECORDS": [{"SET": {"ID": set_id, "TARGETS": [{"DEST": one} for one in targets]}}]}


def target(uri: str = URI, flags: str = "AP", average: float | None = 4.0) -> Any:
    return {"URI": uri, "FLAGS": flags, "PRIORITY": 0, **({"LATENCY": {"AVG": average}} if average else {})}


def edge(answer: Any) -> DispatcherEdge:
    return DispatcherEdge("edge1", Rpc(answer))  # type: ignore[arg-type]


CASES = [
    ("it answers", target(), [Reading("edge1", A, True, 4.0)]),
    ("it does not", target(flags="IP", average=None), [Reading("edge1", A, False, None)]),
    ("it is being tried", target(flags="TP"), [Reading("edge1", A, None, 4.0)]),
    ("active before the first answer is not known", target(average=None), [Reading("edge1", A, None, None)]),
    ("disabled by hand says nothing", target(flags="DX"), []),
    (
        "an address of IPv6",
        target("sip:[2001:db8::1]:5061;transport=tls"),
        [Reading("edge1", Endpoint("2001:db8::1", 5061, "tls"), True, 4.0)],
    ),
    ("what is no endpoint of ours", target("sip:x"), []),
]


@pytest.mark.parametrize(("_case", "one", "readings"), CASES)
async def test_a_target_is_read_as_a_reading(_case: str, one: Any, readings: list[Reading]) -> None:
    assert await edge(listed(one)).readings() == readings


async def test_our_own_switches_are_no_providers() -> None:
    assert await edge(listed(target(), set_id=1)).readings() == []


async def test_an_edge_without_destinations_has_nothing_to_say() -> None:
    assert await edge(RpcError(500, "No Destination Sets")).readings() == []


async def test_an_edge_that_cannot_be_asked_is_away_with_the_reason() -> None:
    for trouble in (RpcUnavailable("refused"), RpcError(404, "no such method")):
        with pytest.raises(EdgeAway):
            await edge(trouble).readings()


_JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=8)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["RECORDS", "SET", "ID", "TARGETS", "DEST", "URI", "x"]), inner),
    ),
    max_leaves=12,
)


@given(answer=st.one_of(_JSON, _JSON.map(listed), _JSON.map(lambda one: {"RECORDS": [one]})))
def test_whatever_an_edge_answers_it_is_read_or_the_edge_is_away(answer: Any) -> None:
    with contextlib.suppress(EdgeAway):
        assert isinstance(asyncio.run(edge(answer).readings()), list)
