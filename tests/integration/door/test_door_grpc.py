"""gRPC through the door: in clear on a port of its own, with TLS on the one port of all."""

import asyncio
import ssl
from typing import Any

import grpc
import grpc.aio
import httpx
import pytest
from google.rpc.error_details_pb2 import ErrorInfo, RetryInfo
from grpc_status import rpc_status

from harness.door_alone import SERVICE, Behind, Door
from servicekit.testing.certificates import Authority

GET, WATCH = f"/{SERVICE}/GetStatus", f"/{SERVICE}/Watch"


async def refused(channel: grpc.aio.Channel, method: str, request: bytes = b"") -> grpc.aio.AioRpcError:
    async with channel:
        with pytest.raises(grpc.aio.AioRpcError) as found:
            await channel.unary_unary(method)(request, timeout=30)
    return found.value


async def test_a_call_is_answered_with_its_id(door: Door, behind: Behind) -> None:
    async with door.clear() as channel:
        call = channel.unary_unary(GET)(b"hello", timeout=30, metadata=(("x-request-id", "mine-1"),))
        assert await call == b"hello"
        assert ("x-request-id", "mine-1") in tuple(await call.initial_metadata())
    assert behind.metadata[-1]["x-request-id"] == "mine-1"


async def test_a_refusal_of_the_service_passes_as_it_is(door: Door) -> None:
    error = await refused(door.clear(), GET, b"refuse")
    assert (error.code(), error.details()) == (grpc.StatusCode.NOT_FOUND, "no such trunk")
    assert ("x-request-id", "told-at-the-end") in tuple(error.trailing_metadata())


async def test_a_message_of_a_stream_arrives_when_it_is_sent(door: Door, behind: Behind) -> None:
    behind.go_on.clear()
    async with door.clear() as channel:
        stream = channel.unary_stream(WATCH)(b"")
        assert await asyncio.wait_for(stream.read(), 30) == b"first"
        behind.go_on.set()
        assert await asyncio.wait_for(stream.read(), 30) == b"second"


@pytest.mark.parametrize(
    ("method", "code", "reason", "again"),
    [
        (
            "/keepline.sip.v1.SipTrunkService/GetTrunk",
            grpc.StatusCode.UNAVAILABLE,
            "service_unavailable",
            True,
        ),
        ("/keepline.sip.v1.SwitchConfig/Watch", grpc.StatusCode.UNIMPLEMENTED, "path_not_found", False),
        ("/keepline.nothing.v1.Nothing/Get", grpc.StatusCode.UNIMPLEMENTED, "path_not_found", False),
    ],
)
async def test_what_the_door_says_is_a_status_with_its_reason(
    door: Door, method: str, code: grpc.StatusCode, reason: str, again: bool
) -> None:
    error = await refused(door.clear(), method)
    status = rpc_status.from_call(error)
    info = ErrorInfo()
    assert status is not None
    assert (error.code(), status.details[0].Unpack(info), info.reason) == (code, True, reason)
    assert any(detail.Is(RetryInfo.DESCRIPTOR) for detail in status.details) is again
    assert reason in str(error.details())


async def test_a_request_that_is_too_large_is_told(door: Door) -> None:
    error = await refused(door.clear(), GET, b"x" * ((16 << 20) + 1))
    assert error.code() is grpc.StatusCode.RESOURCE_EXHAUSTED


async def test_with_tls_one_port_speaks_rest_and_grpc(
    opens_door: Any, tmp_path_factory: pytest.TempPathFactory
) -> None:
    authority = Authority(tmp_path_factory.mktemp("authority"))
    made = authority.issue("door")
    files = {"HTTP__TLS__CERT_FILE": str(made.cert_file), "HTTP__TLS__KEY_FILE": str(made.key_file)}
    door = await opens_door(tls=True, **files)
    context = ssl.create_default_context(cafile=str(authority.ca_file))
    async with door.rest(verify=context) as client:
        assert (await client.get("/api/v1/health/trunks")).json()["method"] == "GET"
    credentials = grpc.ssl_channel_credentials(authority.ca_file.read_bytes())
    async with grpc.aio.secure_channel(door.rpc, credentials) as channel:
        assert await channel.unary_unary(GET)(b"hello", timeout=30) == b"hello"
    async with httpx.AsyncClient() as client:
        answer = await client.get(door.url.replace("https", "http"))
    assert (answer.status_code, answer.json()["code"]) == (400, "tls_required")


async def test_clients_without_a_known_certificate_are_told(
    opens_door: Any, tmp_path_factory: pytest.TempPathFactory
) -> None:
    authority = Authority(tmp_path_factory.mktemp("mutual"))
    made, mine = authority.issue("door"), authority.issue("client")
    files = {"CERT_FILE": made.cert_file, "KEY_FILE": made.key_file, "CLIENT_CA_FILE": authority.ca_file}
    door = await opens_door(tls=True, **{f"HTTP__TLS__{name}": str(file) for name, file in files.items()})
    context = ssl.create_default_context(cafile=str(authority.ca_file))
    async with door.rest(verify=context) as client:
        answer = await client.get("/api/v1/health/trunks")
    assert (answer.status_code, answer.json()["code"]) == (403, "certificate_refused")
    context.load_cert_chain(mine.cert_file, mine.key_file)
    async with door.rest(verify=context) as client:
        assert (await client.get("/api/v1/health/trunks")).status_code == 200
