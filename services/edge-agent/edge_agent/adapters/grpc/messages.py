"""Messages of keepline.sip.v1 as what they mean here, and back.

A resource whose body does not fit its type, or does not belong to its name, is set aside with its reason; one
of a kind that is not known here is passed over the same way.
"""

from edge_agent.domain.resources import Body, Edge, Endpoint, Kind, Number, Resource, Switch, Trunk
from edge_agent.domain.updates import ChangeChunk, Current, Lagging, Update, WholeChunk, Word
from edge_agent.ports import Held, Hello, Report
from keepline.sip.v1 import switch_config_pb2 as pb
from keepline.types.v1.endpoint_pb2 import SipEndpoint
from siptypes.endpoints import Transport
from siptypes.faults import Misfit
from siptypes.home_dialling import HomeDialling
from siptypes.messages import transport_of
from siptypes.versions import Revision

SCHEMA = 1
MAX_REASON, MAX_ASIDE_REASON = 1000, 200  # characters, as the proto says


def hello_request(node_id: str, hello: Hello) -> pb.WatchRequest:
    return pb.WatchRequest(
        node_id=node_id,
        kind=pb.NODE_KIND_EDGE,
        schema=SCHEMA,
        capabilities=list(Kind),
        limits=pb.NodeLimits(trunks=hello.trunks, numbers=hello.numbers),
        held=_held(hello.held),
        refused_versions=hello.refused,
        accept=pb.OperatorWord(shrunk=hello.accept.shrunk, older=hello.accept.older),
    )


def ack_request(node_id: str, report: Report) -> pb.AckRequest:
    return pb.AckRequest(
        node_id=node_id,
        version=report.version,
        nack_reason=report.refusal[:MAX_REASON],
        revision=pb.Revision(positions=dict(report.revision)),
        set_aside=[
            pb.SetAside(name=name, reason=reason[:MAX_ASIDE_REASON])
            for name, reason in report.aside.some.items()
        ],
        set_aside_count=report.aside.count,
        held=_held(report.held),
    )


def update(response: pb.WatchResponse) -> Update | None:
    """None: of a kind that is not known here."""
    match response.WhichOneof("update"):
        case "whole":
            return _whole(response.whole)
        case "change":
            return _change(response.change)
        case "current":
            return Current(response.current.version)
        case "lagging":
            return Lagging()
    return None


def resource(message: pb.Resource) -> Resource:
    try:
        body = _body(message)
        if body.name != message.name:
            raise Misfit(f"it holds {body.name[:80]}")
    except Misfit as wrong:
        return Resource(message.name, message.version, None, str(wrong))
    return Resource(message.name, message.version, body)


def _whole(chunk: pb.WholeChunk) -> WholeChunk:
    return WholeChunk(
        chunk.version,
        _revision(chunk.revision),
        chunk.index,
        chunk.last,
        _word(chunk.word),
        tuple(map(resource, chunk.resources)),
        chunk.resource_count,
    )


def _change(chunk: pb.ChangeChunk) -> ChangeChunk:
    return ChangeChunk(
        chunk.version,
        _revision(chunk.revision),
        chunk.index,
        chunk.last,
        _word(chunk.word),
        tuple(map(resource, chunk.set)),
        chunk.from_version,
        tuple(chunk.removed),
    )


def _body(message: pb.Resource) -> Body:
    match message.WhichOneof("body"):
        case "number":
            return Number(message.number.e164, message.number.domain)
        case "trunk":
            return _trunk(message.trunk)
        case "switch":
            return _switch(message.switch)
        case "endpoint":
            return Endpoint(*_endpoint(message.endpoint.endpoint))
        case "edge":
            return Edge(message.edge.id)
    raise Misfit(f"kind {message.name.partition('/')[0][:40]!r} is not known here")


def _trunk(trunk: pb.TrunkResource) -> Trunk:
    return Trunk(
        trunk.domain,
        trunk.tenant_id,
        trunk.trunk_id,
        trunk.trunk_version,
        trunk.enabled,
        tuple(trunk.source_cidrs),
        HomeDialling(trunk.calling_code, trunk.national_prefix),
    )


def _switch(switch: pb.SwitchResource) -> Switch:
    if switch.state not in (pb.DESTINATION_STATE_ACTIVE, pb.DESTINATION_STATE_DRAINING):
        raise Misfit(f"state {switch.state} of {switch.id[:64]} is not known here")
    draining = switch.state == pb.DESTINATION_STATE_DRAINING
    return Switch(switch.id, *_endpoint(switch.endpoint), draining, switch.weight or 1)


def _endpoint(endpoint: SipEndpoint) -> tuple[str, int, Transport]:
    transport = transport_of(endpoint)
    if transport is None:
        raise Misfit(f"transport {endpoint.transport} is not known here")
    return endpoint.host, endpoint.port, transport


def _held(held: Held) -> pb.Held | None:
    if not held.version:
        return None
    return pb.Held(version=held.version, revision=pb.Revision(positions=dict(held.revision)))


def _revision(revision: pb.Revision) -> Revision:
    return dict(revision.positions)


def _word(word: pb.OperatorWord) -> Word:
    return Word(word.shrunk, word.older)
