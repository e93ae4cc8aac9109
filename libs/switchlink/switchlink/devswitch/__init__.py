"""devswitch: stands in for FreeSWITCH on laptops and in CI.

It does what Keepline asks of a switch and answers in FreeSWITCH's words, so that what is built over it runs
over the real one; tests/contract/esl judges both by one suite. One asyncio loop carries everything:

    sip       the sippy stack; only stack and leg know it
    media     session descriptions, RTP, tones
    dialplan  reads the dialplan that FreeSWITCH reads, and walks a channel through it
    esl       the event socket, both ways; events; the api commands that we use
"""

LIMITS = (
    "devswitch: a stand-in for laptops and CI, not FreeSWITCH; loopback only, SIP over UDP, RTP over IPv4"
    " without RTCP, PCMU and PCMA without transcoding, no recording, no conference, {sessions} sessions"
)
