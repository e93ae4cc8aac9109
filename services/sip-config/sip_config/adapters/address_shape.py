"""Our own addresses as JSON."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from servicekit.api.absent import may_be_absent
from servicekit.timestamps import rfc3339
from sip_config.domain.public_addresses import PublicAddresses
from siptypes.endpoints import Transport


class SipAddressBody(BaseModel):
    host: str
    port: int
    transport: Transport


class MediaAddressBody(BaseModel):
    host: str
    ports: str = Field(description="the first and the last, such as 10000-20000", pattern="^[0-9]+-[0-9]+$")
    transport: Literal["udp"]


class PublicAddressesBody(BaseModel):
    version: str = Field(description="another one as soon as anything here is another")
    effective_at: datetime = may_be_absent("since when they hold, or from when on; absent: nobody said")
    sip: list[SipAddressBody] = Field(description="calls come to these and from these")
    media: list[MediaAddressBody] = Field(description="speech goes to these and comes from these")
    domain_zone: str = Field(description="the SIP domains of all trunks are below it")
    calls_over: list[Transport] = Field(
        description="what a trunk's endpoints and agents can be called over; another transport is refused"
    )


FIELDS = tuple(PublicAddressesBody.model_fields)


def addresses_document(addresses: PublicAddresses) -> dict[str, Any]:
    """A PublicAddressesBody."""
    at = addresses.effective_at
    sip = [{"host": one.host, "port": one.port, "transport": str(one.transport)} for one in addresses.sip]
    return {
        "version": addresses.version,
        **({} if at is None else {"effective_at": rfc3339(at)}),
        "sip": sip,
        "media": [{"host": one.host, "ports": one.range, "transport": "udp"} for one in addresses.media],
        "domain_zone": addresses.domain_zone,
        "calls_over": [str(one) for one in addresses.calls_over],
    }
