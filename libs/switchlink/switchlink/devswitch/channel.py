"""One leg of a call as the event socket shows it: FreeSWITCH's names for its values."""

import time
import uuid
from dataclasses import dataclass, field

from .rtp import RtpPort
from .sip_stack import SipLeg

CORE_UUID = str(uuid.uuid4())


def microseconds() -> int:
    return time.time_ns() // 1000


@dataclass
class Channel:
    direction: str
    caller: str
    called: str
    rtp: RtpPort
    uuid: str = field(default_factory=lambda: str(uuid.uuid4()))
    variables: dict[str, str] = field(default_factory=dict)
    created: int = field(default_factory=microseconds)
    leg: SipLeg | None = None
    other: "Channel | None" = None
    answered: int = 0
    codec: str = "PCMU"
    disposition: str = ""
    ended: bool = False

    def headers(self) -> dict[str, str]:
        found = {
            "Unique-ID": self.uuid,
            "Channel-Name": f"sofia/inner/{self.called}",
            "Call-Direction": self.direction,
            "Caller-Direction": self.direction,
            "Caller-Caller-ID-Number": self.caller,
            "Caller-Destination-Number": self.called,
            "Caller-Channel-Created-Time": str(self.created),
            "Caller-Channel-Answered-Time": str(self.answered),
            "variable_direction": self.direction,
            "variable_uuid": self.uuid,
        }
        if self.other is not None:
            found |= {"Other-Leg-Unique-ID": self.other.uuid, "variable_signal_bond": self.other.uuid}
        return found | {f"variable_{name}": value for name, value in self.variables.items()}

    def figures(self, cause: str, status: int) -> dict[str, str]:
        """What CHANNEL_HANGUP_COMPLETE says besides."""
        end = microseconds()
        rtp = self.rtp
        values = {
            "hangup_cause": cause,
            "sip_hangup_disposition": self.disposition,
            "sip_term_status": str(status or 200),
            "start_uepoch": str(self.created),
            "answer_uepoch": str(self.answered),
            "answer_epoch": str(self.answered // 1_000_000),
            "end_uepoch": str(end),
            "billsec": str((end - self.answered) // 1_000_000 if self.answered else 0),
            "read_codec": self.codec,
            "rtp_audio_in_packet_count": str(rtp.received),
            "rtp_audio_out_packet_count": str(rtp.sent),
            "rtp_audio_in_skip_packet_count": str(rtp.lost),
            "rtp_audio_in_jitter_max_variance": f"{rtp.largest_jitter_ms:.2f}",
        }
        return {f"variable_{name}": value for name, value in values.items()}

    def row(self) -> dict[str, str]:
        """Of `show channels`."""
        state = "ACTIVE" if self.answered else "RINGING"
        return {
            "uuid": self.uuid,
            "direction": self.direction,
            "created": time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(self.created / 1_000_000)),
            "created_epoch": str(self.created // 1_000_000),
            "name": f"sofia/inner/{self.called}",
            "state": "CS_EXECUTE",
            "cid_num": self.caller,
            "dest": self.called,
            "callstate": state,
            "read_codec": self.codec if self.answered else "",
        }
