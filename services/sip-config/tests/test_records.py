"""Records keep to their types on both sides of the wire."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sip_config.domain.records import (
    MAX_VALUE,
    Destination,
    NumberRecord,
    Record,
    RecordInvalid,
    Table,
    TrunkRecord,
    is_domain,
    unique,
)

DOMAIN = "acme.sip.keepline.test"
TRUNK = TrunkRecord(DOMAIN, "t_demo", "trk_01h", True, ("192.0.2.0/24", "2001:db8::/32"), 7)


def test_a_trunk_record_reads_as_the_edge_reads_it() -> None:
    assert TRUNK.record() == Record(Table.TRUNK, DOMAIN, "t_demo|trk_01h|e|192.0.2.0/24,2001:db8::/32|7")


@pytest.mark.parametrize("sources", [(), ("192.0.2.1/32",), ("192.0.2.0/24", "2001:db8::/32")])
@pytest.mark.parametrize("enabled", [True, False])
def test_a_trunk_record_survives_the_way_there_and_back(sources: tuple[str, ...], enabled: bool) -> None:
    trunk = TrunkRecord(DOMAIN, "t_demo", "trk_1", enabled, sources, 3)
    assert TrunkRecord.of(trunk.record()) == trunk


@pytest.mark.parametrize(
    "value",
    [
        "",
        "t|trk|e||",
        "t|trk|e||0",
        "t|trk|e||01",
        "t|trk|x||1",
        "t|trk|ed||1",
        "t|trk|e||1|more",
        "t|trk|e|192.0.2.1|1",
        "t|trk|e|192.0.2.1/24|1",
        "t|trk|e|192.0.2.0/24,|1",
        "t|trk|e|fe80::%eth0/64|1",
        "t|trk|e|2001:DB8::/32|1",
        "t t|trk|e||1",
        "t|trk\r\n|e||1",
        "t|trk|e||1\n",
        "t|trk|e||\u0661",
        "t|trk|e|" + ",".join(["192.0.2.0/24"] * 400) + "|1",
    ],
)
def test_a_value_that_is_no_trunk_is_refused(value: str) -> None:
    with pytest.raises(RecordInvalid):
        TrunkRecord.of(Record(Table.TRUNK, DOMAIN, value))


@pytest.mark.parametrize(
    "domain",
    ["", "Acme.test", "a b.test", "a|b.test", "a\n.test", "-a.test", "192.0.2.1", "a..test", "a" * 254],
)
def test_a_key_that_is_no_domain_is_refused(domain: str) -> None:
    with pytest.raises(RecordInvalid):
        TrunkRecord.of(Record(Table.TRUNK, domain, "t|trk|e||1"))


@pytest.mark.parametrize(
    "number", ["", "49301234567", "+049", "+49 30", "+4930123456789012", "+49\n", "+4930|1"]
)
def test_a_key_that_is_no_number_is_refused(number: str) -> None:
    with pytest.raises(RecordInvalid):
        NumberRecord.of(Record(Table.NUMBER, number, DOMAIN))


def test_a_number_record_survives_the_way_there_and_back() -> None:
    number = NumberRecord("+493012345678", DOMAIN)
    assert NumberRecord.of(number.record()) == number


def test_more_sources_than_a_record_holds_are_refused_where_they_are_written() -> None:
    many = tuple(f"198.51.{n // 256}.{n % 256}/32" for n in range(400))
    with pytest.raises(RecordInvalid, match=str(MAX_VALUE)):
        TrunkRecord(DOMAIN, "t", "trk", True, many, 1)


@pytest.mark.parametrize(
    ("host", "port", "set_id"),
    [
        ("a b", 5060, 1),
        ("host;x", 5060, 2),
        ("192.0.2.1", 0, 1),
        ("192.0.2.1", 65536, 1),
        ("h.test", 5060, 0),
    ],
)
def test_a_destination_that_could_break_its_line_is_refused(host: str, port: int, set_id: int) -> None:
    with pytest.raises(RecordInvalid):
        Destination(set_id, host, port)


def test_one_endpoint_that_many_trunks_share_is_one_destination() -> None:
    shared = Destination(2, "sip.provider.test", 5060)
    assert unique([shared, Destination(1, "127.0.0.1", 5080), shared]) == (
        Destination(1, "127.0.0.1", 5080),
        shared,
    )


@given(st.text(max_size=60))
def test_nothing_but_a_host_name_is_a_domain(text: str) -> None:
    if is_domain(text):
        assert set(text) <= set("abcdefghijklmnopqrstuvwxyz0123456789.-")


@given(st.text(max_size=80))
def test_whatever_is_read_as_a_trunk_is_written_the_same(text: str) -> None:
    record = Record(Table.TRUNK, DOMAIN, text)
    try:
        trunk = TrunkRecord.of(record)
    except RecordInvalid:
        return
    assert trunk.record() == record
