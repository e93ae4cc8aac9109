"""gRPC refuses with the same codes as REST, asks for a deadline and a token, and ends its streams."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import grpc
import grpc.aio
import pytest
import pytest_asyncio
from grpc_health.v1 import health_pb2, health_pb2_grpc

from servicekit.auth.dev_issuer import DevIssuer
from servicekit.errors import (
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    PreconditionFailed,
    Problem,
    TooMany,
    Unauthenticated,
    Unavailable,
    Violation,
)
from servicekit.grpc import GrpcServer, channel, principal, problem_of
from servicekit.grpc.streams import Most
from servicekit.settings import WrongSetting
from servicekit.testing import tokens, until, verifier_of

NAME = "keepline.test.v1.Echo"
Context = Any


class Echo:
    """Raw bytes in and out; `failure` is what the next call raises."""

    failure: Exception | None = None
    remaining: float | None = None
    inner: str = ""

    async def unary(self, request: bytes, context: Context) -> bytes:
        self.remaining = context.time_remaining()
        if self.failure is not None:
            raise self.failure
        if self.inner:
            async with channel(self.inner, request.decode) as onward:
                answer: bytes = await onward.unary_unary(f"/{NAME}/Inner")(request)
                return answer
        return principal().tenant_id.encode()

    async def within(self, request: bytes, context: Context) -> bytes:
        return str(context.time_remaining()).encode()

    async def stream(self, request: bytes, context: Context) -> AsyncIterator[bytes]:
        yield principal().tenant_id.encode()
        if self.failure is not None:
            raise self.failure
        await asyncio.Event().wait()

    async def written(self, request: bytes, context: Context) -> None:
        await context.write(principal().tenant_id.encode())

    async def unwritten(self, request: bytes, context: Context) -> bytes:
        context.set_code(grpc.StatusCode.UNIMPLEMENTED)
        raise NotImplementedError("Method not implemented!")

    def add(self, server: grpc.aio.Server) -> None:
        handlers = {
            "Unary": grpc.unary_unary_rpc_method_handler(self.unary),
            "Inner": grpc.unary_unary_rpc_method_handler(self.within),
            "Stream": grpc.unary_stream_rpc_method_handler(self.stream),
            "Written": grpc.unary_stream_rpc_method_handler(self.written),
            "Unwritten": grpc.unary_unary_rpc_method_handler(self.unwritten),
        }
        server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(NAME, handlers),))


@dataclass
class World:
    echo: Echo
    server: GrpcServer
    target: str
    issuer: DevIssuer

    def open(self, tenant: str | None = "t_demo", default_timeout: float = 5.0) -> grpc.aio.Channel:
        token = None if tenant is None else (lambda: self.issuer.token(tenant))
        return channel(self.target, token, default_timeout)


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> DevIssuer:
    return tokens(tmp_path_factory.mktemp("auth"))


@pytest_asyncio.fixture
async def world(issuer: DevIssuer) -> AsyncIterator[World]:
    echo, server = Echo(), GrpcServer(verifier_of(issuer))
    port = await server.start("127.0.0.1:0", echo.add, [NAME])
    yield World(echo, server, f"127.0.0.1:{port}", issuer)
    await server.stop(0)


async def refused(call: Awaitable[Any] | Callable[[], Awaitable[Any]]) -> grpc.aio.AioRpcError:
    with pytest.raises(grpc.aio.AioRpcError) as raised:
        await (call() if callable(call) else call)
    return raised.value


async def test_a_call_acts_for_the_tenant_of_its_token(world: World) -> None:
    async with world.open("t_other") as opened:
        assert await opened.unary_unary(f"/{NAME}/Unary")(b"") == b"t_other"
        stream = opened.unary_stream(f"/{NAME}/Stream")(b"")
        assert await stream.read() == b"t_other"
        assert [answer async for answer in opened.unary_stream(f"/{NAME}/Written")(b"")] == [b"t_other"]


@pytest.mark.parametrize("method", ["Unary", "Stream"])
async def test_without_a_token_nothing_answers(world: World, method: str) -> None:
    async with world.open(None) as opened:
        if method == "Unary":
            error = await refused(opened.unary_unary(f"/{NAME}/Unary")(b""))
        else:
            error = await refused(opened.unary_stream(f"/{NAME}/Stream")(b"").read)
    assert error.code() is grpc.StatusCode.UNAUTHENTICATED
    assert problem_of(error).code == "token_missing"


WRONG = Violation("/source_cidrs/0", "cidr_invalid", "this is no network", "add /32")
PROBLEMS: list[Problem] = [
    Invalid("trunk_invalid", "1 field is wrong", hint="repair it", violations=[WRONG]),
    NotFound("trunk_not_found", "there is no trunk trk_1", hint="list them"),
    Conflict("domain_taken", "acme is taken"),
    PreconditionFailed("version_stale", "it changed meanwhile"),
    Forbidden("role_forbidden", "not you"),
    TooMany("rate_limited", "slower"),
    TooMany("requests_too_many", "slower", retry_after=3),
    Unavailable("storage_unavailable", "the database does not answer", retry_after=7),
    Unauthenticated("token_expired", "the token has expired"),
]


@pytest.mark.parametrize("problem", PROBLEMS, ids=lambda p: type(p).__name__)
@pytest.mark.parametrize("method", ["Unary", "Stream"])
async def test_a_problem_comes_out_as_it_went_in(world: World, method: str, problem: Problem) -> None:
    world.echo.failure = problem
    async with world.open() as opened:
        if method == "Unary":
            error = await refused(opened.unary_unary(f"/{NAME}/Unary")(b""))
        else:
            stream = opened.unary_stream(f"/{NAME}/Stream")(b"")
            assert await stream.read() == b"t_demo"
            error = await refused(stream.read)
    assert error.code().name == problem.grpc_status
    came = problem_of(error)
    assert type(came) is type(problem)
    assert (came.code, came.detail, came.hint) == (problem.code, problem.detail, problem.hint)
    assert came.violations == problem.violations
    assert getattr(came, "retry_after", None) == getattr(problem, "retry_after", None)


async def test_what_was_not_foreseen_leaks_nothing(world: World) -> None:
    world.echo.failure = RuntimeError("password=hunter2")
    async with world.open() as opened:
        error = await refused(opened.unary_unary(f"/{NAME}/Unary")(b""))
    assert error.code() is grpc.StatusCode.INTERNAL
    assert "hunter2" not in str(error)
    assert problem_of(error).code == "internal"


async def test_a_method_that_nobody_wrote_is_unimplemented(world: World) -> None:
    async with world.open() as opened:
        error = await refused(opened.unary_unary(f"/{NAME}/Unwritten")(b""))
    assert error.code() is grpc.StatusCode.UNIMPLEMENTED


async def test_a_call_without_a_deadline_is_refused_and_a_stream_is_not(world: World) -> None:
    metadata = [("authorization", f"Bearer {world.issuer.token('t_demo')}")]
    async with grpc.aio.insecure_channel(world.target) as bare:
        error = await refused(bare.unary_unary(f"/{NAME}/Unary")(b"", metadata=metadata))
        assert error.code() is grpc.StatusCode.INVALID_ARGUMENT
        assert problem_of(error).code == "deadline_missing"
        stream = bare.unary_stream(f"/{NAME}/Stream")(b"", metadata=metadata)
        assert await stream.read() == b"t_demo"
        stream.cancel()


async def test_our_channels_set_a_deadline_that_the_server_sees(world: World) -> None:
    async with world.open(default_timeout=3.0) as opened:
        await opened.unary_unary(f"/{NAME}/Unary")(b"")
        assert world.echo.remaining is not None
        assert 1.1 < world.echo.remaining < 3.1
        await opened.unary_unary(f"/{NAME}/Unary")(b"", timeout=1.0)
        assert world.echo.remaining < 1.1  # gRPC rounds up


async def test_a_call_made_in_a_call_gets_only_what_is_left_of_it(world: World) -> None:
    world.echo.inner = world.target
    async with world.open() as opened:
        token = world.issuer.token("t_demo").encode()
        left = float(await opened.unary_unary(f"/{NAME}/Unary")(token, timeout=0.8))
    assert left < 0.9


async def test_health_needs_neither_token_nor_deadline(world: World) -> None:
    async with grpc.aio.insecure_channel(world.target) as bare:
        health = health_pb2_grpc.HealthStub(bare)
        for name in ("", NAME):
            answer = await health.Check(health_pb2.HealthCheckRequest(service=name))
            assert answer.status == health_pb2.HealthCheckResponse.SERVING


async def test_a_draining_server_says_that_it_is_not_serving(world: World) -> None:
    async with grpc.aio.insecure_channel(world.target) as bare:
        await world.server.drain()
        answer = await health_pb2_grpc.HealthStub(bare).Check(health_pb2.HealthCheckRequest(service=NAME))
        assert answer.status == health_pb2.HealthCheckResponse.NOT_SERVING


async def test_a_stopping_server_ends_its_streams_at_once_and_says_why(world: World) -> None:
    async with world.open() as opened:
        stream = opened.unary_stream(f"/{NAME}/Stream")(b"")
        assert await stream.read() == b"t_demo"
        began = asyncio.get_running_loop().time()
        stopping = asyncio.ensure_future(world.server.stop(30))
        error = await refused(stream.read)
        await stopping
    assert problem_of(error).code == "server_stopping"
    assert asyncio.get_running_loop().time() - began < 20  # and not the 30 s of grace


async def test_a_client_that_goes_away_ends_its_stream_quietly(world: World) -> None:
    async with world.open() as opened:
        stream = opened.unary_stream(f"/{NAME}/Stream")(b"")
        await stream.read()
        stream.cancel()
    await until(lambda: len(world.server._streams) == 0)


async def test_a_port_in_use_is_a_wrong_setting(world: World, issuer: DevIssuer) -> None:
    second = GrpcServer(verifier_of(issuer))
    with pytest.raises(WrongSetting) as wrong:
        await second.start(world.target, lambda _server: None, [])
    assert wrong.value.name == "KEEPLINE_GRPC__LISTEN"
    await second.stop(0)


async def test_nobody_there_is_unavailable() -> None:
    async with channel("127.0.0.1:1", default_timeout=2.0) as opened:
        error = await refused(opened.unary_unary(f"/{NAME}/Unary")(b""))
    assert isinstance(problem_of(error), Unavailable)


def watch(opened: grpc.aio.Channel) -> Any:
    return opened.unary_stream(f"/{NAME}/Stream")(b"")


async def test_a_tenant_has_a_share_of_the_streams_and_takes_none_of_another(issuer: DevIssuer) -> None:
    echo, server = Echo(), GrpcServer(verifier_of(issuer), most=Most(all=5, of_tenant=3))
    port = await server.start("127.0.0.1:0", echo.add, [NAME])
    world = World(echo, server, f"127.0.0.1:{port}", issuer)
    async with world.open("t_a") as one, world.open("t_b") as other, world.open("t_c") as third:
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
    world = World(echo, server, f"127.0.0.1:{port}", issuer)
    async with world.open(None) as stranger, world.open("t_a") as mine:
        health = health_pb2_grpc.HealthStub(stranger)
        watching = [health.Watch(health_pb2.HealthCheckRequest()) for _ in range(2)]
        for stream in watching:
            await stream.read()
        error = await refused(health.Watch(health_pb2.HealthCheckRequest()).read())
        assert error.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
        assert await health.Check(health_pb2.HealthCheckRequest(), timeout=5)
        assert await watch(mine).read() == b"t_a"
    await server.stop(0)
