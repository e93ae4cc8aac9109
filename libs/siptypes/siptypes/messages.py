"""Endpoints as keepline.types.v1.SipEndpoint, and back; faults as keepline.types.v1.Dangling or Warning."""

import re

from keepline.types.v1.dangling_pb2 import Dangling
from keepline.types.v1.endpoint_pb2 import TRANSPORT_TCP, TRANSPORT_TLS, TRANSPORT_UDP, SipEndpoint
from keepline.types.v1.endpoint_pb2 import Transport as TransportNumber
from keepline.types.v1.warning_pb2 import Warning as WarningMessage
from siptypes.endpoints import Transport
from siptypes.faults import Fault

_NUMBERS = {Transport.UDP: TRANSPORT_UDP, Transport.TCP: TRANSPORT_TCP, Transport.TLS: TRANSPORT_TLS}
_TRANSPORTS = {int(number): transport for transport, number in _NUMBERS.items()}


def endpoint_message(host: str, port: int, transport: str) -> SipEndpoint:
    """transport: udp, tcp or tls."""
    return SipEndpoint(host=host, port=port, transport=_NUMBERS[Transport(transport)])


def transport_number(transport: Transport) -> TransportNumber.ValueType:
    return _NUMBERS[transport]


def transport_of(message: SipEndpoint) -> Transport | None:
    """None where it is not given, or is none that is known here."""
    return _TRANSPORTS.get(message.transport)


def dangling_message(fault: Fault) -> Dangling:
    return Dangling(field=_path(fault.pointer), code=fault.code, detail=fault.detail, hint=fault.hint)


def warning_message(fault: Fault) -> WarningMessage:
    return WarningMessage(field=_path(fault.pointer), code=fault.code, detail=fault.detail, hint=fault.hint)


def _path(pointer: str) -> str:
    """ "/numbers/0" is numbers[0], as google.rpc.BadRequest has it."""
    return re.sub(r"/([0-9]+)(?=/|$)", r"[\1]", pointer).replace("/", ".").removeprefix(".")
