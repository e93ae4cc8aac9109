"""What media the caller offers, as far as a decision looks at it (RFC 3264)."""

from dataclasses import dataclass

# of infra/freeswitch, sofia.conf.xml: inbound-codec-prefs
OUR_CODECS = ("PCMU", "PCMA")


@dataclass(frozen=True, slots=True)
class Offer:
    """`usable`: a codec of ours is in it, or the caller leaves the offer to us. `codecs`: what it names."""

    usable: bool
    # no SDP in the INVITE: we offer in our 200, the caller answers in its ACK (RFC 3261, 13.2.1)
    late: bool = False
    codecs: tuple[str, ...] = ()

    def __str__(self) -> str:
        if self.late:
            return "The provider leaves the offer to us"
        if not self.codecs:
            return "The provider offers no audio"
        return f"The provider offers {' and '.join(self.codecs)} only"


LATE = Offer(usable=True, late=True)
