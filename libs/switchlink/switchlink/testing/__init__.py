"""Far ends for tests: a SIP phone, an RTP ear, a raw and a hostile event socket, a switch's process.

For tests only: simple on purpose, on loopback, without retransmission.
"""
