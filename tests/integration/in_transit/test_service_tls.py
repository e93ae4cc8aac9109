"""A service over mutual TLS, by its settings alone: it lets in whom the authority knows, and nobody else."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
import grpc.aio
import httpx
import pytest
import pytest_asyncio
from grpc_health.v1 import health_pb2, health_pb2_grpc

from servicekit.auth import TokenVerifier
from servicekit.grpc import channel
from servicekit.http import create_app
from servicekit.lifecycle import Service, serve
from servicekit.settings import ApiSettings, ClientTlsSettings, load
from servicekit.testing import tokens, until
from servicekit.testing.certificates import Authority, Issued

UNKNOWN_CA = "CERTIFICATE_VERIFY_FAILED"


@dataclass(frozen=True, slots=True)
class Served:
    grpc: str
    http: str
    certificate: Issued


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def served(authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    folder = tmp_path_factory.mktemp("served")
    made = authority.issue("server")
    environment = {"DATA_DIR": folder, "KAFKA__BOOTSTRAP": "127.0.0.1:1"}
    environment["AUTH__JWKS_FILE"] = tokens(folder / "keys").jwks_file
    for server in ("GRPC", "HTTP"):
        environment[f"{server}__TLS__CERT_FILE"] = made.cert_file
        environment[f"{server}__TLS__KEY_FILE"] = made.key_file
        environment[f"{server}__TLS__CLIENT_CA_FILE"] = authority.ca_file
    ports: list[int] = []

    async def build(service: Service[ApiSettings]) -> None:
        verifier = TokenVerifier.from_settings(service.settings.auth)
        ports.append(await service.serve_grpc(lambda _server: None, [], verifier))
        ports.append(await service.serve_http(create_app("test", "Test", verifier, service.readiness)))

    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(f"KEEPLINE_{name}", str(value))
        settings = load(ApiSettings)
    stopping = asyncio.Event()
    task = asyncio.ensure_future(serve("test", settings, build, stopping))
    await until(lambda: len(ports) == 2 or task.done())
    yield Served(f"127.0.0.1:{ports[0]}", f"https://127.0.0.1:{ports[1]}", made)
    stopping.set()
    await task


def shown(authority: Authority, known: Authority, name: str = "client") -> ClientTlsSettings:
    """What a client with a certificate of `known` has, which trusts `authority`."""
    mine = known.issue(name)
    return ClientTlsSettings(
        enabled=True, ca_file=authority.ca_file, cert_file=mine.cert_file, key_file=mine.key_file
    )


async def checked(target: str, tls: ClientTlsSettings | None) -> Any:
    opened = channel(target, tls=tls)
    try:
        return await health_pb2_grpc.HealthStub(opened).Check(health_pb2.HealthCheckRequest(), timeout=5)
    finally:
        await opened.close()


async def test_grpc_lets_in_whom_the_authority_knows(served: Served, authority: Authority) -> None:
    answer = await checked(served.grpc, shown(authority, authority))
    assert answer.status == health_pb2.HealthCheckResponse.SERVING


async def test_grpc_refuses_everybody_else(served: Served, authority: Authority, stranger: Authority) -> None:
    nothing_shown = ClientTlsSettings(enabled=True, ca_file=authority.ca_file)
    for tls in (None, nothing_shown, shown(authority, stranger)):
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await checked(served.grpc, tls)
        assert refused.value.code() is grpc.StatusCode.UNAVAILABLE


async def test_a_grpc_client_tells_that_the_server_is_not_trusted(
    served: Served, authority: Authority, stranger: Authority
) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await checked(served.grpc, shown(stranger, authority))
    assert UNKNOWN_CA in str(refused.value.details())


def http_context(authority: Authority, issued: Issued | None) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=authority.ca_file)
    if issued is not None:
        context.load_cert_chain(issued.cert_file, issued.key_file)
    return context


async def test_rest_lets_in_whom_the_authority_knows_and_still_wants_a_token(
    served: Served, authority: Authority
) -> None:
    context = http_context(authority, authority.issue("client"))
    async with httpx.AsyncClient(base_url=served.http, verify=context) as client:
        assert (await client.get("/healthz")).status_code == 200
        assert (await client.get("/api")).status_code == 401


async def test_rest_refuses_everybody_else(served: Served, authority: Authority, stranger: Authority) -> None:
    for context in (http_context(authority, None), http_context(authority, stranger.issue("client"))):
        with pytest.raises(httpx.TransportError):
            async with httpx.AsyncClient(base_url=served.http, verify=context) as client:
                await client.get("/healthz")
    with pytest.raises(httpx.TransportError):
        async with httpx.AsyncClient(base_url=served.http.replace("https", "http")) as client:
            await client.get("/healthz")


async def serial(address: str, context: ssl.SSLContext) -> int:
    host, port = address.split(":")
    _, writer = await asyncio.open_connection(host, int(port), ssl=context)
    found = writer.get_extra_info("peercert")
    writer.close()
    return int(found["serialNumber"], 16)


async def test_both_servers_show_a_renewed_certificate_without_a_restart(
    served: Served, authority: Authority
) -> None:
    context = http_context(authority, authority.issue("client"))
    context.set_alpn_protocols(["h2", "http/1.1"])
    addresses = [served.grpc, served.http.removeprefix("https://")]
    before = [await serial(address, context) for address in addresses]
    authority.issue("server")
    for address in addresses:
        await serial(address, context)  # the handshake that sees the new files
    after = [await serial(address, context) for address in addresses]
    assert before[0] == before[1]
    assert after[0] == after[1] != before[0]


async def test_a_wrong_certificate_ends_the_start_with_its_name(
    authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KEEPLINE_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("KEEPLINE_KAFKA__BOOTSTRAP", "127.0.0.1:1")
    monkeypatch.setenv("KEEPLINE_AUTH__JWKS_FILE", str(tokens(tmp_path / "keys").jwks_file))
    monkeypatch.setenv("KEEPLINE_HTTP__TLS__CERT_FILE", str(authority.issue("server").cert_file))
    monkeypatch.setenv("KEEPLINE_HTTP__TLS__KEY_FILE", str(authority.issue("other").key_file))
    settings = load(ApiSettings)

    async def build(service: Service[ApiSettings]) -> None:
        verifier = TokenVerifier.from_settings(settings.auth)
        await service.serve_http(create_app("test", "Test", verifier, service.readiness))

    with pytest.raises(ExceptionGroup) as ended:
        await serve("test", settings, build, asyncio.Event())
    assert "KEEPLINE_HTTP__TLS__KEY_FILE" in repr(ended.value)
