"""The media of one channel: what was offered and answered, and the RTP port that follows from it.

A codec is agreed on once. What we said to a caller early is what we say when it is answered.
"""

from . import sdp
from .rtp import RtpPort, RtpPorts


class Conversation:
    def __init__(
        self, ports: RtpPorts, theirs: sdp.Description | None = None, *, is_late: bool = False
    ) -> None:
        self._ports = ports
        self.is_late = is_late
        """The caller made no offer: ours goes out with the answer."""
        self.theirs = theirs
        self.ours = ""
        self.codecs: tuple[int, ...] = theirs.codecs if theirs else ()
        self.dtmf: int | None = theirs.dtmf if theirs else None
        self.port: RtpPort | None = None

    @property
    def codec(self) -> str:
        return sdp.CODECS[self.codecs[0]] if self.port is not None and self.codecs else ""

    def offer(self, codecs: tuple[int, ...], dtmf: int | None) -> str:
        """For a leg that we call."""
        self.port = self._ports.open()
        self.codecs, self.dtmf = codecs, dtmf
        self.port.dtmf_in = dtmf
        self.ours = sdp.offer(self.port.address, codecs, dtmf)
        return self.ours

    def agree(self, answer: str) -> bool:
        """The far side's answer to our offer. The first one that fits stands, whatever follows it
        (RFC 3261, 13.2.1)."""
        if self.theirs is not None:
            return True
        theirs = sdp.parse(answer)
        common = self._common(theirs.codecs) if theirs else ()
        if theirs is None or self.port is None or not common:
            return False
        self.theirs, self.codecs = theirs, common
        self.port.dtmf_out = theirs.dtmf if self.dtmf is not None else None
        self.port.aim(theirs.peer, listens=theirs.listens)
        return True

    def open(self, codecs: tuple[int, ...], *, dtmf: bool) -> bool:
        """Answers the caller's offer with these of its codecs. Once said, it stays."""
        if self.ours or self.theirs is None:
            return bool(self.ours)
        common = tuple(codec for codec in codecs if codec in self.theirs.codecs)
        if not common:
            return False
        self.port = self._ports.open()
        self.codecs, self.dtmf = common, self.theirs.dtmf if dtmf else None
        self.port.dtmf_in = self.port.dtmf_out = self.dtmf
        self.port.aim(self.theirs.peer, listens=self.theirs.listens)
        self.ours = sdp.answer(self.port.address, self.theirs, common, self.dtmf)
        return True

    def renew(self, offer: str) -> str | None:
        """A new offer within the call: our answer, None when nothing of ours is in it."""
        if not offer:
            return self.ours or None
        theirs = sdp.parse(offer)
        common = self._common(theirs.codecs) if theirs else ()
        if theirs is None or self.port is None or not common:
            return None
        self.theirs = theirs
        dtmf = theirs.dtmf if self.dtmf is not None else None
        self.port.dtmf_in = self.port.dtmf_out = dtmf
        self.port.aim(theirs.peer, listens=theirs.listens)
        return sdp.answer(self.port.address, theirs, common, dtmf)

    def close(self) -> None:
        if self.port is not None:
            self.port.close()

    def _common(self, named: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(codec for codec in named if codec in self.codecs)
