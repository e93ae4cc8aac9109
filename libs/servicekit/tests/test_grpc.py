"""gRPC refuses with the same codes as REST, asks for a deadline and a token, and ends its streams."""

from collections.abc import AsyncIterator

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
from servicekit.grpc import GrpcServer, channel, problem_of
from servicekit.settings import WrongSetting
from servicekit.testing import tokens, verifier_of
from servicekit.testing.echo import NAME, Served, refused, served_alone


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> DevIssuer:
    return tokens(tmp_path_factory.mktemp("auth"))


@pytest_asyncio.fixture
async def served(issuer: DevIssuer) -> AsyncIterator[Served]:
    async with served_alone(issuer) as served:
        yield served


async def test_a_call_acts_for_the_tenant_of_its_token(served: Served) -> None:
    async with served.open("t_other") as opened:
        assert await opened.unary_unary(f"/{NAME}/Unary")(b"") == b"t_other"
        stream = opened.unary_stream(f"/{NAME}/Stream")(b"")
        assert await stream.read() == b"t_other"
        assert [answer async for answer in opened.unary_stream(f"/{NAME}/Written")(b"")] == [b"t_other"]


@pytest.mark.parametrize("method", ["Unary", "Stream"])
async def test_without_a_token_nothing_answers(served: Served, method: str) -> None:
    async with served.open(None) as opened:
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
async def test_a_problem_comes_out_as_it_went_in(served: Served, method: str, problem: Problem) -> None:
    served.echo.failure = problem
    async with served.open() as opened:
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


async def test_what_was_not_foreseen_leaks_nothing(served: Served) -> None:
    served.echo.failure = RuntimeError("password=hunter2")
    async with served.open() as opened:
        error = await refused(opened.unary_unary(f"/{NAME}/Unary")(b""))
    assert error.code() is grpc.StatusCode.INTERNAL
    assert "hunter2" not in str(error)
    assert problem_of(error).code == "internal"


async def test_a_method_that_nobody_wrote_is_unimplemented(served: Served) -> None:
    async with served.open() as opened:
        error = await refused(opened.unary_unary(f"/{NAME}/Unwritten")(b""))
    assert error.code() is grpc.StatusCode.UNIMPLEMENTED


async def test_a_call_without_a_deadline_is_refused_and_a_stream_is_not(served: Served) -> None:
    metadata = [("authorization", f"Bearer {served.issuer.token('t_demo')}")]
    async with grpc.aio.insecure_channel(served.target) as bare:
        error = await refused(bare.unary_unary(f"/{NAME}/Unary")(b"", metadata=metadata))
        assert error.code() is grpc.StatusCode.INVALID_ARGUMENT
        assert problem_of(error).code == "deadline_missing"
        stream = bare.unary_stream(f"/{NAME}/Stream")(b"", metadata=metadata)
        assert await stream.read() == b"t_demo"
        stream.cancel()


async def test_our_channels_set_a_deadline_that_the_server_sees(served: Served) -> None:
    async with served.open(default_timeout=4.0) as opened:
        await opened.unary_unary(f"/{NAME}/Unary")(b"")
        assert served.echo.remaining is not None
        assert 2.1 < served.echo.remaining < 4.1
        await opened.unary_unary(f"/{NAME}/Unary")(b"", timeout=2.0)
        assert served.echo.remaining < 2.1  # gRPC rounds up


async def test_a_call_made_in_a_call_gets_only_what_is_left_of_it(served: Served) -> None:
    served.echo.inner = served.target
    async with served.open() as opened:
        token = served.issuer.token("t_demo").encode()
        left = float(await opened.unary_unary(f"/{NAME}/Unary")(token, timeout=4.0))
    assert left < 4.1


async def test_health_needs_neither_token_nor_deadline(served: Served) -> None:
    async with grpc.aio.insecure_channel(served.target) as bare:
        health = health_pb2_grpc.HealthStub(bare)
        for name in ("", NAME):
            answer = await health.Check(health_pb2.HealthCheckRequest(service=name))
            assert answer.status == health_pb2.HealthCheckResponse.SERVING


async def test_a_draining_server_says_that_it_is_not_serving(served: Served) -> None:
    async with grpc.aio.insecure_channel(served.target) as bare:
        await served.server.drain()
        answer = await health_pb2_grpc.HealthStub(bare).Check(health_pb2.HealthCheckRequest(service=NAME))
        assert answer.status == health_pb2.HealthCheckResponse.NOT_SERVING


async def test_a_port_in_use_is_a_wrong_setting(served: Served, issuer: DevIssuer) -> None:
    second = GrpcServer(verifier_of(issuer))
    with pytest.raises(WrongSetting) as wrong:
        await second.start(served.target, lambda _server: None, [])
    assert wrong.value.name == "KEEPLINE_GRPC__LISTEN"
    await second.stop(0)


async def test_nobody_there_is_unavailable() -> None:
    async with channel("127.0.0.1:1", default_timeout=2.0) as opened:
        error = await refused(opened.unary_unary(f"/{NAME}/Unary")(b""))
    assert isinstance(problem_of(error), Unavailable)
