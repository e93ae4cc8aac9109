"""Our own addresses, as providers and the firewalls before PBXs have to know them. Pure."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from siptypes.endpoints import Transport


@dataclass(frozen=True, slots=True)
class SipAddress:
    """Where edges take calls, and send them from."""

    host: str
    port: int
    transport: Transport


@dataclass(frozen=True, slots=True)
class MediaAddress:
    """Where switches take and send RTP, over UDP. ports: the first and the last."""

    host: str
    ports: tuple[int, int]

    @property
    def range(self) -> str:
        return f"{self.ports[0]}-{self.ports[1]}"


@dataclass(frozen=True, slots=True)
class PublicAddresses:
    """effective_at: None where nobody said since when, or from when on. calls_over: what edges call a trunk's
    endpoints and agents over."""

    domain_zone: str
    sip: Sequence[SipAddress] = ()
    media: Sequence[MediaAddress] = ()
    effective_at: datetime | None = None
    calls_over: Sequence[Transport] = (Transport.UDP, Transport.TCP)

    @property
    def version(self) -> str:
        """The same for the same content, at every replica."""
        return hashlib.blake2s("\n".join(self._content()).encode(), digest_size=6).hexdigest()

    def lines(self) -> Iterator[str]:
        """For whoever keeps a firewall: a comment begins with #, the others are one rule each."""
        yield f"# Keepline, version {self.version}"
        yield "# sip: calls come to these and from these. media: speech, to and from these."
        yield from self._content()

    def _content(self) -> Iterator[str]:
        if self.effective_at is not None:
            yield f"# effective at {self.effective_at.isoformat(timespec='seconds')}"
        yield f"# endpoints are called over {', '.join(self.calls_over)}"
        for one in self.sip:
            yield f"sip {one.transport} {one.host} {one.port}"
        for media in self.media:
            yield f"media udp {media.host} {media.range}"
        yield f"domain *.{self.domain_zone}"
