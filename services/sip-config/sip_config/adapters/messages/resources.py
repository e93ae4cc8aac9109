"""Resources as messages, encoded once: the frames of a chunk are joined, not built again for each node.

A chunk is a header (everything but its resources) and the frames behind it: both are fields of one message,
which may be written in pieces (protobuf.dev/programming-guides/encoding, "last one wins").
"""

from collections.abc import Iterator, Sequence
from hashlib import sha256

from keepline.sip.v1 import switch_config_pb2 as pb
from sip_config.app.news import Change, Whole
from sip_config.domain.resources import (
    Body,
    DestinationState,
    EdgeBody,
    EndpointBody,
    Resource,
    SwitchBody,
    TrunkBody,
)
from siptypes.endpoints import Transport
from siptypes.messages import endpoint_message
from siptypes.versions import Revision

CHUNK = 1000  # resources
CHUNK_BYTES = 1 << 20
_LENGTH_DELIMITED = 2
_STATES = {
    DestinationState.ACTIVE: pb.DESTINATION_STATE_ACTIVE,
    DestinationState.DRAINING: pb.DESTINATION_STATE_DRAINING,
}


def encode(body: Body) -> Resource:
    """Implements Encode. The version is the first 64 bits of the SHA-256 of the encoded body."""
    message = pb.Resource(name=body.name)
    match body:
        case EdgeBody():
            message.edge.id = body.id
        case SwitchBody():
            endpoint = endpoint_message(body.host, body.port, Transport.UDP)
            message.switch.CopyFrom(
                pb.SwitchResource(
                    id=body.id, endpoint=endpoint, state=_STATES[body.state], weight=body.weight
                )
            )
        case EndpointBody():
            endpoint = endpoint_message(body.host, body.port, body.transport)
            message.endpoint.endpoint.CopyFrom(endpoint)
        case TrunkBody():
            message.trunk.CopyFrom(_trunk(body))
        case _:
            message.number.e164, message.number.domain = body.e164, body.domain
    content = message.SerializeToString(deterministic=True)
    version = int.from_bytes(sha256(content).digest()[:8], "big")
    message.version = version
    return Resource(body.name, version, _frame(message.SerializeToString(deterministic=True)))


def chunks(news: Whole | Change, word: pb.OperatorWord) -> Iterator[bytes]:
    """Encoded WatchResponses, one after the other; nothing is encoded before it is asked for."""
    if isinstance(news, Whole):
        yield from _whole(news, word)
    else:
        yield from _change(news, word)


def revision_message(revision: Revision) -> pb.Revision:
    return pb.Revision(positions=dict(revision))


def _trunk(body: TrunkBody) -> pb.TrunkResource:
    return pb.TrunkResource(
        domain=body.domain,
        tenant_id=body.tenant_id,
        trunk_id=body.trunk_id,
        trunk_version=body.version,
        enabled=body.enabled,
        source_cidrs=body.source_cidrs,
        calling_code=body.home.calling_code,
        national_prefix=body.home.national_prefix,
    )


def _whole(news: Whole, word: pb.OperatorWord) -> Iterator[bytes]:
    revision = revision_message(news.revision)
    for index, (piece, last) in enumerate(_pieces(news.resources)):
        header = pb.WholeChunk(
            version=news.version,
            revision=revision,
            index=index,
            last=last,
            resource_count=len(news.resources),
            word=word,
        )
        yield _response("whole", header.SerializeToString() + b"".join(one.wire for one in piece))


def _change(news: Change, word: pb.OperatorWord) -> Iterator[bytes]:
    revision = revision_message(news.revision)
    removed = [news.removed[at : at + CHUNK] for at in range(0, len(news.removed), CHUNK)]
    index = 0
    for piece, last in _pieces(news.set):
        if not piece and removed:
            break
        header = _change_header(news, revision, word, index, last=last and not removed)
        yield _response("change", header.SerializeToString() + b"".join(one.wire for one in piece))
        index += 1
    for place, names in enumerate(removed):
        header = _change_header(news, revision, word, index, last=place == len(removed) - 1)
        header.removed.extend(names)
        yield _response("change", header.SerializeToString())
        index += 1


def _change_header(
    news: Change, revision: pb.Revision, word: pb.OperatorWord, index: int, *, last: bool
) -> pb.ChangeChunk:
    return pb.ChangeChunk(
        from_version=news.from_version,
        version=news.version,
        revision=revision,
        index=index,
        last=last,
        word=word,
    )


def _pieces(resources: Sequence[Resource]) -> Iterator[tuple[Sequence[Resource], bool]]:
    """At most so many resources and bytes each, with whether it is the last; one empty piece of nothing."""
    start = 0
    while True:
        end, size = start, 0
        while end < len(resources) and end - start < CHUNK and (end == start or size < CHUNK_BYTES):
            size += len(resources[end].wire)
            end += 1
        yield resources[start:end], end == len(resources)
        if end == len(resources):
            return
        start = end


# Both messages have their resources in field 7.
_RESOURCES = pb.WholeChunk.DESCRIPTOR.fields_by_name["resources"].number
if pb.ChangeChunk.DESCRIPTOR.fields_by_name["set"].number != _RESOURCES:
    raise AssertionError("resources stand in another field of a change than of a whole")


def _frame(resource: bytes) -> bytes:
    return _tagged(_RESOURCES, resource)


def _response(update: str, chunk: bytes) -> bytes:
    return _tagged(pb.WatchResponse.DESCRIPTOR.fields_by_name[update].number, chunk)


def _tagged(number: int, content: bytes) -> bytes:
    return _varint(number << 3 | _LENGTH_DELIMITED) + _varint(len(content)) + content


def _varint(value: int) -> bytes:
    written = bytearray()
    while value > 0x7F:  # noqa: PLR2004 - seven bits a byte
        written.append(value & 0x7F | 0x80)
        value >>= 7
    written.append(value)
    return bytes(written)
