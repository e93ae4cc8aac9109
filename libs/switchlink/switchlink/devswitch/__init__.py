"""devswitch: stands in for FreeSWITCH on laptops and in CI.

It does what Keepline asks of a switch and answers in FreeSWITCH's words, so that what is built over it runs
over the real one; tests/contract/esl judges both by one suite. It reads the dialplan that FreeSWITCH reads
(dialplan, expansion, walk). One asyncio loop carries everything: SIP by the sippy stack (sip_stack, sip_leg,
sip_server), media (rtp, media), calls (channel, bridge, applications) and the event socket (esl_server,
commands, outbound_socket).
"""

LIMITS = (
    "devswitch: a stand-in for laptops and CI, not FreeSWITCH; loopback only, SIP over UDP, RTP over IPv4"
    " without RTCP, PCMU and PCMA without transcoding, no recording, no conference, {sessions} sessions"
)
