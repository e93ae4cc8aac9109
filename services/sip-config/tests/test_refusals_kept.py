"""What is kept of refusals: counted, bounded, explained, and closed when what was wrong is mended."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sip_config.app.refusals_kept import Changed
from sip_config.domain.known_records import HeldNumber
from sip_config.domain.refused.numbers import OwnNumber
from sip_config.domain.refused.refusal import Place, Refusal, SaidBy

PATH = "/api/v1/sip/rejections"
AT = datetime(2026, 11, 23, 9, 5, tzinfo=UTC)
BERLIN = "+49301234567"


def refused(trunk_id: str, position: int, **said: Any) -> Refusal:
    place = Place(said.pop("log", "edge/3"), position)
    whole = {
        "at": AT,
        "tenant_id": "t_a",
        "code": "source_not_allowed",
        "sip_status": 403,
        "said_by": SaidBy.EDGE,
        "source_address": "203.0.113.9",
        "called": BERLIN,
        "caller": "+4917012345678",
        "number": "",
        "call_id": "",
        "edge_id": "edge1",
    }
    return Refusal(trunk_id=trunk_id, place=place, **{**whole, **said})


async def rows(api: Any, tenant: str = "t_a", role: str = "owner", **query: str) -> list[dict[str, Any]]:
    answer = await api.rest.get(PATH, params=query, headers=api.as_(tenant, role))
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["rejections"]
    return found


async def test_refusals_that_are_alike_are_one_row(api: Any) -> None:
    trunk = (await api.create())["id"]
    later = AT + timedelta(seconds=90)
    await api.kept.keep([refused(trunk, 1), refused(trunk, 2, at=later, caller="anonymous")])
    await api.kept.keep(
        [refused(trunk, 5, called="+49301234568"), refused(trunk, 6, source_address="203.0.113.200")]
    )
    *_, row = sorted(await rows(api), key=lambda one: int(one["count"]))
    assert (row["count"], row["first_at"], row["last_at"]) == (
        2,
        "2026-11-23T09:05:00.000Z",
        "2026-11-23T09:06:30.000Z",
    )
    assert (row["code"], row["rule"], row["state"], row["said_by"]) == (
        "source_not_allowed",
        "source",
        "open",
        "edge",
    )
    assert (row["source_address"], row["called"], row["caller"]) == ("203.0.113.9", BERLIN, "anonymous")
    assert "203.0.113.9 is just outside of 203.0.113.0/30" in row["detail"]
    assert len(await rows(api)) == 3


async def test_a_row_is_about_what_the_newest_of_it_is_about(api: Any) -> None:
    trunk = (await api.create())["id"]
    told = {"code": "extension_unsupported", "sip_status": 420}
    await api.kept.keep([refused(trunk, 1, about="path", **told)])
    (row,) = await rows(api)
    assert (row["about"], "the extension path" in row["detail"]) == ("path", True)
    later = AT + timedelta(seconds=1)
    await api.kept.keep([refused(trunk, 2, about="gruu", at=later, **told)])
    (row,) = await rows(api)
    assert (row["count"], row["about"], "the extension gruu" in row["detail"]) == (2, "gruu", True)
    # of an edge that does not name it
    await api.kept.keep([refused(trunk, 3, at=later, **told)])
    (row,) = await rows(api)
    assert (row["count"], "about" in row, "gruu" in row["detail"]) == (3, False, False)


async def test_what_is_told_again_is_not_counted_again(api: Any) -> None:
    trunk = (await api.create())["id"]
    told = [refused(trunk, 1), refused(trunk, 2)]
    await api.kept.keep(told)
    await api.kept.keep([*told, refused(trunk, 3)])
    await api.kept.keep([refused(trunk, 1, log="edge/4")])
    (row,) = await rows(api)
    assert row["count"] == 4


async def test_another_window_is_another_row_and_ids_sort_by_it(api: Any) -> None:
    trunk = (await api.create())["id"]
    await api.kept.keep([refused(trunk, 1), refused(trunk, 2, at=AT + timedelta(hours=1))])
    newest, oldest = await rows(api)
    assert newest["id"] > oldest["id"]
    assert newest["last_at"] > oldest["last_at"]


async def test_a_flood_is_counted_in_one_row_and_costs_a_bounded_number_of_them(api: Any) -> None:
    trunk = (await api.create())["id"]
    told = [
        refused(trunk, place, source_address=f"203.0.113.{place}", about="path") for place in range(10, 60)
    ]
    await api.kept.keep(told[:30])
    await api.kept.keep(told[20:])
    found = await rows(api)
    (others,) = [row for row in found if row["others"]]
    assert len(found) == 4
    assert sum(row["count"] for row in found) == 50
    assert not {"source_address", "called", "caller", "about"} & others.keys()
    assert (others["rule"], others["fixes"]) == ("source", [])


async def test_the_oldest_rows_of_a_tenant_make_room(api: Any) -> None:
    trunk = (await api.create())["id"]
    for hour in range(12):
        await api.kept.keep([refused(trunk, hour, at=AT + timedelta(hours=hour))])
    await api.kept.keep([refused("", 99, tenant_id="")])
    found = await rows(api)
    assert [row["last_at"][11:13] for row in found] == [f"{hour:02}" for hour in range(20, 12, -1)]
    assert len(await rows(api, "platform", "operator")) == 1


async def test_a_row_is_fixed_when_its_trunk_allows_the_address(api: Any) -> None:
    trunk = (await api.create())["id"]
    await api.kept.keep([refused(trunk, 1)])
    await api.patch(trunk, source_cidrs=["203.0.113.0/24"])
    await api.kept.settle(Changed(frozenset({trunk})))
    (row,) = await rows(api)
    assert (row["state"], row["fixes"], "fix" in row["fixed"]) == ("fixed", [], False)
    assert await rows(api, state="open") == []
    # what an edge refuses while it does not know yet leaves it so; another address does not
    await api.kept.keep([refused(trunk, 2, at=AT + timedelta(seconds=1))])
    assert [(one["count"], one["state"]) for one in await rows(api)] == [(2, "fixed")]
    await api.patch(trunk, source_cidrs=[])
    await api.kept.keep([refused(trunk, 3, at=AT + timedelta(seconds=2))])
    assert [(one["count"], one["state"]) for one in await rows(api)] == [(3, "open")]


async def test_a_row_is_fixed_when_the_number_is_brought_in(api: Any) -> None:
    trunk = (await api.create())["id"]
    await api.kept.keep([refused(trunk, 1, code="number_unknown", called="0301234567")])
    (row,) = await rows(api)
    assert (row["number"], [fix["id"] for fix in row["fixes"]]) == (BERLIN, [f"add_number:{BERLIN}"])
    other = OwnNumber("num_2", "+49301234568", trunk)
    await api.kept.settle(Changed(numbers={"t_a": [other]}))
    await api.kept.settle(Changed(numbers={"t_b": [OwnNumber("num_1", BERLIN, trunk)]}))
    assert len(await rows(api, state="open")) == 1
    await api.kept.settle(Changed(numbers={"t_a": [OwnNumber("num_1", BERLIN, trunk)]}))
    assert len(await rows(api, state="fixed")) == 1


async def test_a_row_is_fixed_when_a_plan_names_the_number_and_open_when_it_goes(api: Any) -> None:
    trunk = (await api.create())["id"]
    told = refused(trunk, 1, code="plan_missing", number=BERLIN, said_by=SaidBy.ROUTER)
    await api.kept.keep([told])
    await api.kept.settle(Changed(planned={"t_a": frozenset({BERLIN})}))
    (row,) = await rows(api)
    assert (row["state"], row["number"]) == ("fixed", BERLIN)
    later = api.shared.clock.now() + timedelta(minutes=30)
    await api.kept.keep(
        [refused(trunk, 2, code="plan_missing", number=BERLIN, at=later, said_by=SaidBy.ROUTER)]
    )
    assert [one["state"] for one in await rows(api)] == ["open"]


async def test_a_document_that_cannot_be_read_holds_up_no_other(api: Any) -> None:
    trunk = (await api.create())["id"]
    await api.kept.keep([refused(trunk, 1)])
    await api.shared.rejections.update_many({}, {"$set": {"explanation": "by another version"}})
    await api.kept.keep([refused(trunk, 2), refused(trunk, 3, called="+49301234568")])
    assert [row["called"] for row in await rows(api)] == ["+49301234568"]


async def test_nothing_is_said_of_what_another_tenant_holds(api: Any) -> None:
    """The same sentence and the same fix, whether somebody else holds the number or nobody does."""
    trunk, theirs = (await api.create())["id"], (await api.create("t_b", domain_label="theirs"))["id"]
    told = {"code": "number_unknown", "called": "0301234567"}
    await api.kept.keep([refused(trunk, 1, **told)])
    (before,) = await rows(api)
    api.feed.number_written(HeldNumber("num_1", "t_b", 1, BERLIN, theirs))
    await api.kept.keep([refused(trunk, 2, at=AT + timedelta(hours=1), **told)])
    after, _ = await rows(api)
    for name in ("detail", "hint", "fixes", "number"):
        assert after[name] == before[name]


async def test_the_trunk_of_another_tenant_is_not_looked_at(api: Any) -> None:
    theirs = (await api.create("t_b", name="Secret Ltd"))["id"]
    await api.kept.keep([refused(theirs, 1)])
    (row,) = await rows(api)
    assert "Secret" not in str(row)
    assert row["fixes"] == []
