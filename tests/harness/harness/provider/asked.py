"""What a call is asked to be. All of it goes into SIP, so each value has a form of its own."""

from ipaddress import IPv4Address, IPv4Network
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from harness.phones import PROVIDER

_LOOPBACK = IPv4Network("127.0.0.0/8")


def _closed_up(written: object) -> object:
    return "".join(written.split()) if isinstance(written, str) else written


def _on_loopback(address: IPv4Address) -> IPv4Address:
    if address not in _LOOPBACK:
        raise ValueError("calls of the demo come from 127.0.0.0/8 only")
    return address


# what RFC 3261 25.1 allows in a user part without escapes and telephones have
Dialled = Annotated[
    str, BeforeValidator(_closed_up), Field(pattern=r"^\+?[0-9A-Za-z*.()_-]+$", min_length=1, max_length=40)
]


class CallAsked(BaseModel):
    """number and caller: in any writing; domain: the trunk's own SIP domain; address: where it comes from."""

    model_config = ConfigDict(extra="forbid", strict=True)

    number: Dialled
    domain: str = Field(pattern=r"^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$", max_length=253)
    caller: Dialled = "+442071838750"
    address: Annotated[IPv4Address, Field(strict=False), AfterValidator(_on_loopback)] = IPv4Address(PROVIDER)
    talk_seconds: int = Field(5, ge=1, le=60)
