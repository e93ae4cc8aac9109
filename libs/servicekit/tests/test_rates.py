"""What one tenant asks a second keeps no other waiting."""

from pathlib import Path

import grpc
import grpc.aio
import httpx
import pytest

from servicekit.auth.principal import Principal, Role
from servicekit.errors import TooMany
from servicekit.grpc import channel
from servicekit.grpc.server import GrpcServer
from servicekit.http import create_app
from servicekit.rates import RequestRates
from servicekit.readiness import Readiness
from servicekit.testing import tokens, verifier_of

NAME = "test.Echo"
GREEDY, OTHER = (Principal(tenant, "someone", Role.OWNER) for tenant in ("t_greedy", "t_other"))


async def _echo(request: bytes, _context: object) -> bytes:
    return request


def test_a_tenant_has_its_own_count_in_each_second() -> None:
    now = 7.9
    rates = RequestRates(2, lambda: now)
    for who in (GREEDY, GREEDY, OTHER, OTHER):
        rates.count(who)
    with pytest.raises(TooMany):
        rates.count(GREEDY)
    now = 8.0
    rates.count(GREEDY)


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.NODE])
def test_ours_are_not_counted(role: Role) -> None:
    rates = RequestRates(0, lambda: 0.0)
    rates.count(Principal("platform", "ours", role))


async def test_a_rest_api_refuses_what_is_too_many(tmp_path: Path) -> None:
    issuer = tokens(tmp_path)
    app = create_app("test", "Test", verifier_of(issuer), Readiness(), requests_per_second=0)
    headers = {"Authorization": f"Bearer {issuer.token('t_demo')}"}
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        answer = await client.get("/nothing", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (429, "requests_too_many")
        assert (await client.get("/healthz")).status_code == 200


async def test_a_grpc_server_refuses_what_is_too_many(tmp_path: Path) -> None:
    issuer = tokens(tmp_path)
    server = GrpcServer(verifier_of(issuer), requests_per_second=0)
    handlers = {"Unary": grpc.unary_unary_rpc_method_handler(_echo)}

    def add(to: grpc.aio.Server) -> None:
        to.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(NAME, handlers),))

    port = await server.start("127.0.0.1:0", add, [NAME])
    try:
        async with channel(f"127.0.0.1:{port}", lambda: issuer.token("t_demo")) as asking:
            with pytest.raises(grpc.aio.AioRpcError) as refused:
                await asking.unary_unary(f"/{NAME}/Unary")(b"")
    finally:
        await server.stop(0)
    assert refused.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
