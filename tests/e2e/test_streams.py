"""Event streams through the door, while real calls last."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from harness.line import Line, kept_number
from harness.phones import PROVIDER, STRANGER
from harness.until import until
from harness.world import World
from servicekit.testing.event_stream import Heard, events_of

CALLS, KEYS = "/api/v1/calls", "/api/v1/keys"


@asynccontextmanager
async def reading(world: World, path: str, secret: str, **query: str) -> AsyncIterator[AsyncIterator[Heard]]:
    headers = {"Authorization": f"Bearer {secret}"}
    async with (
        httpx.AsyncClient(base_url=world.services["door"].url, timeout=60) as client,
        client.stream("GET", path, params=query, headers=headers) as answer,
    ):
        assert answer.status_code == httpx.codes.OK, await answer.aread()
        yield events_of(answer)


async def test_a_call_is_told_as_it_goes_on_and_to_nobody_whose_key_is_revoked(world: World) -> None:
    line = await kept_number(world, await world.phones.agent())
    key = await _key(line)
    async with reading(world, f"{CALLS}/stream", key["secret"], trunk_id=line.trunk["id"]) as events:
        assert (await anext(events)).data == {"calls": [], "complete": True}
        caller = await line.dial()
        told = [await _next(events)]
        while told[-1].name != "call_ended":
            told.append(await _next(events))
        assert (await caller.outcome()).result.as_told
        names = [one.name for one in told]
        assert names[:3] == ["call_started", "call_routed", "leg_started"]
        assert names[-2:] == ["call_answered", "call_ended"]
        seqs = [one.data["event"]["seq"] for one in told]
        assert seqs == sorted(seqs)
        assert ["ended_at" in one.data["call"] for one in told] == [*[False] * (len(told) - 1), True]
        assert told[-1].data["call"] == await line.last_call()
        gone = await line.tenant.rest("sip-config").delete(f"{KEYS}/{key['id']}", headers={"if-match": "*"})
        assert gone.is_success
        assert [(one.name, one.data["code"]) async for one in events if one.name != "heartbeat"] == [
            ("ended", "token_expired")
        ]


async def test_a_trunk_is_told_from_its_making_to_its_end_and_again_to_who_comes_back(world: World) -> None:
    tenant = world.tenant("t_streamed")
    path, secret = "/api/v1/health/stream", world.token("t_streamed")
    async with reading(world, path, secret) as events:
        assert (await anext(events)).data == {"statuses": []}
        endpoints = [{"host": PROVIDER, "port": 5998}]
        trunk = await tenant.create_trunk("Nobody is there", endpoints=endpoints)
        told = [await _next(events)]
        while told[-1].data["status"]["verdict"] != "down":
            told.append(await _next(events))
        assert {one.data["status"]["trunk_id"] for one in told} == {trunk["id"]}
        await tenant.delete_trunk(trunk["id"])
        told.append(await _next(events))
        assert (told[-1].name, told[-1].data) == ("status_removed", {"trunk_id": trunk["id"]})
    async with reading(world, path, secret, last_event_id=told[0].id) as events:
        assert (await anext(events)).name == "heartbeat"
        assert [(await _next(events)).data for _ in told[1:]] == [one.data for one in told[1:]]


async def test_a_refusal_is_told_when_it_happens_and_when_it_is_mended(world: World) -> None:
    line = await kept_number(world, await world.phones.agent())
    path, secret = "/api/v1/sip/rejections/stream", line.tenant.token
    async with reading(world, path, secret, trunk_id=line.trunk["id"]) as events:
        assert (await anext(events)).data == {"rejections": [], "complete": True}
        await world.phones.refused(line.number, line.domain, 403, address=STRANGER)
        told = (await _next(events)).data["rejection"]
        assert (told["code"], told["source_address"], told["state"]) == (
            "source_not_allowed",
            STRANGER,
            "open",
        )
        rest, fix = line.tenant.rest("sip-config"), told["fixes"][0]["id"]
        applied = await rest.post(f"/api/v1/sip/rejections/{told['id']}:applyFix", json={"fix": fix})
        assert applied.is_success, applied.text
        while told["state"] == "open":
            told = (await _next(events)).data["rejection"]
        assert told["fixed"]["fix"] == fix


async def _next(events: AsyncIterator[Heard]) -> Heard:
    """Heartbeats may be on their way."""
    return await anext(one async for one in events if one.name != "heartbeat")


async def _key(line: Line) -> dict[str, Any]:
    """Of one who only reads calls; known to whoever streams them."""
    asked = {"name": "a screen", "role": "viewer", "scopes": ["calls:read"]}
    made: dict[str, Any] = (await line.tenant.rest("sip-config").post(KEYS, json=asked)).json()
    headers = {"Authorization": f"Bearer {made['secret']}"}

    async def known() -> bool:
        return (await line.tenant.rest("call-control").get(CALLS, headers=headers)).is_success

    await until(known, 20, "the key known to call-control")
    return made
