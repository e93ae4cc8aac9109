"""The two ends work against each other, without anything of ours in between; a run that failed is seen."""

import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from harness.phones import Agent, Phones, phones
from switchlink.testing.free_ports import free_port

NUMBER, DOMAIN = "+442079460123", "acme.sip.keepline.test"


@pytest_asyncio.fixture
async def made(tmp_path: Path) -> AsyncIterator[Phones]:
    async with phones(tmp_path, "") as made:
        yield made


def aim(made: Phones, agent: Agent) -> None:
    made.edge = f"{agent.sipp.local}:{agent.sipp.port}"


async def asks(desk: str) -> str:
    """The first line that answers a probe."""
    host, _, port = desk.partition(":")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as prober:
        prober.setblocking(False)
        probe = f"OPTIONS sip:{desk} SIP/2.0\r\nVia: SIP/2.0/UDP x\r\nCall-ID: 1\r\n\r\n"
        prober.sendto(probe.encode(), (host, int(port)))
        answer = await asyncio.wait_for(asyncio.get_running_loop().sock_recv(prober, 2000), 20)
    return answer.decode().partition("\r\n")[0]


async def test_both_ends_hear_the_other_one(made: Phones) -> None:
    agent = await made.agent()
    aim(made, agent)
    caller = await made.dial(NUMBER, DOMAIN, hold=2.0, words={"RETRANS_MS": "5000"})
    outcome = await caller.outcome()
    assert outcome.result.as_told, outcome
    assert outcome.result.retransmissions == 0
    assert outcome.heard.clear, str(outcome.heard)
    assert agent.heard.clear, str(agent.heard)
    assert (await agent.sipp.wait()).as_told


async def test_the_desk_answers_probes_and_hands_on_a_call(made: Phones) -> None:
    agent = await made.agent("agent_hangs_up")
    made.edge = agent.uri.removeprefix("sip:agent@").partition(";")[0]
    assert await asks(made.edge) == "SIP/2.0 200 OK"
    outcome = await (await made.dial(NUMBER, DOMAIN, "caller_hears_bye")).outcome()
    assert outcome.result.as_told, outcome
    assert (await agent.sipp.wait()).as_told
    assert await asks(made.edge) == "SIP/2.0 200 OK"


async def test_an_end_that_hears_nothing_says_so(made: Phones) -> None:
    agent = await made.agent()
    aim(made, agent)
    agent.ear.talk_to("127.0.0.1", free_port())  # plays to somebody else
    outcome = await (await made.dial(NUMBER, DOMAIN, hold=2.0)).outcome()
    assert outcome.result.as_told
    assert agent.heard.clear
    assert not outcome.heard.clear


async def test_the_agent_hangs_up(made: Phones) -> None:
    agent = await made.agent("agent_hangs_up")
    aim(made, agent)
    outcome = await (await made.dial(NUMBER, DOMAIN, "caller_hears_bye")).outcome()
    assert outcome.result.as_told, outcome
    assert (await agent.sipp.wait()).as_told


@pytest.mark.parametrize("status", [404, 486, 503, 603])
async def test_a_refusal_is_seen_with_its_reason(made: Phones, status: int) -> None:
    agent = await made.agent("agent_refuses", words={"STATUS": str(status)})
    aim(made, agent)
    outcome = await made.refused(NUMBER, DOMAIN, status)
    assert outcome.result.as_told, outcome
    assert outcome.status == f"{status} Refused"
    assert (await agent.sipp.wait()).as_told


async def test_another_status_than_the_awaited_one_fails_the_run(made: Phones) -> None:
    aim(made, await made.agent("agent_refuses", words={"STATUS": "486"}))
    outcome = await made.refused(NUMBER, DOMAIN, 503)
    assert not outcome.result.as_told


async def test_the_caller_gives_up_while_it_rings(made: Phones) -> None:
    agent = await made.agent("agent_rings_forever")
    aim(made, agent)
    outcome = await (await made.dial(NUMBER, DOMAIN, "caller_cancels", hold=0.2)).outcome()
    assert outcome.result.as_told, outcome
    assert outcome.status == "487"
    assert (await agent.sipp.wait()).as_told
