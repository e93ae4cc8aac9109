"""By which key an edge finds the trunks of an address."""

import pytest

from switchlink.kamailio_sources import keys_of_value, source_key, with_domain, without_domain


@pytest.mark.parametrize(
    ("cidr", "key"),
    [
        ("198.51.100.7/32", "198.51.100.7"),
        ("198.51.100.0/28", "198.51.100"),
        ("198.51.100.0/24", "198.51.100"),
        ("198.51.0.0/17", "198.51"),
        ("198.0.0.0/8", "198"),
        ("0.0.0.0/0", "*"),
        ("2001:db8::1/128", "2001:db8:0:0:0:0:0:1"),
        ("2001:db8:a::/47", "2001:db8"),
        ("2001:db8::/32", "2001:db8"),
        ("::/0", "*"),
    ],
)
def test_a_network_stands_at_the_longest_whole_part(cidr: str, key: str) -> None:
    assert source_key(cidr) == key


def test_a_trunks_value_names_its_keys() -> None:
    assert keys_of_value("t|trk|e|192.0.2.0/24,192.0.2.8/29,2001:db8::/32|1|44,0") == {"192.0.2", "2001:db8"}
    assert keys_of_value("t|trk|e||1") == keys_of_value("no trunk") == frozenset()


def test_domains_join_and_leave_a_key() -> None:
    assert with_domain("b.test", "a.test") == with_domain("a.test,b.test", "a.test") == "a.test,b.test"
    assert without_domain("a.test,b.test", "b.test") == without_domain("a.test", "c.test") == "a.test"
    assert not without_domain("a.test", "a.test")
