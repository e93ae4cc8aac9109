"""REST by the client, against a server of the kit that all services use."""

import time
from collections.abc import Iterator
from itertools import chain, repeat
from typing import Any

import httpx
import pytest

from harness.small_keepline import Fault, SmallKeepline
from keepline_client import (
    ANY,
    RESET,
    AsyncKeepline,
    DeadlineExceeded,
    InvalidRequest,
    Keepline,
    KeeplineError,
    NotFound,
    Retries,
    TooManyRequests,
    Unauthenticated,
    Unavailable,
    Unreachable,
    VersionMismatch,
)
from keepline_client.resources import NewTrunk, Trunk

QUICK = Retries(tries=4, first_seconds=0.01, longest_seconds=0.02)
ACME: NewTrunk = {"name": "Acme", "country": "DE", "source_cidrs": ["203.0.113.0/30"]}


@pytest.fixture
def client(keepline: SmallKeepline) -> Iterator[Keepline]:
    with Keepline(keepline.url, keepline.token, retries=QUICK) as made:
        yield made


@pytest.fixture
def trunk(client: Keepline, keepline: SmallKeepline) -> Trunk:
    made = client.trunks.create(ACME)
    keepline.faults.clear()
    return made


def test_a_trunk_is_made_read_changed_and_deleted(client: Keepline) -> None:
    made = client.trunks.create(ACME)
    assert (made.name, made.version, made.source_cidrs) == ("Acme", 1, ("203.0.113.0/30",))
    assert client.trunks.get(made.id) == made
    changed = client.trunks.update(made.id, {"enabled": False, "source_cidrs": RESET}, version=made.version)
    assert (changed.enabled, changed.source_cidrs, changed.version) == (False, (), 2)
    assert client.trunks.update(made.id, {"name": "B"}, version=ANY).version == 3
    client.trunks.delete(made.id, version=3)
    with pytest.raises(NotFound) as raised:
        client.trunks.get(made.id)
    assert (raised.value.code, raised.value.status, raised.value.hint) == (
        "trunk_not_found",
        404,
        "list them",
    )
    assert raised.value.request_id


def test_a_list_is_every_page_of_it_and_a_filter_holds_for_all(
    client: Keepline, keepline: SmallKeepline
) -> None:
    keepline_of = Keepline(keepline.url, lambda: keepline.issuer.token("t_lists"))
    made = {keepline_of.trunks.create({"name": f"T{n}", "country": "DE"}).id for n in range(5)}
    keepline_of.trunks.create({"name": "other", "country": "FR"})
    keepline.faults.clear()
    found = list(keepline_of.trunks.list({"page_size": 2, "country": ["DE", "GB"], "enabled": True}))
    assert {t.id for t in found} == made
    assert len(keepline.faults.seen) == 3
    page = keepline_of.trunks.page({"page_size": 2})
    assert len(page.items) == 2 and page.next_page_token
    part = list(keepline_of.trunks.list_fields(("name", "version"), {"page_size": 4, "country": "DE"}))
    assert sorted(each["name"] for each in part) == [f"T{n}" for n in range(5)]
    assert all(each.keys() == {"name", "version"} for each in part)
    assert keepline_of.trunks.get_fields(page.items[0].id, "id") == {"id": page.items[0].id}
    keepline_of.close()


def test_a_token_that_ends_while_a_list_is_read_is_asked_for_anew(keepline: SmallKeepline) -> None:
    good = keepline.issuer.token("t_ends")
    tokens = chain([good] * 6, ["ended"], repeat(good))
    with Keepline(keepline.url, lambda: next(tokens), retries=QUICK) as client:
        made = {client.trunks.create({"name": f"T{n}", "country": "DE"}).id for n in range(4)}
        assert {t.id for t in client.trunks.list({"page_size": 1})} == made
    keepline.faults.clear()
    with Keepline(keepline.url, lambda: "ended", retries=QUICK) as client, pytest.raises(Unauthenticated):
        client.trunks.page()
    assert len(keepline.faults.seen) == 2


@pytest.mark.parametrize("token", ["", "a\nb", "schlüssel", "a b"])
def test_a_token_that_is_none_is_refused_and_not_shown(keepline: SmallKeepline, token: str) -> None:
    with Keepline(keepline.url, token) as client, pytest.raises(ValueError, match="the token") as raised:
        client.trunks.page()
    assert not token or token not in str(raised.value)
    with Keepline(keepline.url, keepline.token + "\n") as client:
        client.trunks.page()


def test_an_address_without_its_scheme_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="https://"):
        Keepline("keepline.example", "t")


def test_a_refusal_says_all_that_is_wrong(client: Keepline) -> None:
    wrong: Any = {"country": 5, "nmae": "Acme"}
    with pytest.raises(InvalidRequest) as raised:
        client.trunks.create(wrong)
    error = raised.value
    assert (error.status, error.code) == (422, "trunk_invalid")
    assert {(e.pointer, e.code) for e in error.errors} >= {
        ("/country", "field_type"),
        ("/nmae", "field_unknown"),
    }
    assert "/country" in str(error) and all(e.hint for e in error.errors)


def test_the_version_that_somebody_else_changed_is_refused(client: Keepline, trunk: Trunk) -> None:
    client.trunks.update(trunk.id, {"name": "B"}, version=1)
    with pytest.raises(VersionMismatch) as raised:
        client.trunks.update(trunk.id, {"name": "C"}, version=1)
    assert (raised.value.code, raised.value.status) == ("version_mismatch", 412)


def test_a_token_that_does_not_hold_is_said_so(keepline: SmallKeepline) -> None:
    with Keepline(keepline.url, "no-token") as client, pytest.raises(Unauthenticated) as raised:
        client.trunks.get("trk_1")
    assert raised.value.status == 401


AGAIN = [Fault(503, {"retry-after": "0"}), Fault(429), Fault(502), Fault(0)]


@pytest.mark.parametrize("fault", AGAIN)
def test_a_create_is_repeated_under_its_key_and_makes_one(
    client: Keepline, keepline: SmallKeepline, fault: Fault
) -> None:
    keepline.faults.next.append(fault)
    made = client.trunks.create({"name": f"once {fault}", "country": "DE"})
    first, second = keepline.faults.seen
    assert first[2]["idempotency-key"] == second[2]["idempotency-key"]
    assert [t.id for t in client.trunks.list() if t.name == made.name] == [made.id]


def test_a_create_whose_answer_was_lost_gives_what_was_made(
    client: Keepline, keepline: SmallKeepline
) -> None:
    keepline.faults.next.append(Fault(done=True))
    made = client.trunks.create({"name": "lost", "country": "DE"})
    assert [t.id for t in client.trunks.list() if t.name == "lost"] == [made.id]


def test_a_delete_whose_answer_was_lost_is_done(
    client: Keepline, keepline: SmallKeepline, trunk: Trunk
) -> None:
    keepline.faults.next.append(Fault(done=True))
    client.trunks.delete(trunk.id, version=1)
    assert [seen[0] for seen in keepline.faults.seen] == ["DELETE", "DELETE"]
    with pytest.raises(NotFound):
        client.trunks.delete(trunk.id, version=1)


def test_a_change_of_any_version_is_not_repeated_when_it_may_be_done(
    client: Keepline, keepline: SmallKeepline, trunk: Trunk
) -> None:
    keepline.faults.next.append(Fault(done=True))
    with pytest.raises(Unreachable):
        client.trunks.update(trunk.id, {"name": "B"}, version=ANY)
    keepline.faults.next.append(Fault(429))
    assert client.trunks.update(trunk.id, {"name": "C"}, version=ANY).version == 3
    assert len(keepline.faults.seen) == 3


def test_what_stays_wrong_is_told_after_the_last_try(client: Keepline, keepline: SmallKeepline) -> None:
    keepline.faults.next.extend([Fault(503)] * 4)
    with pytest.raises(Unavailable) as raised:
        client.trunks.get("trk_1")
    assert (raised.value.code, len(keepline.faults.seen)) == ("http_503", 4)


@pytest.mark.parametrize("status", [500, 409, 404, 422])
def test_what_another_try_would_not_mend_is_tried_once(
    client: Keepline, keepline: SmallKeepline, status: int
) -> None:
    keepline.faults.next.append(Fault(status))
    with pytest.raises(KeeplineError) as raised:
        client.trunks.get("trk_1")
    assert (raised.value.status, len(keepline.faults.seen)) == (status, 1)


def test_no_try_is_waited_for_past_the_deadline(client: Keepline, keepline: SmallKeepline) -> None:
    keepline.faults.next.append(Fault(429, {"retry-after": "60"}))
    began = time.monotonic()
    with pytest.raises(TooManyRequests) as raised:
        client.trunks.get("trk_1")
    assert raised.value.retry_after_seconds == 60
    assert time.monotonic() - began < 30
    keepline.faults.next.append(Fault(after_seconds=2))
    with pytest.raises(DeadlineExceeded):
        client.trunks.get("trk_1", deadline_seconds=0.2)


def test_nobody_there_is_unreachable() -> None:
    with Keepline("http://127.0.0.1:9", "t", retries=QUICK) as client, pytest.raises(Unreachable) as raised:
        client.trunks.get("trk_1")
    assert (raised.value.code, raised.value.status) == ("unreachable", 0)


def test_an_id_stays_within_its_path(client: Keepline, keepline: SmallKeepline) -> None:
    with pytest.raises(KeeplineError):
        client.trunks.get("../keys?x=1")
    assert keepline.faults.seen[0][1].startswith("/api/v1/sip/trunks/")


async def test_the_same_for_code_that_awaits(keepline: SmallKeepline) -> None:
    async def token() -> str:
        return keepline.issuer.token("t_async")

    async with AsyncKeepline(keepline.url, token, retries=QUICK) as client:
        keepline.faults.next.append(Fault(done=True))
        made = await client.trunks.create(ACME)
        assert [t.id async for t in client.trunks.list({"page_size": 1})] == [made.id]
        changed = await client.trunks.update(made.id, {"name": "B"}, version=1)
        with pytest.raises(VersionMismatch):
            await client.trunks.update(made.id, {"name": "C"}, version=1)
        keepline.faults.next.append(Fault(done=True))
        await client.trunks.delete(made.id, version=changed.version)
        keepline.faults.next.append(Fault(after_seconds=2))
        with pytest.raises(DeadlineExceeded):
            await client.trunks.get(made.id, deadline_seconds=0.2)


def test_a_client_of_your_own_is_used(keepline: SmallKeepline) -> None:
    with httpx.Client(base_url=keepline.url, headers={"x-team": "billing"}) as http:
        Keepline(keepline.url, keepline.token, http=http).trunks.page()
    assert keepline.faults.seen[0][2]["x-team"] == "billing"
