"""What media the caller offers, as far as a decision looks at it (RFC 3264)."""

from dataclasses import dataclass

# what every switch has
PLAIN_CODECS = ("PCMU", "PCMA")


@dataclass(frozen=True, slots=True)
class Offer:
    """`usable`: a codec of ours is in it, or the caller leaves the offer to us. `codecs`: what it names.
    `ours`: what the switch that was asked has. `encrypted`: one of ours is named, for encrypted
    sound alone, which that switch does not do. `obstacle`: why nothing of it could be heard."""

    usable: bool
    # no SDP in the INVITE: we offer in our 200, the caller answers in its ACK (RFC 3261, 13.2.1)
    late: bool = False
    codecs: tuple[str, ...] = ()
    ours: tuple[str, ...] = PLAIN_CODECS
    encrypted: bool = False
    obstacle: str = ""

    def __str__(self) -> str:
        if self.late:
            return "The provider leaves the offer to us"
        if self.obstacle:
            return f"The provider offers {self.obstacle} only"
        if not self.codecs:
            return "The provider offers no audio"
        if self.encrypted:
            return "The provider offers encrypted sound (SRTP) only"
        return f"The provider offers {' and '.join(self.codecs)} only"

    @property
    def against_ours(self) -> str:
        """A sentence, of an offer that is not usable."""
        if self.obstacle:
            return f"{self}, and we take sound over IPv4, in the clear or with a key in the offer."
        *most, last = self.ours
        ours = f"{', '.join(most)} and {last}" if most else last
        return f"{self}, and we take {ours}{', in the clear' if self.encrypted else ''}."


LATE = Offer(usable=True, late=True)
