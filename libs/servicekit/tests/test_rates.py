"""What one tenant, or one API key, asks keeps no other waiting; who is refused is told when to come back."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import grpc
import grpc.aio
import httpx
import pytest
from google.rpc.error_details_pb2 import RetryInfo
from grpc_status import rpc_status
from hypothesis import given
from hypothesis import strategies as st

from servicekit import rates
from servicekit.auth.principal import Principal, Role
from servicekit.errors import TooMany
from servicekit.grpc import channel, problem_of
from servicekit.grpc.server import GrpcServer
from servicekit.http import create_app
from servicekit.rates import Buckets, Policy, RequestRates
from servicekit.readiness import Readiness
from servicekit.settings import LimitSettings
from servicekit.testing import tokens, verifier_of

NAME = "test.Echo"
GREEDY, OTHER = (Principal(tenant, "someone", Role.OWNER) for tenant in ("t_greedy", "t_other"))
ONE, TWO = (Principal("t_greedy", "", Role.ADMIN, key_id=key) for key in ("key_one", "key_two"))
FEW = LimitSettings(tenant_requests=1, tenant_seconds=60)


class Time:
    now = 7.0

    def __call__(self) -> float:
        return self.now


def taken(buckets: Buckets, whose: str, times: int) -> list[int]:
    """What was left each time; -1: refused."""
    looks = [buckets.take(whose) for _ in range(times)]
    return [-1 if look.wait_seconds else look.left for look in looks]


def test_a_bucket_is_emptied_at_once_and_fills_evenly() -> None:
    time = Time()
    buckets = Buckets(Policy("tenant", 4, 2), time)
    assert taken(buckets, "t_a", 6) == [3, 2, 1, 0, -1, -1]
    assert taken(buckets, "t_b", 1) == [3]
    time.now += 0.5
    assert taken(buckets, "t_a", 2) == [0, -1]
    time.now += 2
    assert taken(buckets, "t_a", 1) == [3]


@given(
    st.integers(1, 50),
    st.integers(1, 20),
    st.lists(st.floats(0, 5, allow_nan=False), min_size=1, max_size=80),
)
def test_no_more_is_given_than_was_there_and_what_flowed_in(
    requests: int, seconds: int, pauses: list[float]
) -> None:
    time, given_out = Time(), 0
    buckets = Buckets(Policy("tenant", requests, seconds), time)
    began = time.now
    for pause in pauses:
        time.now += pause
        look = buckets.take("t_a")
        given_out += look.wait_seconds == 0
        assert 0 <= look.left < requests
        assert given_out <= requests + (time.now - began) * requests / seconds + 1e-3
        if look.wait_seconds:
            time.now += look.wait_seconds
            assert buckets.take("t_a").wait_seconds == 0
            given_out += 1


def test_full_buckets_are_dropped_when_there_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rates, "_KEPT", 10)
    time = Time()
    buckets = Buckets(Policy("tenant", 2, 1), time)
    for second in range(40):
        time.now = float(second)
        buckets.take(f"t_{second}")
    assert len(buckets) < 15


def test_a_key_has_a_bucket_of_its_own_beside_its_tenants() -> None:
    counting = RequestRates(LimitSettings(tenant_requests=3, key_requests=2), Time())
    for who in (ONE, ONE, TWO):
        counting.count(who).check()
    with pytest.raises(TooMany, match="for one tenant"):
        counting.count(TWO).check()
    with pytest.raises(TooMany, match="for one key"):
        counting.count(ONE).check()
    counting.count(OTHER).check()


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.NODE])
def test_ours_are_not_counted(role: Role) -> None:
    counting = RequestRates(FEW, Time())
    for _ in range(5):
        counted = counting.count(Principal("platform", "ours", role))
        counted.check()
        assert not counted.headers


def test_the_headers_say_what_is_left_and_for_how_long() -> None:
    time = Time()
    counting = RequestRates(
        LimitSettings(tenant_requests=10, tenant_seconds=60, key_requests=2, key_seconds=5), time
    )
    assert counting.count(GREEDY).headers == {
        "ratelimit-policy": '"tenant";q=10;w=60',
        "ratelimit": '"tenant";r=9;t=6',
    }
    assert counting.count(ONE).headers == {
        "ratelimit-policy": '"tenant";q=10;w=60, "key";q=2;w=5',
        "ratelimit": '"tenant";r=8;t=12, "key";r=1;t=3',
    }
    counting.count(ONE)
    empty = counting.count(ONE)
    assert empty.headers["ratelimit"] == '"key";r=0;t=3'
    with pytest.raises(TooMany) as refused:
        empty.check()
    assert refused.value.retry_after == 3


@pytest.fixture
def limited() -> RequestRates:
    return RequestRates(FEW, Time())


async def test_a_rest_api_tells_the_limit_and_refuses_what_is_beyond(
    tmp_path: Path, limited: RequestRates
) -> None:
    issuer = tokens(tmp_path)
    app = create_app("test", "Test", verifier_of(issuer), Readiness(), rates=limited)
    headers = {"Authorization": f"Bearer {issuer.token('t_demo')}"}
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        first = await client.get("/nothing", headers=headers)
        assert (first.status_code, first.headers["ratelimit"]) == (404, '"tenant";r=0;t=60')
        answer = await client.get("/nothing", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (429, "requests_too_many")
        assert answer.headers["ratelimit-policy"] == '"tenant";q=1;w=60'
        assert (answer.headers["ratelimit"], answer.headers["retry-after"]) == ('"tenant";r=0;t=60', "60")
        assert (await client.get("/healthz")).status_code == 200
        assert "ratelimit" not in (await client.get("/healthz")).headers


async def _echo(request: bytes, _context: object) -> bytes:
    return request


async def _stream(request: bytes, _context: object) -> AsyncIterator[bytes]:
    yield request


@asynccontextmanager
async def grpc_of(folder: Path, limited: RequestRates) -> AsyncIterator[grpc.aio.Channel]:
    issuer = tokens(folder)
    handlers = {
        "Unary": grpc.unary_unary_rpc_method_handler(_echo),
        "Stream": grpc.unary_stream_rpc_method_handler(_stream),
    }
    server = GrpcServer(verifier_of(issuer), rates=limited)

    def add(to: grpc.aio.Server) -> None:
        to.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(NAME, handlers),))

    port = await server.start("127.0.0.1:0", add, [NAME])
    async with channel(f"127.0.0.1:{port}", lambda: issuer.token("t_demo")) as asking:
        yield asking
    await server.stop(0)


def _limits(metadata: Any) -> tuple[str, str]:
    told = dict(metadata)
    return told["ratelimit-policy"], told["ratelimit"]


async def test_a_stream_tells_the_limit_when_it_opens_and_when_it_is_refused(
    tmp_path: Path, limited: RequestRates
) -> None:
    async with grpc_of(tmp_path, limited) as asking:
        first = asking.unary_stream(f"/{NAME}/Stream")(b"once")
        assert _limits(await first.initial_metadata()) == ('"tenant";q=1;w=60', '"tenant";r=0;t=60')
        assert [answer async for answer in first] == [b"once"]
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await asking.unary_stream(f"/{NAME}/Stream")(b"").read()
    assert refused.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert _limits(refused.value.trailing_metadata()) == ('"tenant";q=1;w=60', '"tenant";r=0;t=60')


async def test_a_grpc_server_shares_the_count_and_says_when_to_come_back(
    tmp_path: Path, limited: RequestRates
) -> None:
    async with grpc_of(tmp_path, limited) as asking:
        call = asking.unary_unary(f"/{NAME}/Unary")(b"once")
        assert await call == b"once"
        assert _limits(await call.trailing_metadata()) == ('"tenant";q=1;w=60', '"tenant";r=0;t=60')
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await asking.unary_unary(f"/{NAME}/Unary")(b"")
    assert _limits(refused.value.trailing_metadata()) == ('"tenant";q=1;w=60', '"tenant";r=0;t=60')
    assert limited.count(Principal("t_demo", "x", Role.VIEWER)).taken[0].wait_seconds > 0
    assert refused.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert problem_of(refused.value).code == "requests_too_many"
    status = rpc_status.from_call(refused.value)
    assert status is not None
    retry = RetryInfo()
    assert any(detail.Unpack(retry) for detail in status.details)
    assert retry.retry_delay.seconds == 60
