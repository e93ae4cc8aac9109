"""Where a request came from: a peer's own word counts only where the peer is a proxy beside us."""

import pytest

from servicekit.auth import origin

SEEN = [
    ("ipv4:203.0.113.9:4711", "", "203.0.113.9"),
    ("ipv6:%5B2001:db8::7%5D:4711", "", "2001:db8::7"),
    ("203.0.113.9", "198.51.100.1", "203.0.113.9"),
    ("127.0.0.1", "198.51.100.1", "198.51.100.1"),
    ("ipv6:%5B::1%5D:4711", "10.0.0.1, 198.51.100.1", "198.51.100.1"),
    ("127.0.0.1", "evil\r\nx", "127.0.0.1"),
    ("unix:", "", ""),
    ("", "198.51.100.1", ""),
]


@pytest.mark.parametrize(("peer", "forwarded", "address"), SEEN)
def test_the_address_of_a_request(peer: str, forwarded: str, address: str) -> None:
    origin.came_from(peer, forwarded)
    assert origin.address() == address
