"""keepline.sip.v1.SwitchConfig: edges watch what they should run, and say what they did with it."""

from collections.abc import AsyncIterator
from typing import Any

import grpc

from keepline.sip.v1 import switch_config_pb2 as pb
from keepline.sip.v1 import switch_config_pb2_grpc
from servicekit.auth import Role, require
from servicekit.errors import Invalid, Violation
from servicekit.telemetry.logging import logger
from sip_config.adapters.messages import endpoint_message
from sip_config.app.edge_feed import EdgeFeed, Whole
from sip_config.domain.edge_tables import Change, Key
from sip_config.domain.records import Destination, Record, Table

SERVICE = "keepline.sip.v1.SwitchConfig"
HEARTBEAT = 5.0
CHUNK = 1000
_MAX_REASON = 1000

_log = logger(__name__)
_TABLES = {Table.TRUNK: pb.RECORD_TABLE_TRUNK, Table.NUMBER: pb.RECORD_TABLE_NUMBER}
_Context = grpc.aio.ServicerContext[Any, Any]


class SwitchConfig(switch_config_pb2_grpc.SwitchConfigServicer):
    def __init__(self, feed: EdgeFeed) -> None:
        self._feed = feed

    async def Watch(self, request: pb.WatchRequest, context: _Context) -> AsyncIterator[pb.WatchResponse]:
        require(Role.NODE)
        node, running = _node(request.node_id), request.running_version
        _log.info("an edge watches", node=node, running=running or "nothing")
        if running:
            self._feed.reported(node, running, "")
        while True:
            news = await self._feed.next_for(running, HEARTBEAT)
            if news is None:
                if running == self._feed.version:
                    yield pb.WatchResponse(current=pb.Current(version=running))
                continue
            for message in _messages(news):
                yield message
            running = news.version if isinstance(news, Whole) else news.to_version

    async def Ack(self, request: pb.AckRequest, context: _Context) -> pb.AckResponse:
        require(Role.NODE)
        node, reason = _node(request.node_id), request.nack_reason[:_MAX_REASON]
        if reason:
            _log.warning(
                "an edge refused its configuration", node=node, version=request.version, reason=reason
            )
        self._feed.reported(node, request.version, reason)
        return pb.AckResponse()


def _node(node_id: str) -> str:
    if 1 <= len(node_id) <= 64 and node_id.isascii() and node_id.isprintable():  # noqa: PLR2004
        return node_id
    where = Violation("/node_id", "node_id_invalid", "the node's id is not 1 to 64 printable characters")
    raise Invalid("node_invalid", "the node does not say who it is", violations=[where])


def _messages(news: Change | Whole) -> list[pb.WatchResponse]:
    return _chunks(news) if isinstance(news, Whole) else [pb.WatchResponse(delta=_delta(news))]


def _chunks(whole: Whole) -> list[pb.WatchResponse]:
    pieces = [whole.records[at : at + CHUNK] for at in range(0, len(whole.records), CHUNK)] or [[]]
    chunks = [
        pb.SnapshotChunk(
            version=whole.version,
            index=index,
            records=[_record(record) for record in piece],
            record_count=len(whole.records),
        )
        for index, piece in enumerate(pieces)
    ]
    chunks[-1].last = True
    chunks[-1].destinations.extend(_destination(d) for d in whole.destinations)
    return [pb.WatchResponse(snapshot=chunk) for chunk in chunks]


def _delta(change: Change) -> pb.Delta:
    delta = pb.Delta(
        from_version=change.from_version,
        to_version=change.to_version,
        set=[_record(record) for record in change.set],
        deleted=[_key(key) for key in change.deleted],
    )
    if change.destinations is not None:
        found = [_destination(d) for d in change.destinations]
        delta.destinations.CopyFrom(pb.DestinationList(destinations=found))
    return delta


def _record(record: Record) -> pb.Record:
    return pb.Record(table=_TABLES[record.table], key=record.key, value=record.value)


def _key(key: Key) -> pb.RecordKey:
    return pb.RecordKey(table=_TABLES[key[0]], key=key[1])


def _destination(destination: Destination) -> pb.Destination:
    endpoint = endpoint_message(destination.host, destination.port, destination.transport)
    return pb.Destination(set_id=destination.set_id, endpoint=endpoint)
