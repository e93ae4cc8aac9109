"""A stand-in for FreeSWITCH on laptops and in CI: park, bridge, refuse, and the event socket that we use.

SIP is sippy's (RFC 3261 transactions and user agents, in a thread of its own, see sip_stack.py); calls, RTP
and the event socket are ours and run on one asyncio loop. What the contract suite (tests/contract/esl) does
not say, this does not promise.
"""

LIMITS = (
    "devswitch: a stand-in for laptops and CI, not FreeSWITCH. One profile over UDP, PCMU and PCMA, no "
    "transcoding, no DTMF generation, no TLS or SRTP, no registrations, one event socket dialect (JSON)."
)
