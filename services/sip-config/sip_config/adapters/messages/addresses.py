"""Our own addresses as a message."""

from keepline.sip.v1 import network_service_pb2 as pb
from servicekit.timestamps import timestamp
from sip_config.domain.public_addresses import PublicAddresses
from siptypes.messages import endpoint_message, transport_number


def addresses_message(addresses: PublicAddresses) -> pb.GetPublicAddressesResponse:
    at = addresses.effective_at
    return pb.GetPublicAddressesResponse(
        version=addresses.version,
        effective_at=None if at is None else timestamp(at),
        sip=[endpoint_message(one.host, one.port, one.transport) for one in addresses.sip],
        media=[
            pb.MediaAddress(host=one.host, first_port=one.ports[0], last_port=one.ports[1])
            for one in addresses.media
        ],
        domain_zone=addresses.domain_zone,
        calls_over=[transport_number(one) for one in addresses.calls_over],
    )
