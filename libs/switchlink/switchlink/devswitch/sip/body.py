"""The SDP of a message: its body, or the first part of a multipart body that is one (RFC 5621, 3)."""

import email
from email import policy
from typing import Any, cast

_SDP = "application/sdp"


def sdp_in(body: Any) -> str:
    """ "" where there is none."""
    if body is None:
        return ""
    # without its blanks: sippy leaves those before a semicolon
    kind = body.getType().strip()
    if kind == _SDP:
        return str(body)
    return _of_parts(str(body.mtype), str(body)) if kind.startswith("multipart/") else ""


def _of_parts(content_type: str, text: str) -> str:
    # one character is one octet here (wire.text_of)
    octets = f"Content-Type: {content_type}\r\n\r\n{text}".encode("latin-1", "replace")
    message = email.message_from_bytes(octets, policy=policy.HTTP)
    # FreeSWITCH does not look into a part that has parts
    for part in message.iter_parts():
        if part.get_content_type() == _SDP:
            return cast(bytes, part.get_payload(decode=True)).decode("latin-1")
    return ""
