"""The SDP of a message: its body, or the first part of a multipart body that is one (RFC 5621, 3).

FreeSWITCH looks for parts in requests alone: in an answer, only a body that is SDP is read.
"""

import email
from email import policy
from typing import Any, cast

_SDP = "application/sdp"


def sdp_in(body: Any) -> str:
    """ "" where there is none."""
    if body is not None and _kind(body).startswith("multipart/"):
        return _of_parts(str(body.mtype), str(body))
    return whole_sdp(body)


def whole_sdp(body: Any) -> str:
    """Of an answer; "" where it is something else."""
    return str(body) if body is not None and _kind(body) == _SDP else ""


def _kind(body: Any) -> str:
    # without its blanks: sippy leaves those before a semicolon
    return cast(str, body.getType().strip())


def _of_parts(content_type: str, text: str) -> str:
    # one character is one octet here (wire.text_of)
    octets = f"Content-Type: {content_type}\r\n\r\n{text}".encode("latin-1", "replace")
    message = email.message_from_bytes(octets, policy=policy.HTTP)
    # FreeSWITCH does not look into a part that has parts
    for part in message.iter_parts():
        if part.get_content_type() == _SDP:
            return cast(bytes, part.get_payload(decode=True)).decode("latin-1")
    return ""
