"""Where a provider may send from, as tenants write it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sip_config.domain.sources import MAX_SOURCES, read_sources
from siptypes.hosts import network

READ = [
    ("203.0.113.0/30", "203.0.113.0/30"),
    (" 203.0.113.7/32 ", "203.0.113.7/32"),
    ("203.0.113.7", "203.0.113.7/32"),
    ("10.0.0.0/8", "10.0.0.0/8"),
    ("2001:DB8:0:0::/64", "2001:db8::/64"),
    ("2001:db8::7", "2001:db8::7/128"),
]

REFUSED = [
    ("0.0.0.0/0", "source_too_wide"),
    ("10.0.0.0/7", "source_too_wide"),
    ("::/0", "source_too_wide"),
    ("203.0.113.1/30", "source_has_host_bits"),
    ("::ffff:203.0.113.0/126", "source_is_mapped"),
    ("224.0.0.0/8", "source_impossible"),
    ("0.0.0.0/32", "source_impossible"),
    ("fe80::1%eth0", "source_unreadable"),
    ("sip.example.com", "source_unreadable"),
    ("", "source_unreadable"),
    ("203.0.113.0/30|x", "source_unreadable"),
    ("203.0.113.0/30,10.0.0.0/8", "source_unreadable"),
    ("203.0.113.0/30\r\nX", "source_unreadable"),
    ("${x}", "source_unreadable"),
    ("٢٠٣.0.113.0/30", "source_unreadable"),
    ("1" * 10_000, "source_unreadable"),
]


@pytest.mark.parametrize(("written", "canonical"), READ)
def test_a_network_is_read_into_its_canonical_form(written: str, canonical: str) -> None:
    assert read_sources([written]) == ((canonical,), [])


@pytest.mark.parametrize(("written", "code"), REFUSED)
def test_what_is_no_providers_network_is_refused_with_its_place(written: str, code: str) -> None:
    sources, faults = read_sources(["192.0.2.0/24", written])
    assert sources == ("192.0.2.0/24",)
    assert [(fault.pointer, fault.code) for fault in faults] == [("/source_cidrs/1", code)]
    assert faults[0].hint


def test_repeats_count_once_and_too_many_are_refused() -> None:
    assert read_sources(["192.0.2.1", "192.0.2.1/32"]) == (("192.0.2.1/32",), [])
    _, faults = read_sources([f"192.0.2.{n}" for n in range(MAX_SOURCES + 1)])
    assert [fault.code for fault in faults] == ["sources_too_many"]


@given(st.one_of(st.text(), st.ip_addresses().map(str), st.from_regex(r"[0-9a-f.:/]{1,40}")))
def test_whatever_is_written_only_canonical_networks_come_out(text: str) -> None:
    sources, faults = read_sources([text])
    assert len(sources) + len(faults) == 1
    for source in sources:
        network(source)
        assert not set(source) & set("|,;\r\n${} ")
