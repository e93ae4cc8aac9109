"""How many streams one caller may hold, and what ends them."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import grpc
import grpc.aio
import pytest
import pytest_asyncio
from grpc_health.v1 import health_pb2, health_pb2_grpc

from servicekit.auth.dev_issuer import DevIssuer
from servicekit.grpc import GrpcServer, channel, problem_of
from servicekit.open_streams import Most
from servicekit.testing import tokens, until, verifier_of
from servicekit.testing.echo import NAME, Echo, Served, refused, served_alone


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> DevIssuer:
    return tokens(tmp_path_factory.mktemp("auth"))


@pytest_asyncio.fixture
async def served(issuer: DevIssuer) -> AsyncIterator[Served]:
    async with served_alone(issuer) as served:
        yield served


def watch(opened: grpc.aio.Channel) -> Any:
    return opened.unary_stream(f"/{NAME}/Stream")(b"")


async def test_a_stopping_server_ends_its_streams_at_once_and_says_why(served: Served) -> None:
    async with served.open() as opened:
        stream = opened.unary_stream(f"/{NAME}/Stream")(b"")
        assert await stream.read() == b"t_demo"
        began = asyncio.get_running_loop().time()
        stopping = asyncio.ensure_future(served.server.stop(30))
        error = await refused(stream.read)
        await stopping
    assert problem_of(error).code == "server_stopping"
    assert asyncio.get_running_loop().time() - began < 20  # and not the 30 s of grace


async def test_a_client_that_goes_away_ends_its_stream_quietly(served: Served) -> None:
    async with served.open() as opened:
        stream = opened.unary_stream(f"/{NAME}/Stream")(b"")
        await stream.read()
        stream.cancel()
    await until(lambda: len(served.server._streams) == 0)


async def test_a_tenant_has_a_share_of_the_streams_and_takes_none_of_another(issuer: DevIssuer) -> None:
    echo, server = Echo(), GrpcServer(verifier_of(issuer), most=Most(all=5, of_tenant=3))
    port = await server.start("127.0.0.1:0", echo.add, [NAME])
    served = Served(echo, server, f"127.0.0.1:{port}", issuer)
    async with served.open("t_a") as one, served.open("t_b") as other, served.open("t_c") as third:
        of_one = [watch(one) for _ in range(3)]
        assert [await stream.read() for stream in of_one] == [b"t_a"] * 3
        error = await refused(watch(one).read())
        assert error.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
        assert problem_of(error).code == "streams_too_many"
        assert await one.unary_unary(f"/{NAME}/Unary")(b"") == b"t_a"
        of_other = [watch(other) for _ in range(2)]
        assert [await stream.read() for stream in of_other] == [b"t_b"] * 2
        assert (await refused(watch(third).read())).code() is grpc.StatusCode.RESOURCE_EXHAUSTED
        of_one[0].cancel()

        async def again() -> bool:
            try:
                return bool(await watch(third).read() == b"t_c")
            except grpc.aio.AioRpcError:
                return False

        while not await again():  # noqa: ASYNC110 - the server is asked, and says when
            await asyncio.sleep(0.01)
    await server.stop(0)


async def test_of_a_node_the_newest_streams_stay(issuer: DevIssuer) -> None:
    echo = Echo()
    server = GrpcServer(verifier_of(issuer), for_nodes=[NAME], most=Most(of_node=2))
    port = await server.start("127.0.0.1:0", echo.add, [NAME])
    mine = channel(f"127.0.0.1:{port}", lambda: issuer.token("platform", "node", "edge1"), 5.0)
    others = channel(f"127.0.0.1:{port}", lambda: issuer.token("platform", "node", "edge2"), 5.0)
    async with mine, others:
        other = watch(others)
        assert await other.read() == b"platform"
        streams = []
        for _ in range(5):
            streams.append(watch(mine))
            assert await streams[-1].read() == b"platform"
        for stream in streams[:3]:
            error = await refused(stream.read())
            assert problem_of(error).code == "stream_replaced"
        left = [asyncio.ensure_future(stream.read()) for stream in (*streams[3:], other)]
        done, _ = await asyncio.wait(left, timeout=0.2)
        assert not done
        await server.stop(0)
        await asyncio.wait(left)


async def test_streams_without_a_token_take_no_place_of_a_tenants(issuer: DevIssuer) -> None:
    echo, server = Echo(), GrpcServer(verifier_of(issuer), most=Most(without_token=2))
    port = await server.start("127.0.0.1:0", echo.add, [NAME])
    served = Served(echo, server, f"127.0.0.1:{port}", issuer)
    async with served.open(None) as stranger, served.open("t_a") as mine:
        health = health_pb2_grpc.HealthStub(stranger)
        watching = [health.Watch(health_pb2.HealthCheckRequest()) for _ in range(2)]
        for stream in watching:
            await stream.read()
        error = await refused(health.Watch(health_pb2.HealthCheckRequest()).read())
        assert error.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
        assert await health.Check(health_pb2.HealthCheckRequest(), timeout=5)
        assert await watch(mine).read() == b"t_a"
    await server.stop(0)
