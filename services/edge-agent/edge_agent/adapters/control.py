"""sip-config by gRPC: SwitchConfig.Watch and Ack.

Rule: generated messages end here. What does not fit its type is passed on as unreadable, with its version, so
that it is refused in words.
"""

from collections.abc import AsyncIterator, Callable, Iterable

import grpc
import grpc.aio

from edge_agent.domain.records import Destination, Record, RecordInvalid, Table, Transport
from edge_agent.domain.updates import Chunk, Current, Delta, Unreadable, Update
from edge_agent.ports import ControlAway
from keepline.sip.v1 import switch_config_pb2 as pb
from keepline.sip.v1.switch_config_pb2_grpc import SwitchConfigStub
from keepline.types.v1.endpoint_pb2 import TRANSPORT_TCP, TRANSPORT_TLS, TRANSPORT_UDP, SipEndpoint

_TABLES: dict[int, Table] = {pb.RECORD_TABLE_TRUNK: Table.TRUNK, pb.RECORD_TABLE_NUMBER: Table.NUMBER}
_TRANSPORTS: dict[int, Transport] = {
    TRANSPORT_UDP: Transport.UDP,
    TRANSPORT_TCP: Transport.TCP,
    TRANSPORT_TLS: Transport.TLS,
}
_PORTS = {Transport.UDP: 5060, Transport.TCP: 5060, Transport.TLS: 5061}


class SipConfig:
    def __init__(self, channel: grpc.aio.Channel, node_id: str) -> None:
        self._stub = SwitchConfigStub(channel)
        self._node_id = node_id

    async def watch(self, running_version: str) -> AsyncIterator[Update]:
        request = pb.WatchRequest(node_id=self._node_id, running_version=running_version)
        try:
            async for response in self._stub.Watch(request):
                update = _update(response)
                if update is not None:
                    yield update
        except grpc.aio.AioRpcError as error:
            raise ControlAway(_words(error)) from error

    async def acknowledge(self, version: str, refusal: str) -> None:
        request = pb.AckRequest(node_id=self._node_id, version=version, nack_reason=refusal)
        try:
            await self._stub.Ack(request)
        except grpc.aio.AioRpcError as error:
            raise ControlAway(_words(error)) from error


def _words(error: grpc.aio.AioRpcError) -> str:
    return f"{error.code().name}: {error.details()}"


def _update(response: pb.WatchResponse) -> Update | None:
    match response.WhichOneof("update"):
        case "snapshot":
            return _read(response.snapshot.version, lambda: _chunk(response.snapshot))
        case "delta":
            return _read(response.delta.to_version, lambda: _delta(response.delta))
        case "current":
            return Current(response.current.version)
    return None


def _read(version: str, read: Callable[[], Update]) -> Update:
    try:
        return read()
    except RecordInvalid as wrong:
        return Unreadable(version, str(wrong))


def _chunk(chunk: pb.SnapshotChunk) -> Chunk:
    return Chunk(
        chunk.version,
        chunk.index,
        chunk.last,
        tuple(map(_record, chunk.records)),
        _destinations(chunk.destinations),
        chunk.record_count,
    )


def _delta(delta: pb.Delta) -> Delta:
    return Delta(
        delta.from_version,
        delta.to_version,
        tuple(map(_record, delta.set)),
        tuple((_table(key.table), key.key) for key in delta.deleted),
        _destinations(delta.destinations.destinations) if delta.HasField("destinations") else None,
    )


def _record(record: pb.Record) -> Record:
    return Record(_table(record.table), record.key, record.value)


def _table(table: int) -> Table:
    if table not in _TABLES:
        raise RecordInvalid(f"table {table} is not known")
    return _TABLES[table]


def _destinations(destinations: Iterable[pb.Destination]) -> tuple[Destination, ...]:
    return tuple(_destination(one.set_id, one.endpoint) for one in destinations)


def _destination(set_id: int, endpoint: SipEndpoint) -> Destination:
    transport = _TRANSPORTS.get(endpoint.transport)
    if transport is None:
        raise RecordInvalid(f"transport {endpoint.transport} is not known")
    return Destination(set_id, endpoint.host, endpoint.port or _PORTS[transport], transport)
