"""gRPC by the client, against servicekit's server."""

import asyncio
import threading
from collections import deque
from collections.abc import AsyncIterator, Iterator
from typing import Any

import grpc
import pytest

from keepline.health.v1.trunk_health_pb2 import Snapshot, TrunkStatus, WatchRequest, WatchResponse
from keepline.health.v1.trunk_health_pb2_grpc import TrunkHealthServicer, add_TrunkHealthServicer_to_server
from keepline.sip.v1.trunk_pb2 import Trunk
from keepline.sip.v1.trunk_service_pb2 import (
    CreateTrunkRequest,
    CreateTrunkResponse,
    DeleteTrunkRequest,
    DeleteTrunkResponse,
    GetTrunkRequest,
    GetTrunkResponse,
    ListTrunksRequest,
    ListTrunksResponse,
    UpdateTrunkRequest,
    UpdateTrunkResponse,
)
from keepline.sip.v1.trunk_service_pb2_grpc import (
    SipTrunkServiceServicer,
    add_SipTrunkServiceServicer_to_server,
)
from keepline_client import (
    Conflict,
    DeadlineExceeded,
    Forbidden,
    InvalidRequest,
    KeeplineError,
    NotFound,
    Retries,
    Unauthenticated,
    Unavailable,
    Unreachable,
    VersionMismatch,
)
from keepline_client.grpc import AsyncKeeplineGrpc, KeeplineGrpc, Removed, every, every_async
from keepline_client.grpc.silence import heard, heard_async
from servicekit import errors
from servicekit.auth import principal
from servicekit.auth.dev_issuer import DevIssuer
from servicekit.grpc import GrpcServer
from servicekit.testing import tokens, verifier_of

QUICK = Retries(tries=3, first_seconds=0.01, longest_seconds=0.02)
DOWN = TrunkStatus(trunk_id="trk_1", version=2, sentence="down")
UP = TrunkStatus(trunk_id="trk_1", version=3, sentence="up")
OTHER = TrunkStatus(trunk_id="trk_2", version=1, sentence="up")


class Trunks(SipTrunkServiceServicer, TrunkHealthServicer):  # type: ignore[misc]
    """next: what the next calls raise, in order; keys: of the creates; streams: what each Watch tells, or how
    long it is silent."""

    def __init__(self) -> None:
        self.next: deque[Exception] = deque()
        self.keys: list[str] = []
        self.calls = 0
        self.streams: deque[list[WatchResponse | Exception | float]] = deque()

    def _fail(self) -> None:
        self.calls += 1
        if self.next:
            raise self.next.popleft()

    async def CreateTrunk(self, request: CreateTrunkRequest, context: Any) -> CreateTrunkResponse:
        self.keys.append(str(dict(context.invocation_metadata()).get("idempotency-key")))
        self._fail()
        return CreateTrunkResponse(trunk=Trunk(id="trk_1", tenant_id=principal().tenant_id))

    async def GetTrunk(self, request: GetTrunkRequest, context: Any) -> GetTrunkResponse:
        self._fail()
        await asyncio.sleep(float(request.id or 0))
        return GetTrunkResponse(trunk=Trunk(id=request.id))

    async def ListTrunks(self, request: ListTrunksRequest, context: Any) -> ListTrunksResponse:
        start = int(request.page_token or 0)
        found = [Trunk(id=f"trk_{n}") for n in range(start, min(start + request.page_size, 5))]
        more = start + request.page_size
        return ListTrunksResponse(trunks=found, next_page_token=str(more) if more < 5 else "")

    async def UpdateTrunk(self, request: UpdateTrunkRequest, context: Any) -> UpdateTrunkResponse:
        self._fail()
        return UpdateTrunkResponse(trunk=request.trunk)

    async def DeleteTrunk(self, request: DeleteTrunkRequest, context: Any) -> DeleteTrunkResponse:
        self._fail()
        return DeleteTrunkResponse()

    async def Watch(self, request: Any, context: Any) -> AsyncIterator[WatchResponse]:
        for told in self.streams.popleft() if self.streams else [errors.Forbidden("over", "no more")]:
            if isinstance(told, Exception):
                raise told
            if isinstance(told, float):
                await asyncio.sleep(told)
            else:
                yield told


class Running:
    def __init__(self, issuer: DevIssuer) -> None:
        self.issuer, self.service, self.target = issuer, Trunks(), ""
        self._stop, self._up = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)
        self._thread.start()
        assert self._up.wait(20)

    def add(self, server: grpc.aio.Server) -> None:
        add_SipTrunkServiceServicer_to_server(self.service, server)
        add_TrunkHealthServicer_to_server(self.service, server)

    async def _serve(self) -> None:
        server = GrpcServer(verifier_of(self.issuer))
        port = await server.start("127.0.0.1:0", self.add, ["keepline.sip.v1.SipTrunkService"])
        self.target = f"127.0.0.1:{port}"
        self._up.set()
        await asyncio.to_thread(self._stop.wait)
        await server.stop(0)

    def close(self) -> None:
        self._stop.set()
        self._thread.join(10)


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> DevIssuer:
    return tokens(tmp_path_factory.mktemp("auth"))


@pytest.fixture
def served(issuer: DevIssuer) -> Iterator[Running]:
    running = Running(issuer)
    yield running
    running.close()


@pytest.fixture
def client(served: Running) -> Iterator[KeeplineGrpc]:
    with KeeplineGrpc(
        served.target, lambda: served.issuer.token("t_a"), insecure=True, retries=QUICK
    ) as made:
        yield made


BUSY = errors.Unavailable("storage_unavailable", "the database does not answer")


def test_a_create_is_repeated_under_its_key(served: Running, client: KeeplineGrpc) -> None:
    served.service.next.extend([BUSY, errors.TooMany("rate_limited", "slower")])
    made = client.trunks.CreateTrunk(CreateTrunkRequest(name="A"))
    assert made.trunk.tenant_id == "t_a"
    assert len(served.service.keys) == 3 and len({*served.service.keys}) == 1
    client.trunks.CreateTrunk(CreateTrunkRequest(), metadata=(("idempotency-key", "mine"),))
    assert served.service.keys[-1] == "mine"


def test_a_change_of_any_version_is_not_repeated(served: Running, client: KeeplineGrpc) -> None:
    served.service.next.append(BUSY)
    with pytest.raises(Unavailable) as raised:
        client.trunks.UpdateTrunk(UpdateTrunkRequest(any_version=True))
    assert raised.value.code == "storage_unavailable"
    served.service.next.append(BUSY)
    client.trunks.UpdateTrunk(UpdateTrunkRequest(expected_version=1))
    assert served.service.calls == 3


GONE = errors.NotFound("trunk_not_found", "no such trunk")


def test_a_delete_whose_answer_was_lost_is_done(served: Running, client: KeeplineGrpc) -> None:
    served.service.next.extend([BUSY, GONE])
    assert client.trunks.DeleteTrunk(DeleteTrunkRequest(id="trk_1")) == DeleteTrunkResponse()
    served.service.next.append(GONE)
    with pytest.raises(NotFound):
        client.trunks.DeleteTrunk(DeleteTrunkRequest(id="trk_1"))


def test_a_token_that_has_ended_is_asked_for_anew(served: Running) -> None:
    good = served.issuer.token("t_a")
    tokens = deque(["ended", good, "ended", "ended"])
    with KeeplineGrpc(served.target, tokens.popleft, insecure=True, retries=QUICK) as client:
        client.trunks.GetTrunk(GetTrunkRequest())
        with pytest.raises(Unauthenticated):
            client.trunks.GetTrunk(GetTrunkRequest())


WRONG = errors.Violation("/name", "name_invalid", "it is empty", hint="name it")
REFUSALS = [
    (errors.NotFound("trunk_not_found", "no such trunk", hint="list them"), NotFound, 404),
    (errors.Invalid("trunk_invalid", "the trunk is wrong", violations=[WRONG]), InvalidRequest, 422),
    (errors.VersionMismatch("version_mismatch", "it changed"), VersionMismatch, 412),
    (errors.Forbidden("role_forbidden", "no"), Forbidden, 403),
    (errors.QuotaReached("quota_trunks", "you have 30"), Conflict, 409),
    (RuntimeError("password=hunter2"), KeeplineError, 500),
]


@pytest.mark.parametrize(("refusal", "kind", "status"), REFUSALS)
def test_a_refusal_is_the_error_that_rest_has(
    served: Running, client: KeeplineGrpc, refusal: Exception, kind: type[KeeplineError], status: int
) -> None:
    served.service.next.append(refusal)
    with pytest.raises(kind) as raised:
        client.trunks.GetTrunk(GetTrunkRequest())
    error = raised.value
    assert (type(error), error.status, served.service.calls) == (kind, status, 1)
    if isinstance(refusal, errors.Problem):
        assert (error.code, error.detail, error.hint) == (refusal.code, refusal.detail, refusal.hint)
        assert [(e.pointer, e.code, e.hint) for e in error.errors] == [
            (v.pointer.lstrip("/"), v.code, v.hint) for v in refusal.violations
        ]
    assert error.request_id
    assert "hunter2" not in str(error)


def test_deadline_token_and_absence_are_told_by_their_class(served: Running, client: KeeplineGrpc) -> None:
    with pytest.raises(DeadlineExceeded):
        client.trunks.GetTrunk(GetTrunkRequest(id="5"), timeout=0.2)
    with KeeplineGrpc(served.target, "no-token", insecure=True) as other, pytest.raises(Unauthenticated):
        other.trunks.GetTrunk(GetTrunkRequest())
    with (
        KeeplineGrpc("127.0.0.1:9", "t", insecure=True, retries=QUICK) as nobody,
        pytest.raises(Unreachable),
    ):
        nobody.trunks.GetTrunk(GetTrunkRequest())


def test_a_list_is_every_page_of_it(client: KeeplineGrpc) -> None:
    asked = ListTrunksRequest(page_size=2)
    found = every(client.trunks.ListTrunks, asked, lambda answer: answer.trunks)
    assert [t.id for t in found] == [f"trk_{n}" for n in range(5)]
    assert asked.page_token == ""


def told(*statuses: TrunkStatus) -> WatchResponse:
    return WatchResponse(snapshot=Snapshot(statuses=statuses))


STREAMS: list[list[WatchResponse | Exception | float]] = [
    [told(DOWN, OTHER), WatchResponse(changed=UP), errors.Unavailable("draining", "later")],
    [told(UP, OTHER), errors.Unauthenticated("token_expired", "it ended")],
    [told(UP), WatchResponse(removed_trunk_id="trk_1")],
]
NEWS = [DOWN, OTHER, UP, Removed("trk_2"), Removed("trk_1")]


def test_a_watch_that_breaks_goes_on_and_tells_only_what_is_new(
    served: Running, client: KeeplineGrpc
) -> None:
    served.service.streams.extend(STREAMS)
    news = []
    with pytest.raises(Forbidden):
        for new in client.watch_trunks():
            news.append(new)
    assert news == NEWS


async def test_a_stream_that_is_silent_is_broken_off(served: Running, client: KeeplineGrpc) -> None:
    silent: list[WatchResponse | Exception | float] = [told(UP), 30.0]
    served.service.streams.extend([silent, silent])
    stream = heard(client.health.Watch(WatchRequest()), 1.0)

    def read() -> None:
        assert next(stream) == told(UP)
        with pytest.raises(Unreachable):
            next(stream)

    await asyncio.wait_for(asyncio.to_thread(read), 20)
    token = served.issuer.token("t_a")
    async with AsyncKeeplineGrpc(served.target, token, insecure=True) as other, asyncio.timeout(20):
        awaited = heard_async(other.health.Watch(WatchRequest()), 1.0)
        assert await anext(awaited) == told(UP)
        with pytest.raises(Unreachable):
            await anext(awaited)


async def test_the_same_for_code_that_awaits(served: Running) -> None:
    async def token() -> str:
        return served.issuer.token("t_b")

    async with AsyncKeeplineGrpc(served.target, token, insecure=True, retries=QUICK) as client:
        served.service.next.append(BUSY)
        made = await client.trunks.CreateTrunk(CreateTrunkRequest(name="A"))
        assert made.trunk.tenant_id == "t_b" and len({*served.service.keys}) == 1
        served.service.next.extend([BUSY, GONE])
        deleted = await client.trunks.DeleteTrunk(DeleteTrunkRequest(id="trk_1"))
        assert deleted == DeleteTrunkResponse()
        served.service.next.append(GONE)
        with pytest.raises(NotFound):
            await client.trunks.GetTrunk(GetTrunkRequest())
        with pytest.raises(DeadlineExceeded):
            await client.trunks.GetTrunk(GetTrunkRequest(id="5"), timeout=0.2)
        asked = ListTrunksRequest(page_size=2)
        found = [t.id async for t in every_async(client.trunks.ListTrunks, asked, lambda a: a.trunks)]
        assert len(found) == 5
        served.service.streams.extend(STREAMS)
        news = []
        with pytest.raises(Forbidden):
            async for new in client.watch_trunks():
                news.append(new)
        assert news == NEWS
