"""The rules that several services keep to."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siptypes import versions
from siptypes.endpoints import Transport, endpoint_name
from siptypes.faults import Misfit
from siptypes.hidden_numbers import NumberHash, last_digits
from siptypes.hosts import bracketed, check_host, is_address, is_domain, is_literal
from siptypes.ids import is_token
from siptypes.messages import endpoint_message, transport_of
from siptypes.numbers import MAX_DIGITS, is_e164


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("+431112", True),
        ("+493012345678", True),
        ("+" + "1" * MAX_DIGITS, True),
        ("+49115", False),
        ("+" + "1" * (MAX_DIGITS + 1), False),
        ("493012345678", False),
        ("+0493012345", False),
        ("+49 3012345", False),
        ("+493012345\n", False),
        ("+٤٩٣٠١٢٣٤٥", False),
    ],
)
def test_a_number_is_e164_with_its_plus(text: str, is_one: bool) -> None:
    assert is_e164(text) is is_one


@pytest.mark.parametrize(
    ("host", "domain", "address", "literal"),
    [
        ("sip.example.com", True, False, False),
        ("Sip.example.com", False, False, False),
        ("192.0.2.1", False, True, True),
        ("2001:db8::1", False, True, True),
        ("2001:DB8::1", False, False, True),
        ("[2001:db8::1]", False, False, False),
        ("fe80::1%eth0", False, False, False),
        ("a|b.example", False, False, False),
        ("-a.example", False, False, False),
        ("a" * 64 + ".example", False, False, False),
        ("", False, False, False),
    ],
)
def test_a_host_is_a_name_or_an_address(host: str, domain: bool, address: bool, literal: bool) -> None:
    assert (is_domain(host), is_address(host), is_literal(host)) == (domain, address, literal)


@pytest.mark.parametrize(("host", "port"), [("a b", 5060), ("192.0.2.1", 0), ("192.0.2.1", 65536)])
def test_a_host_and_port_that_do_not_fit_are_refused(host: str, port: int) -> None:
    with pytest.raises(Misfit):
        check_host(host, port)


@given(st.text(max_size=60))
def test_no_host_and_no_id_holds_a_character_that_means_something_elsewhere(text: str) -> None:
    if is_domain(text) or is_token(text):
        assert not set(text) & set("|,;:/@\"'`${} \r\n\t\\")


@pytest.mark.parametrize("transport", list(Transport))
def test_an_endpoint_comes_back_from_its_message(transport: Transport) -> None:
    message = endpoint_message("2001:db8::1", 5061, transport)
    assert (message.host, message.port, transport_of(message)) == ("2001:db8::1", 5061, transport)


def test_a_transport_that_nobody_named_is_none() -> None:
    message = endpoint_message("h.example", 5060, "udp")
    message.transport = 99  # type: ignore[assignment]
    assert transport_of(message) is None
    message.ClearField("transport")
    assert transport_of(message) is None


def test_an_ipv6_address_stands_in_brackets() -> None:
    assert bracketed("192.0.2.1") == "192.0.2.1"
    assert endpoint_name("2001:db8::1", 5061, Transport.TLS) == "tls:[2001:db8::1]:5061"


def test_a_revision_is_behind_where_any_log_was_read_further() -> None:
    assert versions.behind({"trunks": 1}, {"trunks": 2})
    assert versions.behind({"trunks": 9}, {"numbers": 1})
    assert not versions.behind({"trunks": 2, "numbers": 1}, {"trunks": 2})


def test_a_hidden_number_is_the_same_for_the_same_number_and_key_alone() -> None:
    hide, other = NumberHash(b"a" * 32), NumberHash(b"b" * 32)
    hidden = hide("+442079460123")
    assert re.fullmatch(r"hmac-[0-9a-f]{32}", hidden)
    assert (hide(hidden), hide("")) == (hidden, "")
    assert len({hidden, hide("+442079460124"), other("+442079460123")}) == 3
    with pytest.raises(ValueError, match="31 bytes"):
        NumberHash(b"a" * 31)


@pytest.mark.parametrize(
    ("number", "left"), [("+442079460123", "**23"), ("1001", "**01"), ("42", "**"), ("", "")]
)
def test_the_last_two_digits_are_left(number: str, left: str) -> None:
    assert last_digits(number) == left
