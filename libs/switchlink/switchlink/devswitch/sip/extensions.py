"""devswitch has no extension of SIP: no session timer (RFC 4028), no acknowledged provisional (RFC 3262).

It names none in what it sends, and refuses what requires one (RFC 3261, 8.2.2.3). FreeSWITCH does both.
"""

from typing import Any

from sippy.SipGenericHF import SipGenericHF
from sippy.SipHeader import SipHeader

_NEVER_REFUSED = frozenset({"ACK", "CANCEL"})


def unsupported(request: Any) -> Any | None:
    """The refusal, which names all that is required; None where nothing is."""
    if request.getMethod() in _NEVER_REFUSED:
        return None
    lines = [str(header.body) for header in request.headers if header.name == "require"]
    required = [tag.strip() for line in lines for tag in line.split(",") if tag.strip()]
    if not required:
        return None
    refusal = request.genResponse(420, "Bad Extension")
    body = SipGenericHF(", ".join(required), "unsupported")
    refusal.appendHeader(SipHeader(name="unsupported", body=body))
    return refusal
