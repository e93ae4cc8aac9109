import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchlink.esl import EslEvent, ProtocolViolation
from switchlink.esl.event import event_from_json


def test_what_a_router_asks_of_an_event() -> None:
    event = event_from_json(
        b'{"Event-Name":"CUSTOM","Event-Subclass":"sofia::gateway_state","Unique-ID":"u1",'
        b'"Core-UUID":"c1","Event-Sequence":"42","_body":"text"}'
    )
    assert (event.name, event.subclass, event.uuid, event.core_uuid) == (
        "CUSTOM",
        "sofia::gateway_state",
        "u1",
        "c1",
    )
    assert (event.sequence, event.body) == (42, "text")
    assert "_body" not in event.headers


@pytest.mark.parametrize("sequence", ["", "-1", "x", "1.5", "٣"])
def test_a_sequence_that_is_no_number_is_zero(sequence: str) -> None:
    assert EslEvent({"Event-Sequence": sequence}).sequence == 0


@given(st.dictionaries(st.text(min_size=1).filter(lambda key: key != "_body"), st.text()))
def test_every_value_stays_the_value_of_its_own_name(headers: dict[str, str]) -> None:
    assert event_from_json(orjson.dumps(headers)).headers == headers


def test_a_newline_stays_inside_its_value() -> None:
    note = "Bob\nEvent-Name: CHANNEL_ANSWER\nUnique-ID: forged"
    event = event_from_json(
        orjson.dumps({"Event-Name": "CHANNEL_PARK", "Unique-ID": "real", "variable_note": note})
    )
    assert (event.name, event.uuid, event.headers["variable_note"]) == ("CHANNEL_PARK", "real", note)


def test_an_array_reads_as_the_switch_writes_it_in_the_plain_form() -> None:
    assert event_from_json(b'{"a":["x","y"],"n":3,"t":true}').headers == {
        "a": "ARRAY::x|:y",
        "n": "3",
        "t": "true",
    }


def test_latin_1_is_read_as_well_as_it_can_be() -> None:
    assert event_from_json(b'{"name":"Andr\xe9"}').headers == {"name": "Andr�"}


@pytest.mark.parametrize("payload", [b"", b"{", b"[1]", b'"x"', b"null", b"\xff\xfe", b"[" * 100_000])
def test_what_is_no_object_is_a_violation(payload: bytes) -> None:
    with pytest.raises(ProtocolViolation):
        event_from_json(payload)
