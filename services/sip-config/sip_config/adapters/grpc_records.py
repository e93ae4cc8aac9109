"""Schema 0 of SwitchConfig, records and destinations, until no agent reads it any more."""

from collections.abc import AsyncIterator

from keepline.sip.v1 import switch_config_pb2 as pb
from sip_config.adapters.messages import endpoint_message
from sip_config.app.edge_feed import EdgeFeed, Whole
from sip_config.domain.edge_tables import Change, Key
from sip_config.domain.records import Destination, Record, Table

HEARTBEAT = 5.0
CHUNK = 1000
_TABLES = {Table.TRUNK: pb.RECORD_TABLE_TRUNK, Table.NUMBER: pb.RECORD_TABLE_NUMBER}


async def watch_records(feed: EdgeFeed, node: str, running: str) -> AsyncIterator[bytes]:
    if running:
        feed.reported(node, running, "")
    while True:
        news = await feed.next_for(running, HEARTBEAT)
        if news is None:
            if running == feed.version:
                yield pb.WatchResponse(current=pb.Current(version=running)).SerializeToString()
            continue
        for message in _messages(news):
            yield message.SerializeToString()
        running = news.version if isinstance(news, Whole) else news.to_version


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
