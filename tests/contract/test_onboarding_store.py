"""Onboardings and tests of trunks keep one contract over the in-memory twin and over a real database."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio

from harness.components.mongo import Mongo as Server
from servicekit.documents import Collection
from servicekit.errors import Conflict
from servicekit.mongo import connect
from servicekit.settings import MongoSettings
from servicekit.testing import MemoryCollection
from sip_config.adapters.mongo.onboardings import OPEN_LOOKED_AT, OnboardingDocuments
from sip_config.adapters.mongo.trunk_tests import TrunkTestDocuments
from sip_config.adapters.onboarding_shape import ONBOARDINGS
from sip_config.domain.onboarding import advance
from sip_config.domain.onboarding.advance import AnsweredCall
from sip_config.domain.onboarding.onboarding import (
    Line,
    OnboardedNumber,
    Onboarding,
    OnboardingFields,
    Refused,
)

NOW = datetime(2026, 11, 23, 9, 5, 0, 123000, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
WHOLE = OnboardingFields(
    Line.TRUNK, "Acme", "trk_1", (OnboardedNumber("num_1", "+49301234567"),), "agt_1", "pln_1", armed=True
)
CALL = AnsweredCall("t_a", "trk_1", "call_1", "num_1", NOW + MINUTE, 900, caller_heard=True, agent_heard=None)


@dataclass(frozen=True)
class Stores:
    onboardings: OnboardingDocuments
    tests: TrunkTestDocuments


@pytest.fixture(params=["memory", "mongo"])
def server(request: pytest.FixtureRequest) -> Server | None:
    return request.getfixturevalue("mongo") if request.param == "mongo" else None


@pytest_asyncio.fixture
async def stores(server: Server | None) -> AsyncIterator[Stores]:
    mongo = None
    kept: Collection = MemoryCollection("sip_onboardings")
    tests: Collection = MemoryCollection("sip_trunk_tests")
    if server is not None:
        mongo = await connect(MongoSettings(uri=server.uri, database=f"contract_{secrets.token_hex(4)}"))
        kept, tests = mongo.collection("sip_onboardings"), mongo.collection("sip_trunk_tests")
    made = Stores(OnboardingDocuments(kept, 30), TrunkTestDocuments(tests))
    await made.onboardings.prepare()
    yield made
    if mongo is not None:
        await mongo.close()


def begun(place: int = 1, tenant: str = "t_a", fields: OnboardingFields = WHOLE) -> Onboarding:
    return advance.begun(f"onb_{place}", tenant, fields, NOW + place * MINUTE)


async def test_an_onboarding_comes_back_as_it_was(stores: Stores) -> None:
    store, one = stores.onboardings, begun(0)
    assert await store.add(one)
    assert not await store.add(one)
    met = advance.met(one, [Refused("rej_1", "number_unknown", NOW)])
    assert await store.note(one, met)
    mended = advance.mended(met, "rej_1", "add_number", NOW)
    assert await store.note(met, mended)
    live = advance.gone_live(advance.heard(mended, CALL, NOW), NOW)
    assert await store.replace(mended, live)
    assert await store.get("t_a", one.id) == live
    assert await store.get("t_b", one.id) is None
    assert await store.that_met("t_a", "rej_1") == [live]
    assert await store.that_met("t_b", "rej_1") == []


async def test_of_many_writers_of_a_revision_one_wins(stores: Stores) -> None:
    store, one = stores.onboardings, begun()
    await store.add(one)
    met = advance.met(one, [Refused("rej_1", "number_unknown", NOW)])
    skipped = advance.skipped(one, NOW)
    won = await asyncio.gather(*(store.note(one, met) for _ in range(5)), store.replace(one, skipped))
    assert sum(won) == 1


async def test_a_deleted_one_is_seen_by_the_statistics_alone(stores: Stores) -> None:
    store, one = stores.onboardings, begun()
    await store.add(one)
    gone = advance.deleted(one, NOW)
    assert await store.replace(one, gone)
    assert await store.get("t_a", one.id) is None
    assert not await store.note(gone, advance.skipped(gone, NOW))
    assert ((await store.page("t_a", ONBOARDINGS.read({}))).items, await store.count("t_a")) == ([], 0)
    assert [found async for found in store.begun_between(NOW, NOW + 9 * MINUTE)] == [gone]
    with pytest.raises(Conflict, match="idempotency_key_spent"):
        await store.add(one)


async def test_open_ones_are_found_by_tenant_and_by_how_long_nothing_changed(stores: Stores) -> None:
    store = stores.onboardings
    first, second, theirs, live = begun(1), begun(2), begun(3, "t_b"), begun(4, "t_c")
    for one in (first, second, theirs, live):
        await store.add(one)
    await store.replace(live, advance.gone_live(live, NOW))
    assert {one.id for one in await store.open_of({"t_a", "t_c"})} == {first.id, second.id}
    assert [one.id for one in await store.idle(NOW + 2 * MINUTE, 10)] == [first.id, second.id]
    assert [one.id for one in await store.idle(NOW + 9 * MINUTE, 1)] == [first.id]
    between = [one.id async for one in store.begun_between(NOW + 2 * MINUTE, NOW + 4 * MINUTE)]
    assert between == [second.id, theirs.id]


async def test_a_tenant_with_very_many_keeps_nobody_elses_from_being_seen(stores: Stores) -> None:
    store = stores.onboardings
    await store.add(begun(0, "t_b"))
    await asyncio.gather(*(store.add(begun(place)) for place in range(1, OPEN_LOOKED_AT + 3)))
    found = await store.open_of({"t_a", "t_b"})
    assert len(found) == OPEN_LOOKED_AT + 1
    assert "t_b" in {one.tenant_id for one in found}


async def test_the_list_has_pages_the_newest_first(stores: Stores) -> None:
    store = stores.onboardings
    for place in range(5):
        await store.add(begun(place, fields=replace(WHOLE, line=Line.PORT if place == 4 else Line.TRUNK)))
    query = {"page_size": ["2"], "line": ["trunk"], "trunk_id": ["trk_1"]}
    first = await store.page("t_a", ONBOARDINGS.read(query))
    second = await store.page("t_a", ONBOARDINGS.read({**query, "page_token": [first.next_page_token]}))
    assert [one.id for one in (*first.items, *second.items)] == [f"onb_{place}" for place in (3, 2, 1, 0)]


async def test_the_first_answered_call_of_a_trunk_stays(stores: Stores) -> None:
    tests = stores.tests
    await tests.put(CALL)
    await tests.put(replace(CALL, at=NOW, call_id="call_2"))
    assert await tests.tested_at(["trk_1", "trk_2"]) == {"trk_1": CALL.at}
    await tests.drop(["trk_1"])
    assert await tests.tested_at(["trk_1"]) == {}
