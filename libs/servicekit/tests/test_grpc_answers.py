"""What a gRPC client reads of an answer: details, ids, field paths, reflection; and when its stream ends."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import grpc
import grpc.aio
import pytest
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo, RequestInfo, RetryInfo
from grpc_health.v1 import health_pb2
from grpc_reflection.v1alpha import reflection_pb2 as reflection
from grpc_status import rpc_status

from keepline.sip.v1 import switch_config_pb2, trunk_service_pb2
from servicekit.auth import Principal, Role
from servicekit.auth.dev_issuer import DevIssuer
from servicekit.auth.rights import Rights
from servicekit.clock import Clock, FakeClock, SystemClock
from servicekit.errors import Invalid, Unavailable, Violation
from servicekit.grpc import GrpcServer, channel, problem_of
from servicekit.testing import tokens, until, verifier_of

NAME = "keepline.test.v1.Answers"
METHOD = f"/{NAME}/Method"
TRUNKS, NODES = "keepline.sip.v1.SipTrunkService", "keepline.sip.v1.SwitchConfig"


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> DevIssuer:
    return tokens(tmp_path_factory.mktemp("auth"))


@asynccontextmanager
async def served(
    issuer: DevIssuer,
    behaviour: Callable[[Any, Any], Any],
    *,
    read: Callable[[bytes], Any] | None = None,
    streams: bool = False,
    names: Sequence[str] = (NAME,),
    clock: Clock | None = None,
) -> AsyncIterator[grpc.aio.Channel]:
    make = grpc.unary_stream_rpc_method_handler if streams else grpc.unary_unary_rpc_method_handler
    handlers = {"Method": make(behaviour, request_deserializer=read)}

    def add(server: grpc.aio.Server) -> None:
        server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(NAME, handlers),))

    server = GrpcServer(verifier_of(issuer, clock), for_nodes=[NODES])
    port = await server.start("127.0.0.1:0", add, names)
    token = issuer.token("t_demo", ttl=60)
    async with channel(f"127.0.0.1:{port}", lambda: token) as opened:
        yield opened
    await server.stop(0)


async def refused(call: Any) -> grpc.aio.AioRpcError:
    with pytest.raises(grpc.aio.AioRpcError) as raised:
        await call
    return raised.value


def raising(error: Exception) -> Callable[[Any, Any], Any]:
    async def behaviour(_request: Any, _context: Any) -> bytes:
        raise error

    return behaviour


async def echo(request: Any, _context: Any) -> bytes:
    return request if isinstance(request, bytes) else b"read"


async def test_the_details_are_those_that_google_defines(issuer: DevIssuer) -> None:
    wrong = Violation("/source_cidrs/0", "cidr_invalid", "this is no network", "add /32")
    problem = Invalid("trunk_invalid", "a field is wrong", hint="repair it", violations=[wrong])
    async with served(issuer, raising(problem)) as opened:
        error = await refused(opened.unary_unary(METHOD)(b""))
    assert error.code() is grpc.StatusCode.INVALID_ARGUMENT
    status = rpc_status.from_call(error)
    assert status is not None
    info, request, named = ErrorInfo(), BadRequest(), RequestInfo()
    for detail, into in zip(status.details, (info, request, named), strict=True):
        assert detail.Unpack(into)
    assert (info.reason, info.domain, info.metadata["hint"]) == ("trunk_invalid", "keepline.dev", "repair it")
    field = request.field_violations[0]
    assert (field.field, field.reason) == ("source_cidrs[0]", "cidr_invalid")
    assert (field.description, field.localized_message.message) == ("this is no network", "add /32")
    assert named.request_id == dict(error.trailing_metadata() or ())["x-request-id"] != ""


async def test_who_shall_ask_again_is_told_when(issuer: DevIssuer) -> None:
    async with served(issuer, raising(Unavailable("storage_unavailable", "away", retry_after=7))) as opened:
        error = await refused(opened.unary_unary(METHOD)(b""))
    status, retry = rpc_status.from_call(error), RetryInfo()
    assert status is not None
    assert status.details[1].Unpack(retry)
    assert retry.retry_delay.seconds == 7


async def test_more_wrong_fields_than_metadata_can_carry_are_counted(issuer: DevIssuer) -> None:
    wrong = [
        Violation(f"/numbers/{n}", "number_invalid", "this is no number", "write +44") for n in range(1000)
    ]
    async with served(
        issuer, raising(Invalid("plan_invalid", "1000 fields are wrong", violations=wrong))
    ) as to:
        error = await refused(to.unary_unary(METHOD)(b""))
    assert error.code() is grpc.StatusCode.INVALID_ARGUMENT
    told = problem_of(error).violations
    assert 10 < len(told) < 1000
    assert told == tuple(wrong[: len(told)])
    info, status = ErrorInfo(), rpc_status.from_call(error)
    assert status is not None
    assert status.details[0].Unpack(info)
    assert int(info.metadata["fields_left_out"]) == 1000 - len(told)


@pytest.mark.parametrize("sent", ["mine-1.x_y", "", "not this one", "x" * 65])
async def test_every_answer_has_the_callers_id_or_one_of_ours(issuer: DevIssuer, sent: str) -> None:
    async with served(issuer, echo) as opened:
        call = opened.unary_unary(METHOD)(b"", metadata=[("x-request-id", sent)])
        await call
        trailing = dict(await call.trailing_metadata() or ())
    assert (
        trailing["x-request-id"] == sent
        if sent == "mine-1.x_y"
        else trailing["x-request-id"].startswith("req_")
    )


async def test_a_refusal_has_the_same_id_in_its_details_and_its_metadata(issuer: DevIssuer) -> None:
    async with served(issuer, raising(Invalid("x", "y"))) as opened:
        error = await refused(opened.unary_unary(METHOD)(b"", metadata=[("x-request-id", "mine")]))
    told = [detail for detail in rpc_status.from_call(error).details if detail.Is(RequestInfo.DESCRIPTOR)]
    assert [RequestInfo.FromString(detail.value).request_id for detail in told] == ["mine"]
    assert dict(error.trailing_metadata() or ())["x-request-id"] == "mine"


async def test_bytes_that_are_no_message_are_the_callers_fault(
    issuer: DevIssuer, caplog: pytest.LogCaptureFixture
) -> None:
    async with served(issuer, echo, read=health_pb2.HealthCheckRequest.FromString) as opened:
        error = await refused(opened.unary_unary(METHOD)(b"\xff\xff\xff"))
        assert await opened.unary_unary(METHOD)(b"") == b"read"
    assert error.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert problem_of(error).code == "message_malformed"
    assert not caplog.records


@pytest.mark.parametrize(
    ("size", "code"), [((1 << 20) + 1, "body_too_large"), (3 << 20, "resource_exhausted")]
)
async def test_a_message_is_as_large_as_a_body_of_rest_at_the_most(
    issuer: DevIssuer, size: int, code: str
) -> None:
    async with served(issuer, echo) as opened:
        error = await refused(opened.unary_unary(METHOD)(bytes(size)))
        assert len(await opened.unary_unary(METHOD)(bytes(1 << 20))) == 1 << 20
    assert problem_of(error).code == code


async def test_a_deadline_has_an_end(issuer: DevIssuer) -> None:
    async with served(issuer, echo) as opened:
        error = await refused(opened.unary_unary(METHOD)(b"", timeout=1e7))
        await opened.unary_unary(METHOD)(b"", timeout=299)
    assert problem_of(error).code == "deadline_too_long"


async def test_a_stream_ends_with_its_token(issuer: DevIssuer) -> None:
    async def forever(_request: bytes, _context: Any) -> AsyncIterator[bytes]:
        yield b"here"
        await asyncio.Event().wait()

    clock = FakeClock(SystemClock().now())
    async with served(issuer, forever, streams=True, clock=clock) as opened:
        stream = opened.unary_stream(METHOD)(b"")
        assert await stream.read() == b"here"
        clock.advance(62)
        error = await refused(stream.read())
    assert error.code() is grpc.StatusCode.UNAUTHENTICATED
    assert problem_of(error).code == "token_expired"


class Judge:
    good = True

    def now(self) -> float:
        return 0.0

    def holds(self, who: Principal, since: float) -> bool:
        return self.good


async def test_what_was_forgotten_is_not_ended() -> None:
    judge, ended = Judge(), list[str]()
    rights, who = Rights(judge, look_seconds=0.01), Principal("t_demo", "x", Role.OWNER)
    rights.watch(who, lambda: ended.append("kept"))
    rights.forget(rights.watch(who, lambda: ended.append("forgotten")))
    judge.good = False
    await until(lambda: ended == ["kept"])


async def ask(opened: grpc.aio.Channel, service: str, **asked: str) -> reflection.ServerReflectionResponse:
    """Without the token of the channel's, as tools ask."""
    call = opened.stream_stream(
        f"/{service}/ServerReflectionInfo",
        request_serializer=reflection.ServerReflectionRequest.SerializeToString,
        response_deserializer=reflection.ServerReflectionResponse.FromString,
    )(iter([reflection.ServerReflectionRequest(**asked)]))
    answers: list[reflection.ServerReflectionResponse] = [answer async for answer in call]
    return answers[0]


@pytest.mark.parametrize("version", ["v1", "v1alpha"])
async def test_reflection_shows_what_tenants_call_and_nothing_of_nodes(
    issuer: DevIssuer, version: str
) -> None:
    assert trunk_service_pb2.DESCRIPTOR.services_by_name
    assert switch_config_pb2.DESCRIPTOR.services_by_name
    service = f"grpc.reflection.{version}.ServerReflection"
    async with served(issuer, echo, names=(NAME, TRUNKS, NODES)) as opened:
        listed = await ask(opened, service, list_services="")
        names = {one.name for one in listed.list_services_response.service}
        assert {NAME, TRUNKS, "grpc.health.v1.Health", service} <= names
        assert NODES not in names
        for symbol in (TRUNKS, service, "grpc.health.v1.Health"):
            found = await ask(opened, service, file_containing_symbol=symbol)
            assert found.file_descriptor_response.file_descriptor_proto, symbol
        found = await ask(opened, service, file_containing_symbol=NODES)
        assert found.error_response.error_code == grpc.StatusCode.NOT_FOUND.value[0]
        # its file is there, because a message in it is needed
        found = await ask(opened, service, file_by_filename="keepline/sip/v1/switch_config.proto")
        file, *_ = found.file_descriptor_response.file_descriptor_proto
        assert b"WatchRequest" in file
        assert b"SwitchConfig" not in file
