"""Resources keep to their types, and look at the edge as trunk.cfg reads them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.domain.records import number_value, trunk_value
from edge_agent.domain.resources import MAX_SOURCES, Edge, Endpoint, Number, Switch, Trunk
from siptypes import versions
from siptypes.endpoints import Transport
from siptypes.faults import Misfit
from siptypes.home_dialling import HomeDialling
from siptypes.hosts import is_domain

DOMAIN = "acme.sip.keepline.test"
PINNED = "eb9f272065b1b193462d0e7bce08075b7231f4cece1c425cd8c7eca0e5629b08"


def trunk(**other: object) -> Trunk:
    fields = {
        "domain": DOMAIN,
        "tenant_id": "t_demo",
        "trunk_id": "trk_01h",
        "version": 7,
        "enabled": True,
        "source_cidrs": ("192.0.2.0/24", "2001:db8::/32"),
    }
    return Trunk(**(fields | other))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("home", "last"),
    [(HomeDialling("44", "0"), "|7|44,0"), (HomeDialling("39"), "|7|39,"), (HomeDialling(), "|7")],
)
def test_a_trunk_says_how_its_country_dials(home: HomeDialling, last: str) -> None:
    assert trunk_value(Trunk("a.test", "t", "trk", 7, True, (), home)) == f"t|trk|e|{last}"


def test_a_trunk_reads_as_the_edge_reads_it() -> None:
    assert trunk_value(trunk()) == "t_demo|trk_01h|e|192.0.2.0/24,2001:db8::/32|7"
    assert trunk_value(trunk(enabled=False, source_cidrs=())) == "t_demo|trk_01h|||7"
    assert number_value(Number("+493012345678", DOMAIN)) == DOMAIN


@pytest.mark.parametrize(
    "wrong",
    [
        {"domain": "Acme.test"},
        {"domain": "a|b.test"},
        {"domain": "192.0.2.1"},
        {"domain": "a" * 254},
        {"domain": "#file"},
        {"tenant_id": "t t"},
        {"tenant_id": "t|e"},
        {"trunk_id": "trk\r\n"},
        {"trunk_id": ""},
        {"version": 0},
        {"version": 10**18},
        {"source_cidrs": ("192.0.2.1",)},
        {"source_cidrs": ("192.0.2.1/24",)},
        {"source_cidrs": ("2001:DB8::/32",)},
        {"source_cidrs": ("fe80::%eth0/64",)},
        {"source_cidrs": ("192.0.2.0/24",) * (MAX_SOURCES // 13 + 1)},
    ],
)
def test_a_trunk_that_does_not_fit_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(Misfit):
        trunk(**wrong)


@pytest.mark.parametrize("e164", ["", "493012", "+049", "+49 30", "+4930123456789012", "+49\n", "+4930|1"])
def test_a_number_that_is_no_e164_is_refused(e164: str) -> None:
    with pytest.raises(Misfit):
        Number(e164, DOMAIN)


@pytest.mark.parametrize(
    ("host", "port", "transport"),
    [
        ("a b", 5060, Transport.UDP),
        ("host;x", 5060, Transport.UDP),
        ("192.0.2.1", 0, Transport.UDP),
        ("192.0.2.1", 65536, Transport.UDP),
        ("192.0.2.1", 5060, Transport.TCP),
        ("2001:db8::1", 5060, Transport.UDP),
    ],
)
def test_a_switch_that_the_inner_socket_does_not_reach_is_refused(
    host: str, port: int, transport: Transport
) -> None:
    with pytest.raises(Misfit):
        Switch("sw1", host, port, transport)


def test_names_are_those_of_the_protocol() -> None:
    assert trunk().name == f"trunk/{DOMAIN}"
    assert Number("+493012", DOMAIN).name == "number/+493012"
    assert Endpoint("2001:db8::1", 5061, Transport.TLS).name == "endpoint/tls:[2001:db8::1]:5061"
    assert Switch("sw1", "127.0.0.1", 5080).name == "switch/sw1"
    assert Edge("edge1").name == "edge/edge1"


@given(st.text(max_size=60))
def test_nothing_but_a_host_name_is_a_domain(text: str) -> None:
    if is_domain(text):
        assert set(text) <= set("abcdefghijklmnopqrstuvwxyz0123456789.-")


@given(st.text(max_size=30), st.text(max_size=30), st.text(max_size=30))
def test_no_text_brings_a_field_of_its_own_into_a_record(domain: str, tenant: str, cidr: str) -> None:
    try:
        made = trunk(domain=domain, tenant_id=tenant, source_cidrs=(cidr,))
    except Misfit:
        return
    assert trunk_value(made).split("|") == [tenant, "trk_01h", "e", cidr, "7"]


def test_the_version_that_nodes_compare_never_changes_by_itself() -> None:
    total = versions.part("trunk/a.test", 1) + versions.part("number/+4930123", 2**64 - 1)
    assert versions.written(total) == PINNED
