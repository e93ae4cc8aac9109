"""A tenant names public addresses that are not ours, in whatever writing it tries."""

import socket
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicekit.addresses import AddressPolicy, allowance

PUBLIC = AddressPolicy.of(own=["198.41.0.4", "2a00:1450::/32", "Sip.Keepline.Example"])
LAB = AddressPolicy.of(allow=["127.0.0.0/8", "::1/128", "10.0.0.0/8", "fd00::/8"], own=["10.0.5.0/24", "::1"])

MAY_BE_NAMED = [
    "sip.acme.com",
    "SIP.Acme.Com.",
    "8.8.8.8",
    "2606:4700::1111",
    "[2606:4700::1111]",
    "2606:4700:0:0:0:0:0:1111",
    "172.32.0.1",
    "100.128.0.1",
    "198.41.0.5",
    "localhost.acme.com",
    "1.acme.com",
    "notsip-keepline.example.com",
]
REFUSED = [
    ("127.0.0.1", "address_not_public", "loopback"),
    ("127.255.255.254", "address_not_public", "loopback"),
    ("::1", "address_not_public", "loopback"),
    ("0.0.0.0", "address_not_public", "unspecified"),
    ("0.1.2.3", "address_not_public", "unspecified"),
    ("::", "address_not_public", "unspecified"),
    ("10.1.2.3", "address_not_public", "private"),
    ("172.31.255.255", "address_not_public", "private"),
    ("192.168.0.1", "address_not_public", "private"),
    ("fd12:3456::1", "address_not_public", "private"),
    ("100.64.0.1", "address_not_public", "carrier's NAT"),
    ("100.100.100.200", "address_not_public", "carrier's NAT"),  # Alibaba's metadata
    ("169.254.1.1", "address_not_public", "link-local"),
    ("fe80::1", "address_not_public", "link-local"),
    ("febf::1", "address_not_public", "link-local"),
    ("169.254.169.254", "address_not_public", "metadata"),
    ("168.63.129.16", "address_not_public", "metadata"),
    ("fd00:ec2::254", "address_not_public", "metadata"),
    ("192.0.0.192", "address_not_public", "protocol"),
    ("192.0.2.1", "address_not_public", "documentation"),
    ("2001:db8::1", "address_not_public", "documentation"),
    ("198.18.0.1", "address_not_public", "benchmarks"),
    ("224.0.0.1", "address_not_public", "multicast"),
    ("ff02::1", "address_not_public", "multicast"),
    ("255.255.255.255", "address_not_public", "broadcast"),
    ("240.0.0.1", "address_not_public", "reserved"),
    ("fec0::1", "address_not_public", "reserved"),
    ("4000::1", "address_not_public", "reserved"),
    ("::ffff:8.8.8.8", "address_not_public", "IPv4 address in IPv6"),
    ("[::FFFF:127.0.0.1]", "address_not_public", "IPv4 address in IPv6"),
    ("::ffff:7f00:1", "address_not_public", "IPv4 address in IPv6"),
    ("::127.0.0.1", "address_not_public", "IPv4 address in IPv6"),
    ("64:ff9b::7f00:1", "address_not_public", "NAT64"),
    ("64:ff9b:1::a00:1", "address_not_public", "NAT64"),
    ("2002:7f00:1::1", "address_not_public", "6to4"),
    ("192.88.99.1", "address_not_public", "6to4"),
    ("2001:0:1234::1", "address_not_public", "Teredo"),
    ("127.0.0.1.", "address_not_public", "loopback"),
    ("2130706433", "address_unusual", "127.0.0.1"),
    ("0x7f000001", "address_unusual", "127.0.0.1"),
    ("0X7F.1", "address_unusual", "127.0.0.1"),
    ("0177.0.0.1", "address_unusual", "127.0.0.1"),
    ("127.1", "address_unusual", "127.0.0.1"),
    ("134744072", "address_unusual", "8.8.8.8"),
    ("0", "address_unusual", "0.0.0.0"),
    ("1.2.3.4.5", "address_unusual", "no address"),
    ("999.1.1.1", "address_unusual", "no address"),
    ("acme.09", "address_unusual", "no address"),
    ("fe80::1%eth0", "address_unusual", "plain"),
    ("127.0.0.1%00", "address_unusual", "plain"),
    ("\uff11\uff12\uff17.0.0.1", "address_unusual", "plain"),
    ("a b", "address_unusual", "plain"),
    ("", "address_unusual", "plain"),
    ("sip:acme.com", "address_unusual", "plain"),
    ("localhost", "host_not_public", "inner"),
    ("LOCALHOST.", "host_not_public", "inner"),
    ("a.localhost", "host_not_public", "inner"),
    ("printer.local", "host_not_public", "inner"),
    ("metadata.google.internal", "host_not_public", "inner"),
    ("mongo.keepline.svc", "host_not_public", "inner"),
    ("kubernetes", "host_not_public", "inner"),
    ("x.home.arpa", "host_not_public", "inner"),
    ("198.41.0.4", "address_own", "this platform"),
    ("2a00:1450::1", "address_own", "this platform"),
    ("SIP.keepline.example.", "address_own", "this platform"),
    ("acme.sip.keepline.example", "address_own", "this platform"),
]


@pytest.mark.parametrize("host", MAY_BE_NAMED)
def test_a_public_host_may_be_named(host: str) -> None:
    assert PUBLIC.refused_host(host) is None


@pytest.mark.parametrize(("host", "code", "said"), REFUSED)
def test_what_is_not_public_or_is_ours_is_refused_in_words(host: str, code: str, said: str) -> None:
    refusal = PUBLIC.refused_host(host)
    assert refusal is not None
    assert (refusal.code, said in refusal.detail, bool(refusal.hint)) == (code, True, True), refusal


NETWORKS = [
    ("8.8.8.0/24", None),
    ("2606:4700::/32", None),
    ("0.0.0.0/1", "address_not_public"),
    ("8.0.0.0/6", "address_not_public"),  # holds 10.0.0.0/8
    ("192.168.4.0/24", "address_not_public"),
    ("198.41.0.0/24", "address_own"),
    ("2000::/3", "address_own"),
    ("2002::/20", "address_not_public"),
]


@pytest.mark.parametrize(("network", "code"), NETWORKS)
def test_a_network_that_holds_a_forbidden_address_is_refused(network: str, code: str | None) -> None:
    refusal = PUBLIC.refused_network(ip_network(network))
    assert (refusal.code if refusal else None) == code


@pytest.mark.parametrize(
    ("host", "code"),
    [
        ("127.0.0.1", None),
        ("10.1.2.3", None),
        ("fd12::1", None),
        ("::1", None),  # ours and allowed, of equal length
        ("10.0.5.1", "address_own"),  # ours by the longer prefix
        ("192.168.0.1", "address_not_public"),
        ("fd00:ec2::254", "address_not_public"),
        ("fe80::1", "address_not_public"),
        ("8.8.8.8", None),
        ("0x7f000001", "address_unusual"),
    ],
)
def test_an_allowance_lifts_what_it_names_and_nothing_else(host: str, code: str | None) -> None:
    refusal = LAB.refused_host(host)
    assert (refusal.code if refusal else None) == code


def test_a_network_is_allowed_as_a_whole_or_not() -> None:
    assert LAB.refused_network(ip_network("10.7.0.0/16")) is None
    assert LAB.refused_network(ip_network("10.0.0.0/16")) is not None  # holds our 10.0.5.0/24
    assert LAB.refused_network(ip_network("10.0.0.0/7")) is not None


@pytest.mark.parametrize(
    "text",
    ["0.0.0.0/0", "8.8.8.0/24", "169.254.0.0/16", "fd00:ec2::254", "10.0.0.0/7", "::/0", "x", "10.0.0.1/8"],
)
def test_only_local_networks_can_be_allowed(text: str) -> None:
    with pytest.raises(ValueError, match=r"is no|is not"):
        allowance(text)


def test_what_is_neither_address_nor_domain_is_not_ours() -> None:
    with pytest.raises(ValueError, match="no address, network or domain"):
        AddressPolicy.of(own=["a b"])


def _public(address: IPv4Address | IPv6Address) -> bool:
    """The standard library's table, as a second opinion."""
    return address.is_global and not address.is_multicast


@given(st.ip_addresses())
def test_no_address_passes_that_the_standard_library_calls_special(
    address: IPv4Address | IPv6Address,
) -> None:
    if AddressPolicy().refused_address(address) is None:
        assert _public(address)


@given(st.ip_addresses(v=4, network="0.0.0.0/0"), st.data())
def test_no_other_writing_of_an_ipv4_address_passes(address: IPv4Address, data: st.DataObject) -> None:
    number, parts = int(address), str(address).split(".")
    written = [
        str(number),
        hex(number),
        f"0{number:o}",
        ".".join(f"0x{int(part):X}" for part in parts),
        ".".join(f"0{int(part):o}" for part in parts),
        f"{parts[0]}.{number & 0xFFFFFF}",
        f"{parts[0]}.{parts[1]}.{number & 0xFFFF}",
        f"::ffff:{address}",
        f"::{address}",
        f"64:ff9b::{address}",
        str(IPv6Address((0x2002 << 112) | (number << 80))),
    ]
    assert AddressPolicy().refused_host(data.draw(st.sampled_from(written))) is not None


@given(
    st.one_of(
        st.from_regex(r"[0-9a-fA-FxX.]{1,18}", fullmatch=True), st.from_regex(r"[0-9.]{1,15}", fullmatch=True)
    )
)
def test_whatever_a_resolver_reads_as_an_address_is_judged_as_one(text: str) -> None:
    try:
        meant = ip_address(socket.inet_ntoa(socket.inet_aton(text)))
    except OSError:
        return
    if AddressPolicy().refused_host(text) is None:
        assert _public(meant)


@given(st.text(max_size=40))
def test_no_text_makes_it_fail(text: str) -> None:
    AddressPolicy().refused_host(text)
