"""keepline.sip.v1.SwitchConfig: nodes watch what they should run, and say what they did with it."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import grpc

from keepline.sip.v1 import switch_config_pb2 as pb
from servicekit.auth import Role, require
from servicekit.errors import Forbidden, Invalid, Violation
from servicekit.kafka.headers import PLATFORM
from servicekit.telemetry.logging import logger
from sip_config.adapters.messages.resources import chunks, revision_message
from sip_config.app.network import Network
from sip_config.app.node_feed import NodeFeed
from sip_config.app.node_reports import Hello, NodeReports, Word
from sip_config.domain.network import OperatorWord
from sip_config.domain.node_report import MAX_REFUSED, Held, Limits
from sip_config.domain.node_tables import Room
from siptypes.ids import is_token
from siptypes.versions import Revision, behind

SERVICE = "keepline.sip.v1.SwitchConfig"
HEARTBEAT = 5.0  # seconds
SCHEMA = 1
_MAX_REASON, _MAX_ASIDE_REASON, _MAX_NAME = 1000, 200, 320
_MAX_LIST, _MAX_LOGS, _MAX_WORD = 100, 1000, 64
_MAX_POSITION = (1 << 63) - 1  # what the database holds as an integer
MAX_ROWS = 1 << 40

_log = logger(__name__)
_Context = grpc.aio.ServicerContext[Any, Any]


def add_to_server(servicer: "SwitchConfig", server: grpc.aio.Server) -> None:
    """As the generated function does it, but the answers of Watch come encoded already."""
    handlers: dict[str, grpc.RpcMethodHandler[Any, Any]] = {
        "Watch": grpc.unary_stream_rpc_method_handler(
            servicer.Watch, request_deserializer=pb.WatchRequest.FromString, response_serializer=None
        ),
        "Ack": grpc.unary_unary_rpc_method_handler(
            servicer.Ack,
            request_deserializer=pb.AckRequest.FromString,
            response_serializer=pb.AckResponse.SerializeToString,
        ),
    }
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(SERVICE, handlers),))


class SwitchConfig:
    def __init__(
        self,
        feed: NodeFeed,
        reports: NodeReports,
        network: Network,
        heartbeat: float = HEARTBEAT,
    ) -> None:
        self._feed = feed
        self._reports = reports
        self._network = network
        self._heartbeat = heartbeat

    async def Watch(self, request: pb.WatchRequest, context: _Context) -> AsyncIterator[bytes]:
        node = _node(request.node_id)
        hello = _hello(request)
        _log.info("a node watches", node=node, holds=hello.held.version[:12] or "nothing")
        report = await self._reports.hello(node, hello)
        self._feed.room(_room(self._reports.limits()))
        stream = _Stream(node, report.held, accepts_older=request.accept.older)
        while True:
            async for message in self._step(stream):
                yield message
            self._reports.watches(node)

    async def _step(self, stream: "_Stream") -> AsyncIterator[bytes]:
        """Sends what the node lacks, or waits for it and sends a heartbeat."""
        word = self._network.word
        refused = self._refused(stream)
        if self._feed.ready and self._lags(stream, word):
            yield _encoded(lagging=pb.Lagging(revision=revision_message(self._feed.revision)))
            await asyncio.sleep(self._heartbeat)
            return
        version = self._feed.version
        if (
            self._feed.ready
            and version != stream.holds
            and (version not in refused or stream.may_repeat(version, word))
        ):
            news = self._feed.news(stream.holds)
            for chunk in chunks(news, _word(word)):
                yield chunk
            stream.sent(news.version, word)
            return
        quiet = stream.is_new or not await self._feed.moved(version, self._heartbeat)
        stream.is_new = stream.is_new and not self._feed.ready
        if quiet and self._feed.ready:
            yield self._current(stream)
        elif quiet:
            await self._feed.moved("", self._heartbeat)

    def _refused(self, stream: "_Stream") -> tuple[str, ...]:
        """What the node refused, here or at another replica; then it still holds what it had."""
        report = self._reports.known(stream.node)
        if report is None:
            return ()
        if stream.holds in report.refused:
            stream.holds = report.held.version
        return report.refused

    def _lags(self, stream: "_Stream", word: OperatorWord | None) -> bool:
        """Whether we have read less than the node holds. Once we caught up we stay ahead."""
        if stream.met:
            return False
        older = stream.accepts_older or (word is not None and word.older)
        stream.met = older or not behind(self._feed.revision, stream.revision)
        return not stream.met

    def _current(self, stream: "_Stream") -> bytes:
        revision = revision_message(self._feed.revision)
        return _encoded(current=pb.Current(version=stream.holds, revision=revision))

    async def Ack(self, request: pb.AckRequest, context: _Context) -> pb.AckResponse:
        node, reason = _node(request.node_id), request.nack_reason[:_MAX_REASON]
        if reason:
            _log.warning(
                "a node refused its configuration", node=node, version=request.version, reason=reason
            )
        aside = {
            one.name[:_MAX_NAME]: one.reason[:_MAX_ASIDE_REASON] for one in request.set_aside[:_MAX_LIST]
        }
        if aside:
            name, why = next(iter(aside.items()))
            count = max(request.set_aside_count, len(aside))
            _log.error("a node set resources aside", node=node, count=count, first=name, reason=why)
        held = _held(request.held) if request.HasField("held") else None
        version = Held(request.version[:64], _revision(request.revision))
        await self._reports.word(node, Word(version, reason, aside, request.set_aside_count, held))
        return pb.AckResponse()


class _Stream:
    """What is known of one watching node."""

    def __init__(self, node: str, held: Held, *, accepts_older: bool) -> None:
        self.node = node
        self.holds = held.version
        self.revision = held.revision
        self.accepts_older = accepts_older
        self.met = False
        self.is_new = True
        self._repeated: set[tuple[str, datetime]] = set()

    def sent(self, version: str, word: OperatorWord | None) -> None:
        self.holds = version
        self.is_new = False
        if word is not None:
            self._repeated.add((version, word.until))

    def may_repeat(self, version: str, word: OperatorWord | None) -> bool:
        """A refused version is sent once more when an operator has spoken."""
        return word is not None and (version, word.until) not in self._repeated


def _node(node_id: str) -> str:
    who = require(Role.NODE)
    if who.tenant_id != PLATFORM:  # what nodes are told is all tenants'
        raise Forbidden(
            "node_of_a_tenant",
            f"the token is one of the tenant {who.tenant_id}",
            hint=f"give nodes tokens of the tenant {PLATFORM}",
        )
    if not is_token(node_id):
        detail = "the node's id is not 1 to 64 letters, digits, _ and -"
        where = Violation("/node_id", "node_id_invalid", detail)
        raise Invalid("node_invalid", "the node does not say who it is", violations=[where])
    if node_id != who.subject:
        raise Forbidden(
            "node_is_another",
            f"the token is not the one of {node_id}",
            hint="give each node a token whose subject is the node's id",
        )
    return node_id


def _hello(request: pb.WatchRequest) -> Hello:
    if request.kind != pb.NODE_KIND_EDGE:
        where = Violation("/kind", "node_kind_unsupported", "only edges are served here")
        raise Invalid("node_invalid", "the node is of a kind that is not served", violations=[where])
    if request.schema < SCHEMA:
        where = Violation("/schema", "schema_unsupported", f"the oldest schema that is served is {SCHEMA}")
        raise Invalid("node_invalid", "the node reads an older schema", violations=[where])
    limits = request.limits
    return Hello(
        "edge",
        request.schema,
        tuple(one[:_MAX_WORD] for one in request.capabilities[:_MAX_LIST]),
        Limits(*(min(most, MAX_ROWS) for most in (limits.trunks, limits.numbers, limits.destinations))),
        _held(request.held),
        tuple(version[:_MAX_WORD] for version in request.refused_versions[-MAX_REFUSED:]),
    )


def _held(held: pb.Held) -> Held:
    return Held(held.version[:_MAX_WORD], _revision(held.revision))


def _revision(revision: pb.Revision) -> Revision:
    if len(revision.positions) > _MAX_LOGS:
        where = Violation("/revision", "revision_invalid", f"more than {_MAX_LOGS} logs")
        raise Invalid("node_invalid", "the revision is not one of ours", violations=[where])
    return {log[:_MAX_WORD]: min(position, _MAX_POSITION) for log, position in revision.positions.items()}


def _room(limits: Limits) -> Room:
    return Room(limits.trunks, limits.numbers)


def _word(word: OperatorWord | None) -> pb.OperatorWord:
    return pb.OperatorWord() if word is None else pb.OperatorWord(shrunk=word.shrunk, older=word.older)


def _encoded(**update: Any) -> bytes:
    return pb.WatchResponse(**update).SerializeToString()
